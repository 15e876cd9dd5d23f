// Report → how it came about: the path taken, what was looked at and with what outcome, and what looking cost.
import type { ObservationSummary, PathEntry, Report } from '../../model/report.ts'
import { formatQuantity } from '../../model/unit.ts'
import { commandLine, milliseconds, plural } from '../words.ts'
import { clean } from '../escape.ts'
import { heading, lines, paragraph, type Block } from './nodes.ts'

const MAX_PATH = 60
/** What perform says of a step whose checks an earlier window judged: not worth a line each. */
const ALREADY = 'measured before'
const MAX_LOOKS = 40

export function record(report: Report): readonly Block[] {
  return [...path(report), ...looks(report.observations), ...cost(report)]
}

function path(report: Report): readonly Block[] {
  const blocks: Block[] = [heading(2, 'Path')]
  const told = new Set(report.diagnoses.map((diagnosis) => diagnosis.text))
  const concluded = report.conclusions.filter((sentence) => !told.has(sentence))
  if (concluded.length > 0) blocks.push(paragraph(`Concluded on the way: ${concluded.join(' ')}`))
  if (report.path.length === 0) return [...blocks, paragraph('No step was taken.')]
  const taken = report.path.filter((entry) => entry.outcome !== 'skipped')
  const passed = report.path.filter((entry) => entry.outcome === 'skipped')
  // Which conclusions did not hold is no news; which ways were not taken, and why, is.
  const ways = passed.filter((entry) => entry.verb !== 'conclude')
  const shown = taken.slice(0, MAX_PATH)
  const rest = taken.length - shown.length
  const others = passed.length - ways.length
  return [
    ...blocks,
    lines([...shown.flatMap(step), ...(rest > 0 ? [`… ${plural(rest, 'more step')} in the JSON report`] : [])]),
    ...(ways.length === 0 ? [] : [paragraph('Not taken:'), lines(ways.slice(0, MAX_PATH).flatMap(step))]),
    ...(others === 0 ? [] : [paragraph(`${plural(others, 'conclusion')} did not hold; the JSON report has all.`)]),
  ]
}

/** One line, and below it why: plain text in a fence, which reads the same raw and rendered. */
function step(entry: PathEntry): readonly string[] {
  const took = entry.outcome === 'done' && entry.elapsedMs > 0 ? ` (${milliseconds(entry.elapsedMs)})` : ''
  const outcome = entry.outcome === 'done' || entry.outcome === 'skipped' ? '' : `${entry.outcome.toUpperCase()} `
  const first = `${entry.state.padEnd(26)} ${outcome}${clean(entry.text, 100)}${took}`
  return entry.because === undefined || entry.because === '' || entry.because === ALREADY
    ? [first]
    : [first, `${' '.repeat(27)}${clean(entry.because, 120)}`]
}

interface Look {
  readonly source: string
  readonly what: string
  readonly outcome: string
  readonly count: number
  readonly elapsedMs: number
  readonly cpuMs: number
  readonly bytes: number
}

function looks(observations: readonly ObservationSummary[]): readonly Block[] {
  const title = heading(2, 'What was looked at')
  if (observations.length === 0) return [title, paragraph('Nothing was looked at.')]
  const all = folded(observations)
  // What went wrong is never folded away.
  const order = [...all.filter((look) => look.outcome !== 'ok'), ...all.filter((look) => look.outcome === 'ok')]
  const kept = new Set(order.slice(0, MAX_LOOKS))
  const shown = all.filter((look) => kept.has(look))
  const rest = order.slice(MAX_LOOKS)
  const failed = observations.filter((one) => one.outcome !== 'ok').length
  const summary = `${plural(observations.length, 'look')}, ${failed === 0 ? 'all ok' : `${failed} not ok`}.`
  return [
    title,
    paragraph(rest.length === 0 ? summary : `${summary} ${rest.length} more lines are in the JSON report.`),
    lines(columns([['source', 'outcome', 'ms', 'CPU ms', 'bytes', 'command or files'], ...shown.map(row)])),
  ]
}

/** Looks that differ only in when they were taken become one line. */
function folded(observations: readonly ObservationSummary[]): readonly Look[] {
  const groups = new Map<string, Look>()
  for (const one of observations) {
    const look = { source: one.source, what: whatOf(one), outcome: outcomeOf(one) }
    const key = JSON.stringify(look)
    const before = groups.get(key) ?? { ...look, count: 0, elapsedMs: 0, cpuMs: 0, bytes: 0 }
    groups.set(key, {
      ...look,
      count: before.count + 1,
      elapsedMs: before.elapsedMs + one.elapsedMs,
      cpuMs: before.cpuMs + one.cpuMs,
      bytes: before.bytes + one.bytes,
    })
  }
  return [...groups.values()]
}

function row(look: Look): readonly string[] {
  const numbers = [look.elapsedMs, look.cpuMs, look.bytes].map((n) => String(Math.round(n)))
  return [look.source, look.outcome, ...numbers, `${clean(look.what, 120)}${look.count > 1 ? ` ×${look.count}` : ''}`]
}

/** Cells → lines of aligned columns, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)))
  const isNumber = (at: number) => rows.slice(1).every((cells) => /^\d*$/.test(cells[at] ?? ''))
  return rows.map((cells) =>
    cells
      .map((cell, at) =>
        at === cells.length - 1 ? cell : isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function whatOf(one: ObservationSummary): string {
  if (one.argv !== undefined) return commandLine(one.argv)
  const paths = one.paths ?? []
  return paths.length > 2 ? `${paths[0]} and ${paths.length - 1} more` : paths.join(' ')
}

function outcomeOf(one: ObservationSummary): string {
  if (one.outcome === 'failed' && one.exitCode !== undefined) return `failed, exit ${one.exitCode}`
  if (one.signal !== undefined && one.outcome !== 'ok') return `${one.outcome}, ${one.signal}`
  return one.outcome
}

function cost(report: Report): readonly Block[] {
  const { cpuMs, ownCpuMs, peakRssBytes } = report.cost
  const share = report.elapsedMs > 0 ? ` (${formatQuantity((cpuMs / report.elapsedMs) * 100, 'ratio')} of one CPU)` : ''
  return [
    heading(2, 'What this run cost'),
    paragraph(
      `${milliseconds(cpuMs)} of CPU time${share}: ${milliseconds(ownCpuMs)} tracebook itself, ` +
        `${milliseconds(Math.max(0, cpuMs - ownCpuMs))} the programs it ran. ` +
        `Peak memory ${formatQuantity(peakRssBytes, 'bytes')}. Wall time ${milliseconds(report.elapsedMs)}. ` +
        `tracebook ${report.tracebook}.`,
    ),
  ]
}
