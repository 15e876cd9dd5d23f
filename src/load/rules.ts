// A file whose data could be read → everything that is wrong with what it says. One list of rules for each kind of file.
import type { Diagnostic } from '../model/diagnostic.ts'
import { causesRules } from './causes-rules.ts'
import { checkRules } from './check-rules.ts'
import type { Names } from './names.ts'
import { diagnosticOf, type Mistake, type Page } from './page.ts'
import { runbookRules } from './runbook-rules.ts'
import { shapeMistakes } from './shape.ts'
import { MISTAKES_SHOWN } from './document.ts'

const RULES: Readonly<Record<Page['kind'], (page: Page, names: Names) => Iterable<Mistake>>> = {
  check: checkRules,
  runbook: runbookRules,
  causes: causesRules,
}

export function lintPage(page: Page, names: Names): readonly Diagnostic[] {
  const mistakes = [...shapeMistakes(page), ...RULES[page.kind](page, names)]
  const diagnostics = mistakes.map((mistake) => diagnosticOf(page, mistake))
  diagnostics.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
  return diagnostics.slice(0, MISTAKES_SHOWN)
}
