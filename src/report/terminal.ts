// Report → the few lines a person at a terminal needs: verdict, causes, top evidence, first steps, what was cleared; the USE runbook's matrix.
import type { Escalation } from '../model/escalation.ts'
import type { Diagnosis, Finding } from '../model/finding.ts'
import type { MatrixCell, Report } from '../model/report.ts'
import { dimensionOf, percentileText } from './bars.ts'
import { clean, columns, shorten } from './escape.ts'
import type { ReportFormat } from './format.ts'
import { isWhole } from './matrix.ts'
import { samplesText } from './sparkline.ts'
import {
  ADVICE_WORD,
  culpritText,
  diagnosisTitle,
  findingsNamed,
  keyOf,
  measureAgain,
  milliseconds,
  orderedAdvice,
  plural,
  STATUS_WORD,
  unexplained,
  utc,
} from './words.ts'

/** Functions that wrap a text in colour codes; picocolors' `createColors()` is one. */
export interface Palette {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
  readonly cyan: (text: string) => string
}

export interface TerminalOptions {
  readonly palette?: Palette
  readonly width?: number
  /** Where the full report was written. */
  readonly fullReport?: string
}

export const format: ReportFormat = { id: 'terminal', extension: 'txt', render: (report) => renderTerminal(report) }

interface Page {
  readonly palette: Palette
  readonly width: number
}

export function renderTerminal(report: Report, options: TerminalOptions = {}): string {
  const page: Page = { palette: options.palette ?? PLAIN, width: Math.max(40, Math.min(options.width ?? 80, 120)) }
  const lines = [
    ...wrap(clean(`${report.host.name}, ${utc(report.startedAt)}, ${report.runbook}`), page.width).map(
      page.palette.dim,
    ),
    '',
    ...verdict(report, page),
    ...report.diagnoses.slice(0, 3).flatMap((one, i) => ['', ...diagnosis(report, one, i + 1, page)]),
    ...(isWhole(report) ? matrix(report.matrix, page) : []),
    ...tail(report, page),
    ...full(options.fullReport, page),
  ]
  return `${lines.join('\n')}\n`
}

function verdict(report: Report, page: Page): readonly string[] {
  const paint = {
    ok: page.palette.green,
    warn: page.palette.yellow,
    critical: page.palette.red,
    unknown: page.palette.yellow,
  }
  const word = STATUS_WORD[report.status]
  const [first = '', ...rest] = wrap(`${word}  ${clean(report.verdict[0])}`, page.width, '  ')
  const painted = page.palette.bold(paint[report.status](word)) + page.palette.bold(first.slice(word.length))
  const stopped =
    report.interrupted === undefined ? [] : wrap(`Interrupted: ${clean(report.interrupted)}`, page.width, '  ')
  return [painted, ...rest.map(page.palette.bold), ...wrap(clean(report.verdict[1]), page.width), ...stopped]
}

function diagnosis(report: Report, one: Diagnosis, rank: number, page: Page): readonly string[] {
  const { palette, width } = page
  const who = one.culprits.slice(0, 2).map((culprit) => culpritText(culprit, 4))
  const unit = one.culprits[0]?.unit ?? one.culprits[0]?.cgroup
  const by = one.culprits[0]?.by
  const whoText = [who.join('; '), unit, by].filter((part) => part !== undefined && part !== '').join(', ')
  const lines = wrap(`${rank}. ${clean(diagnosisTitle(one, ': '))}`, width, '   ').map((line) => palette.bold(line))
  lines.push(...labelled('who', whoText === '' ? 'not known' : whoText, page))
  lines.push(...labelled('sure', `confidence ${one.confidence}`, page))
  const findings = findingsNamed(report.findings, one.findings)
  lines.push(...findings.slice(0, 3).flatMap((finding, i) => labelled(i === 0 ? 'seen' : '', finding.text, page)))
  lines.push(...figures(findings, page))
  const steps = orderedAdvice(one.advice).slice(0, 3)
  lines.push(
    ...steps.flatMap((step, i) =>
      labelled(i === 0 ? 'do' : '', `${ADVICE_WORD[step.order].toLowerCase()}: ${step.text}`, page, 2),
    ),
  )
  return lines
}

function figures(findings: readonly Finding[], page: Page): readonly string[] {
  const rows = new Map(
    findings.flatMap((one) => one.evidence).map((row) => [`${row.metric} ${row.instance ?? ''}`, row]),
  )
  return [...rows.values()].slice(0, 3).flatMap((row) => {
    const of = row.instance === undefined ? '' : ` of ${row.instance}`
    const samples = samplesText(row.samples, row.value)
    return labelled(
      '',
      `${row.metric}${of} ${row.value}${samples === '' ? '' : `  ${samples}`}  ← ${row.command}`,
      page,
      2,
    )
  })
}

const SHORT = { utilization: 'util', saturation: 'sat', errors: 'err' } as const

/** One cell a line, `cpu  util ok  cpu.busiest 2 % [cpu.busy]`; what is longer goes on under its own text. */
function matrix(cells: readonly MatrixCell[], page: Page): readonly string[] {
  const { palette } = page
  const paint = {
    problem: palette.red,
    suspect: palette.yellow,
    ok: palette.green,
    unknown: palette.yellow,
    'not measured': palette.dim,
  }
  const before = 26
  const rows = cells.flatMap((cell, i) => {
    const name = cells[i - 1]?.resource === cell.resource ? '' : clean(cell.resource, 12)
    const check = cell.checks[0] === undefined ? '' : ` [${cell.checks[0]}]`
    const word = cell.verdict === 'not measured' ? '-' : cell.verdict
    const verdictText = paint[cell.verdict](word) + ' '.repeat(8 - word.length)
    const [first = '', ...more] = wrap(clean(`${cell.text}${check}`), page.width - before)
    const start = `${palette.bold(name)}${' '.repeat(Math.max(1, 13 - columns(name)))}${SHORT[cell.signal].padEnd(5)}${verdictText}`
    return [start + first, ...more.map((line) => ' '.repeat(before) + line)]
  })
  return ['', palette.bold('Utilization, saturation, errors (- is not measured)'), ...rows]
}

function tail(report: Report, page: Page): readonly string[] {
  const { palette, width } = page
  const lines: string[] = ['']
  const others = unexplained(report)
  const seen = others.slice(0, 3).map((one) => `${keyOf(one)}: ${one.text}`)
  if (others.length > 0)
    lines.push(
      ...wrap(
        `Also seen: ${clean(seen.join('; '), 240)}${others.length > 3 ? ` (+${others.length - 3})` : ''}`,
        width,
        '  ',
      ),
    )
  if (report.cleared.length > 0 && !report.verdict[1].startsWith('Cleared:')) {
    lines.push(...wrap(`Cleared: ${clean(report.cleared.join(', '))}`, width, '  ').map(palette.green))
  }
  lines.push(...asked(report, page))
  const unknown = report.findings.filter((one) => one.status === 'unknown').length
  if (unknown > 0) lines.push(palette.yellow(`${plural(unknown, 'check')} could not look; the full report says why.`))
  if (report.diagnoses.length > 0) lines.push(...wrap(`Then measure again: ${measureAgain(report)}`, width, '  '))
  lines.push(palette.dim(`Took ${milliseconds(report.elapsedMs)} and ${milliseconds(report.cost.cpuMs)} of CPU.`))
  return lines
}

/** What the kernel answered is in the full report; here that it was asked, and the instrument. */
function asked({ escalations = [] }: Report, { palette, width }: Page): readonly string[] {
  const answered = escalations.filter((one) => one.outcome === 'answered')
  const open = escalations.length - answered.length
  const texts = answered.map((one) => `${one.metric}${headline(one)}`)
  const told = texts.length === 0 ? [] : wrap(`The kernel was asked: ${clean(texts.join('; '))}`, width, '  ')
  return open === 0
    ? told
    : [...told, palette.yellow(`${plural(open, 'question')} to the kernel not answered; the full report says why.`)]
}

function headline({ answer, metric }: Escalation): string {
  if (answer?.kind === 'distribution') return ` ${percentileText(answer, dimensionOf(metric))}`
  return answer === undefined
    ? ''
    : answer.kind === 'stacks'
      ? ` ${answer.stacks.length} stacks`
      : ` ${plural(answer.total, 'event')}`
}

function full(path: string | undefined, page: Page): readonly string[] {
  return path === undefined ? [] : [`Full report: ${page.palette.cyan(clean(path, 1000))}`]
}

/** `  who   text`, continued under the text; at most `rows` lines. */
function labelled(label: string, text: string, page: Page, rows = 3): string[] {
  const lines = wrap(clean(text), page.width - 9)
  const kept = lines.slice(0, rows)
  const last = kept.length - 1
  if (lines.length > rows) kept[last] = shorten(`${kept[last] ?? ''} …`, page.width - 9)
  return kept.map((line, i) => `   ${page.palette.dim((i === 0 ? label : '').padEnd(5))} ${line}`)
}

/** Breaks at spaces so that no line takes more columns than `width`; a longer word is cut. */
function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((one) => pieces(one, width - columns(indent)))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && columns(longer) > width) {
      lines.push(line)
      line = indent + word
    } else line = longer
  }
  return [...lines, line]
}

function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (columns(part + character) > width) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}

const same = (text: string): string => text
const PLAIN: Palette = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same }
