// What a report format is: one file src/report/<format>.ts exports one of these as `format`; scripts/generate.mjs finds it.
import type { Report } from '../model/report.ts'

export interface ReportFormat {
  /** `--format ID`. */
  readonly id: string
  /** `--out FILE.EXTENSION`. */
  readonly extension: string
  readonly render: (report: Report) => string | Promise<string>
}
