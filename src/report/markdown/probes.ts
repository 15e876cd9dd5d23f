// Escalations → what the kernel was asked and by which instrument, the answer as bars, a table or the widest stacks, and what could not be asked.
import type { Distribution } from '../../model/distribution.ts'
import type { Armed, Escalation } from '../../model/escalation.ts'
import type { Answer } from '../../model/metric.ts'
import type { Report } from '../../model/report.ts'
import type { Stack, Stacks } from '../../model/stacks.ts'
import type { Row, Tally } from '../../model/tally.ts'
import { formatQuantity, type Dimension } from '../../model/unit.ts'
import { barLines, dimensionOf, modesText, percentileText } from '../bars.ts'
import { plural } from '../words.ts'
import { code, heading, lines, list, paragraph, table, type Block, type Inline } from './nodes.ts'

const MOST_STACKS = 8
const MOST_ROWS = 12
const MOST_FRAMES = 6

export function probes(report: Report): readonly Block[] {
  const all = report.escalations ?? []
  if (all.length === 0) return []
  const unanswered = all.filter((one) => one.outcome !== 'answered')
  return [
    heading(2, 'What the kernel was asked'),
    ...all.filter((one) => one.outcome === 'answered').flatMap(answered),
    ...(unanswered.length === 0
      ? []
      : [paragraph('Not answered, and what it would have told:'), list(unanswered.map(notAnswered))]),
  ]
}

export function answeredOrNot(one: Escalation): readonly Block[] {
  return one.outcome === 'answered' ? answered(one) : [heading(3, one.asks), paragraph(unknown(one))]
}

function answered(one: Escalation): readonly Block[] {
  return [
    heading(3, one.asks),
    paragraph(circumstances(one)),
    ...answer(one),
    ...(one.tells === undefined ? [] : [paragraph(['How to read it: ', ...sentences(one.tells)])]),
  ]
}

function circumstances({ backEnd, seconds, armed, cost, control, lost, tried, command }: Escalation): Inline {
  const rate = cost?.eventsPerSecond === undefined ? '' : ` at ${cost.eventsPerSecond} events/s`
  const share = cost?.cpuShare === undefined ? '' : `, predicted ${cost.cpuShare} % of one CPU (${cost.overhead})`
  const own =
    cost?.measuredCpuMs === undefined
      ? ''
      : `, its own programs took ${formatQuantity(cost.measuredCpuMs / 1000, 'seconds')} of CPU`
  const others = reasons(tried).map(([names, reason]) => `${names} (${reason})`)
  return [
    `By ${backEnd ?? '?'}, ${armed ? 'armed' : `${seconds ?? '?'} s`}${rate}${share}${own}. `,
    ...(armed ? flight(armed, seconds ?? 0) : []),
    ...(control === undefined ? [] : [`Control: ${control}. `]),
    ...(lost === undefined ? [] : [`${lost} events were lost: counts are too low. `]),
    ...(others.length === 0 ? [] : ['Not by ', ...joined(others), '. ']),
    ...(command === undefined ? [] : ['By hand: ', code(command)]),
  ]
}

/** What it waited for, and which time the ring still held then. */
function flight({ until, waitedSeconds, halted }: Armed, seconds: number): Extract<Inline, readonly unknown[]> {
  const after = waitedSeconds === undefined ? '' : ` after ${formatQuantity(waitedSeconds, 'seconds')}`
  return [
    `It happened${after}: `,
    code(until),
    `. ${seconds > 0 ? `The record covers the last ${formatQuantity(seconds, 'seconds')}` : 'Nothing was recorded'}. `,
    ...(halted === undefined ? [] : [`${halted}. `]),
  ]
}

function answer({ answer, metric, more = {} }: Escalation): readonly Block[] {
  if (!answer) return []
  return [...shape(answer, metric), ...Object.entries(more).flatMap(([name, one]) => shape(one, name))]
}

function shape(answer: Answer, metric: string): readonly Block[] {
  switch (answer.kind) {
    case 'distribution':
      return distribution(answer, dimensionOf(metric))
    case 'stacks':
      return stacks(answer)
    case 'tally':
      return tally(answer)
  }
  const never: never = answer
  return never
}

function distribution(answer: Distribution, dimension: Dimension): readonly Block[] {
  const modes = modesText(answer, dimension)
  return [
    paragraph(`${percentileText(answer, dimension)}.`),
    ...(answer.buckets.length === 0 ? [] : [lines(barLines(answer, dimension))]),
    ...(modes === undefined ? [] : [paragraph(modes)]),
  ]
}

function stacks({ stacks: all, total, dimension }: Stacks): readonly Block[] {
  if (total === 0) return [paragraph('No stacks were seen.')]
  const widest = [...all].sort((a, b) => b.weight - a.weight).slice(0, MOST_STACKS)
  const weight = (one: Stack) => (dimension === 'seconds' ? formatQuantity(one.weight, 'seconds') : String(one.weight))
  return [
    table(
      ['share', dimension === 'seconds' ? 'time' : 'samples', 'process', 'stack, innermost first'],
      widest.map((one) => [
        formatQuantity((100 * one.weight) / total, 'ratio'),
        weight(one),
        code(one.frames[0] ?? '?'),
        code(one.frames.slice(1).toReversed().slice(0, MOST_FRAMES).join(' < ')),
      ]),
    ),
  ]
}

function tally({ rows, total }: Tally): readonly Block[] {
  if (rows.length === 0) return [paragraph(total === 0 ? 'Nothing happened.' : `${plural(total, 'event')}.`)]
  const names = Object.keys(rows[0]?.labels ?? {})
  const timed = rows.some((row) => row.seconds !== undefined)
  const sized = rows.some((row) => row.bytes !== undefined)
  const cells = (row: Row): Inline[] => [
    ...names.map((name): Inline => code(row.labels[name] ?? '')),
    String(row.count),
    ...(timed ? [row.seconds === undefined ? '' : formatQuantity(row.seconds, 'seconds')] : []),
    ...(sized ? [row.bytes === undefined ? '' : formatQuantity(row.bytes, 'bytes')] : []),
  ]
  return [
    paragraph(`${plural(total, 'event')}.`),
    table(
      [...names, 'count', ...(timed ? ['time'] : []), ...(sized ? ['bytes'] : [])],
      rows.slice(0, MOST_ROWS).map(cells),
    ),
  ]
}

function notAnswered(one: Escalation): Inline {
  return [`${one.asks} `, ...unknown(one)]
}

/** Each part a text of its own: what is too long is shortened by the part, not at the end of all. */
function unknown({ outcome, why, would, tried }: Escalation): readonly string[] {
  // One of them waited well: the others say nothing to it.
  const each = outcome === 'quiet' ? [] : reasons(tried)
  const reason =
    each.length > 1 ? joined(each.map(([names, text]) => `${names}: ${text}`)) : [why?.reason ?? 'no reason is known']
  return [
    'Unknown: ',
    ...reason,
    '.',
    ...(why?.cure === undefined ? [] : [` Cure: ${why.cure}.`]),
    ...(would === undefined ? [] : [' It would have told: ', ...sentences(would)]),
  ]
}

/** Back ends with the same reason are named together. */
function reasons(tried: Escalation['tried']): readonly (readonly [names: string, reason: string])[] {
  const byReason = new Map<string, string[]>()
  for (const { backEnd, why } of tried)
    if (why) byReason.set(why.reason, [...(byReason.get(why.reason) ?? []), backEnd])
  return [...byReason].map(([reason, names]) => [names.join(', '), reason])
}

function joined(texts: readonly string[]): readonly string[] {
  return texts.map((text, i) => (i === 0 ? text : `; ${text}`))
}

function sentences(text: string): readonly string[] {
  return text.split(/(?<=\. )/)
}
