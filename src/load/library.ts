// Library: all checks, runbooks and causes that a run can use, with the mistakes found in them.
import type { Cause, CheckDocument, Loaded } from '../model/check.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { RunbookDocument } from '../model/runbook.ts'

export interface Library {
  readonly checks: ReadonlyMap<string, Loaded<CheckDocument>>
  readonly runbooks: ReadonlyMap<string, Loaded<RunbookDocument>>
  readonly causes: ReadonlyMap<string, Cause>
  readonly diagnostics: readonly Diagnostic[]
}
