// Report → Markdown, top down for a person at three in the morning: verdict, cause, evidence, what to do, then the record.
import type { Escalation } from '../model/escalation.ts'
import type { Report } from '../model/report.ts'
import type { ReportFormat } from './format.ts'
import { diagnoses } from './markdown/diagnosis.ts'
import { head } from './markdown/head.ts'
import { answeredOrNot, probes } from './markdown/probes.ts'
import { record } from './markdown/record.ts'
import { survey } from './markdown/survey.ts'
import { write } from './markdown/writer.ts'

export const format: ReportFormat = { id: 'markdown', extension: 'md', render: renderMarkdown }

export function renderMarkdown(report: Report): string {
  return write({
    type: 'root',
    children: [...head(report), ...diagnoses(report), ...probes(report), ...survey(report), ...record(report)],
  })
}

/** One question and its answer, for `tracebook probe`. */
export function renderEscalation(escalation: Escalation): string {
  return write({ type: 'root', children: [...answeredOrNot(escalation)] })
}
