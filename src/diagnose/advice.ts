// A cause + the findings behind it → advice in the order remove > move > tune > add > learn, with values of this host filled in.
import { compileTemplate, type Lookup } from '../expr/index.ts'
import type { Cause } from '../model/check.ts'
import type { Advice, Finding } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'

export interface Advising {
  readonly lookup: Lookup
  readonly catalogue: ReadonlyMap<string, Metric>
}

export function adviceOf(cause: Cause, support: readonly Finding[], { lookup, catalogue }: Advising): Advice[] {
  const fill = (text: string): string =>
    compileTemplate(text, { use: 'template', metrics: catalogue }).template?.fill(lookup) ?? text
  const { remove = [], move = [], tune = [], add = [] } = cause.advice ?? {}
  const learn = new Set(support.flatMap((finding) => finding.advice ?? []))
  return [
    ...remove.map((text): Advice => ({ order: 'remove', text: fill(text) })),
    ...move.map((text): Advice => ({ order: 'move', text: fill(text) })),
    ...tune.map((knob): Advice => ({
      order: 'tune',
      text: `${knob.knob}: ${fill(knob.change)}`,
      ...(knob.current === undefined ? {} : { current: fill(knob.current) }),
      revert: fill(knob.revert),
      ...(knob.caution === undefined ? {} : { caution: fill(knob.caution) }),
    })),
    ...add.map((text): Advice => ({ order: 'add', text: fill(text) })),
    ...[...learn].map((text): Advice => ({ order: 'learn', text })),
  ]
}
