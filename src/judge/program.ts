// A check document → a program: its expressions compiled, its params with values, and everything it needs. Mistakes were found by lint before.
import { compileExpression, compileTemplate, type Expression, type Scope, type Template } from '../expr/index.ts'
import type { CheckDocument, Loaded } from '../model/check.ts'
import type { Domain, Metric } from '../model/metric.ts'
import { parseQuantity, type Quantity } from '../model/unit.ts'

export type CulpritRule =
  | { readonly kind: 'instance' }
  | { readonly kind: 'ranked'; readonly domain: Domain; readonly by: string }

export interface CheckProgram {
  readonly id: string
  readonly document: CheckDocument
  readonly where?: Expression
  readonly critical?: Expression
  readonly warn?: Expression
  readonly finding: Template
  readonly advice?: Template
  readonly culprits: readonly CulpritRule[]
  /** Every metric to measure for it, culprits included. */
  readonly needs: readonly string[]
  /** Metrics its conditions read: the evidence. */
  readonly evidence: readonly string[]
  /** Metrics of the condition of each status: the signals behind it. */
  readonly signals: { readonly critical: readonly string[]; readonly warn: readonly string[] }
}

export type Overrides = ReadonlyMap<string, Quantity>

/** `overrides`: `CHECK.PARAM` → value, from the command line and the runbook. `trusted`: lint has accepted it. Throws on a document lint would have refused. */
export function checkProgram(
  { id, document }: Loaded<CheckDocument>,
  catalogue: ReadonlyMap<string, Metric>,
  overrides: Overrides = new Map(),
  trusted = false,
): CheckProgram {
  const params = paramsOf(id, document, overrides)
  const scope: Scope = { use: 'status', metrics: catalogue, params, ...(document.each ? { each: document.each } : {}) }
  const condition = (text: string | undefined, use: Scope['use']): Expression | undefined => {
    if (text === undefined) return undefined
    const { expression, problems } = compileExpression(text, { ...scope, use }, trusted)
    if (!expression) throw new Error(`${id}: ${problems[0]?.message ?? text}`)
    return expression
  }
  const template = (text: string): Template => {
    const { template: found, problems } = compileTemplate(text, { ...scope, use: 'template' }, trusted)
    if (!found) throw new Error(`${id}: ${problems[0]?.message ?? text}`)
    return found
  }
  const where = condition(document.where, 'where')
  const critical = condition(document.status.critical, 'status')
  const warn = condition(document.status.warn, 'status')
  const finding = template(document.finding)
  const advice = document.advice === undefined ? undefined : template(document.advice)
  const culprits = culpritRules(document.culprit)
  const signals = { critical: critical?.needs ?? [], warn: warn?.needs ?? [] }
  const conditions = [...signals.critical, ...signals.warn, ...(where?.needs ?? [])]
  const names = culprits.flatMap((rule) =>
    rule.kind === 'ranked' ? [rule.by, ...(rule.domain === 'process' ? ['process.comm', 'process.kernel'] : [])] : [],
  )
  return {
    id,
    document,
    ...(where ? { where } : {}),
    ...(critical ? { critical } : {}),
    ...(warn ? { warn } : {}),
    finding,
    ...(advice ? { advice } : {}),
    culprits,
    needs: [...new Set([...conditions, ...finding.needs, ...(advice?.needs ?? []), ...names])],
    evidence: [...new Set(conditions)],
    signals,
  }
}

function paramsOf(id: string, document: CheckDocument, overrides: Overrides): Map<string, Quantity> {
  const params = new Map<string, Quantity>()
  for (const [name, param] of Object.entries(document.params ?? {})) {
    const value = overrides.get(`${id}.${name}`) ?? parseQuantity(String(param.default))
    if (value) params.set(name, value)
  }
  return params
}

export function culpritRules(text: CheckDocument['culprit']): CulpritRule[] {
  const list = text === undefined ? [] : typeof text === 'string' ? [text] : text
  return list.map((rule): CulpritRule => {
    const match = /^(\w+) by ([\w.]+)$/.exec(rule.trim())
    return match ? { kind: 'ranked', domain: match[1] as Domain, by: match[2] ?? '' } : { kind: 'instance' }
  })
}
