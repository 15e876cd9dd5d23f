// A file whose data could be read → everything that is wrong with what it says. One list of rules for each kind of file.
import type { Diagnostic } from '../model/diagnostic.ts'
import { causesRules } from './causes-rules.ts'
import { checkRules } from './check-rules.ts'
import type { Names } from './names.ts'
import { diagnosticOf, type Mistake, type Page } from './page.ts'
import { runbookRules } from './runbook-rules.ts'
import { MOST, shapeMistakes } from './shape.ts'
import { MISTAKES_SHOWN } from './document.ts'

const RULES: Readonly<Record<Page['kind'], (page: Page, names: Names) => Iterable<Mistake>>> = {
  check: checkRules,
  runbook: runbookRules,
  causes: causesRules,
  // Its schema says it all.
  policy: () => [],
}

export function lintPage(page: Page, names: Names): readonly Diagnostic[] {
  const shape = shapeMistakes(page)
  const told = new Set(shape.flatMap(({ code, at }) => (code === 'missing-property' ? [] : [at.join('/')])))
  // What has the wrong form is told once; a rule that stumbles over it as well adds nothing.
  const rules = page.root.entries ? first(RULES[page.kind](page, names), ({ at }) => !told.has(at.join('/'))) : []
  const mistakes = [...shape, ...rules]
  const diagnostics = mistakes.map((mistake) => diagnosticOf(page, mistake))
  diagnostics.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
  return diagnostics.slice(0, MISTAKES_SHOWN)
}

/** Rules are lazy: a file of ten thousand mistakes costs no more than one of a few hundred. */
function first(mistakes: Iterable<Mistake>, keep: (mistake: Mistake) => boolean): Mistake[] {
  const kept: Mistake[] = []
  for (const mistake of mistakes) {
    if (keep(mistake)) kept.push(mistake)
    if (kept.length >= MOST) break
  }
  return kept
}
