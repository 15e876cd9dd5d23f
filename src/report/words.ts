// The nouns of a report → words every format shares: status, who is to blame, commands, times. Results are not yet cleaned.
import type { Status } from '../model/check.ts'
import type { Advice, Confidence, Culprit, Diagnosis, Finding } from '../model/finding.ts'
import { isFiring, keyOf } from '../model/finding.ts'
import { commandLine } from '../model/observation.ts'

export { commandLine, isFiring, keyOf }
import type { Report } from '../model/report.ts'
import { parseQuantity, type Quantity } from '../model/unit.ts'

export const STATUS_WORD: Readonly<Record<Status, string>> = {
  ok: 'OK',
  warn: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
}

export const CONFIDENCE_WORD: Readonly<Record<Confidence, string>> = {
  high: 'independent signals agree, sustained',
  medium: 'one sustained signal, or two short ones',
  low: 'a hint, not proof',
}

/** Cheapest and surest first: work that is not done needs no tuning. */
export const ADVICE_ORDER: readonly Advice['order'][] = ['remove', 'move', 'tune', 'add', 'learn']

export const ADVICE_WORD: Readonly<Record<Advice['order'], string>> = {
  remove: 'Remove work',
  move: 'Move work',
  tune: 'Tune',
  add: 'Add capacity',
  learn: 'Learn more',
}

export function orderedAdvice(advice: readonly Advice[]): readonly Advice[] {
  return ADVICE_ORDER.flatMap((order) => advice.filter((one) => one.order === order))
}

/** Findings named by `keys`; a key without `#` stands for every firing instance of the check. */
export function findingsNamed(findings: readonly Finding[], keys: readonly string[]): readonly Finding[] {
  const seen = new Set<Finding>()
  for (const key of keys)
    for (const finding of findings)
      if (keyOf(finding) === key || (finding.check === key && isFiring(finding))) seen.add(finding)
  return [...seen]
}

/** Firing findings that no diagnosis rests on or explains. */
export function unexplained(report: Report): readonly Finding[] {
  const told = new Set(report.diagnoses.flatMap((d) => findingsNamed(report.findings, [...d.findings, ...d.explains])))
  return report.findings.filter((finding) => isFiring(finding) && !told.has(finding))
}

/** Who it is, in a word or two: `stress-ng`, `disk sda`, `port 8080`. */
export function culpritName(culprit: Culprit): string {
  const name = culprit.comm ?? culprit.name
  if (culprit.kind === 'process') return name
  if (culprit.kind === 'cpu') return /^\d+$/.test(culprit.name) ? `CPU ${culprit.name}` : culprit.name
  if (culprit.kind === 'listener') return culprit.port === undefined ? name : `port ${culprit.port}`
  if (culprit.kind === 'host' || culprit.kind === 'kernel') return culprit.name
  return `${culprit.kind} ${culprit.name}`
}

/** Which one exactly: `pid 12`, `8 processes: 12, 13, …`, with what it listens on. */
export function culpritDetail(culprit: Culprit, listed = 16): string {
  const parts: string[] = []
  const pids = culprit.pids ?? (culprit.pid === undefined ? [] : [culprit.pid])
  if (culprit.kind === 'listener' && culprit.port !== undefined) parts.push(culprit.comm ?? culprit.name)
  if (pids.length === 1) parts.push(`pid ${pids[0]}`)
  else if (pids.length > 1) {
    const shown = pids.slice(0, listed).join(', ')
    // A culprit lists its sixteen largest processes: of sixteen it is not known whether there are more.
    const count = pids.length >= 16 ? `${pids.length} processes or more` : `${pids.length} processes`
    parts.push(`${count}: ${shown}${pids.length > listed ? ', …' : ''}`)
  }
  return parts.join(', ')
}

export function culpritText(culprit: Culprit, listed = 16): string {
  const detail = culpritDetail(culprit, listed)
  return detail === '' ? culpritName(culprit) : `${culpritName(culprit)} (${detail})`
}

/** `More runnable work than CPUs — stress-ng, nginx`: at most three names. */
export function diagnosisTitle(diagnosis: Diagnosis, separator = ' — '): string {
  const names = [...new Set(diagnosis.culprits.map(culpritName))]
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '')
  return shown === '' ? diagnosis.title : `${diagnosis.title}${separator}${shown}`
}

/** The command that repeats this run. A name that would need quoting is left for the person to fill in. */
export function measureAgain(report: Report): string {
  const plain = (text: string) => /^[\w@%+=:,./-]+$/.test(text)
  const runbook = report.runbook === 'sixty_seconds' || !plain(report.runbook) ? '' : ` ${report.runbook}`
  const target = report.target === undefined || !plain(report.target) ? '' : ` --target ${report.target}`
  return `tracebook run${runbook}${target}`
}

/** `2026-10-06T03:12:45.123Z` → `2026-10-06 03:12:45 UTC`. */
export function utc(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(iso)
  return match === null ? iso : `${match[1]} ${match[2]} UTC`
}

/** `12 340/s`, `4.2 GiB` → the number in base units; undefined for a text. */
export function quantityOf(value: string): Quantity | undefined {
  return parseQuantity(value.replace(/(\d) (?=\d{3})/g, '$1').replace(/\s+%$/, '%'))
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

export function milliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 120_000 ? `${Number((ms / 1000).toFixed(1))} s` : `${Math.round(ms / 60_000)} min`
}
