// Stacks of a report → files beside it: a flame graph that opens in a browser, folded stacks, and a profile for speedscope.
import { toFolded, toSpeedscope, toSvg, type SvgOptions } from '../flame/index.ts'
import type { Escalation } from '../model/escalation.ts'
import type { Stacks } from '../model/stacks.ts'

export interface FlameFile {
  readonly file: string
  readonly text: string
}

/** `report.md` → `report.cpu_hot_stacks.svg`, `.folded` and `.speedscope.json`, for each question answered by stacks. */
export function flameFiles(report: string, escalations: readonly Escalation[], host: string): readonly FlameFile[] {
  const base = report.replace(/\.[^./]+$/, '')
  return escalations.flatMap((one) =>
    one.answer?.kind === 'stacks' && one.answer.stacks.length > 0
      ? ['svg', 'folded', 'speedscope.json'].map((ending) => {
          const file = `${base}.${one.probe ?? 'stacks'}.${ending}`
          return { file, text: flameText(ending, one, one.answer as Stacks, host) }
        })
      : [],
  )
}

/** Undefined: the ending names no form of stacks. */
export function endingOf(file: string): 'svg' | 'folded' | 'speedscope.json' | undefined {
  return (['svg', 'folded', 'speedscope.json'] as const).find((ending) => file.endsWith(`.${ending}`))
}

export function flameText(
  ending: string,
  { asks, seconds, backEnd }: Escalation,
  stacks: Stacks,
  host: string,
): string {
  return stacksText(ending, stacks, { title: asks, subtitle: `${host}, ${seconds ?? '?'} s, by ${backEnd ?? '?'}` })
}

export function stacksText(ending: string, stacks: Stacks, picture: Omit<SvgOptions, 'kind'>): string {
  if (ending === 'folded') return toFolded(stacks)
  if (ending === 'speedscope.json') return toSpeedscope(stacks, picture.title)
  return toSvg(stacks, { ...picture, kind: stacks.dimension === 'seconds' ? 'offcpu' : 'cpu' })
}
