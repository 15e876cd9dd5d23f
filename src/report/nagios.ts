// Report → one line in the Nagios plugin format: status, resource, cause, culprit, then the main figures as performance data.
import type { Evidence, Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { clean } from './escape.ts'
import type { ReportFormat } from './format.ts'
import { culpritName, culpritText, isFiring, plural, quantityOf, STATUS_WORD } from './words.ts'

export const format: ReportFormat = { id: 'nagios', extension: 'nagios', render: renderNagios }

/** Host-wide figures worth a graph, in this order; those that were evidence in this run are given. */
const MAIN: readonly string[] = (
  'cpu.utilization cpu.runnable cpu.pressure.some cpu.steal load.one ' +
  'memory.available memory.pressure.some memory.swap_in io.pressure.some tcp.retransmits'
).split(' ')
const MAX_TEXT = 400

export function renderNagios(report: Report): string {
  const data = performance(report.findings)
  const text = `TRACEBOOK ${STATUS_WORD[report.status]} - ${plain(said(report), MAX_TEXT)}`
  return `${data === '' ? text : `${text} | ${data}`}\n`
}

function said(report: Report): string {
  const [first, ...others] = report.diagnoses
  const prefix = report.interrupted === undefined ? '' : 'interrupted, so far: '
  if (first !== undefined) {
    const who = first.culprits[0] === undefined ? '' : ` (${short(first.culprits[0])})`
    const rest = others.length === 0 ? '' : `, and ${plural(others.length, 'more cause')}`
    return `${prefix}${resource(first.use)}${first.title}${who}${rest}`
  }
  const firing = report.findings.filter((one) => isFiring(one) && one.weight === 'alarm')
  const worst = firing.find((one) => one.status === 'critical') ?? firing[0]
  if (worst !== undefined) {
    const rest = firing.length > 1 ? `, and ${plural(firing.length - 1, 'more finding')}` : ''
    return `${prefix}${resource(worst.use)}${worst.text}${rest}`
  }
  if (report.status === 'unknown') return prefix + blind(report)
  return `${prefix}${report.verdict[0]}`
}

function blind(report: Report): string {
  const unknown = report.findings.filter((one) => one.status === 'unknown')
  const reasons = [...new Set(unknown.map((one) => one.unavailable?.reason ?? one.text))]
  if (reasons.length === 0) return report.verdict[0]
  const more = reasons.length > 2 ? `; and ${plural(reasons.length - 2, 'more reason')}` : ''
  return `${plural(unknown.length, 'check')} could not look: ${reasons.slice(0, 2).join('; ')}${more}`
}

/** `stress-ng, pid 123` reads better inside the brackets of the line than `stress-ng (pid 123)`. */
function short(culprit: Parameters<typeof culpritText>[0]): string {
  const pids = culprit.pids ?? (culprit.pid === undefined ? [] : [culprit.pid])
  if (pids.length === 0) return culpritName(culprit)
  return pids.length === 1
    ? `${culpritName(culprit)}, pid ${pids[0]}`
    : `${culpritName(culprit)}, ${pids.length} processes`
}

function resource(use: string): string {
  const name = use.split('.')[0] ?? ''
  if (name === '' || name === 'none') return ''
  return `${SHORT.has(name) ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1)}: `
}

const SHORT: ReadonlySet<string> = new Set(['cpu', 'tcp', 'udp', 'dns', 'gpu', 'numa', 'fs'])

/** One line without `|`, and without what a notification command's shell would act on. */
function plain(text: string, max: number): string {
  return clean(text, max)
    .replace(/\|/g, '/')
    .replace(/;/g, ',')
    .replace(/[`$&"'<>~\\]/g, '_')
}

function performance(findings: readonly Finding[]): string {
  const rows = new Map<string, Evidence>()
  for (const finding of findings)
    for (const row of finding.evidence)
      if (row.instance === undefined && MAIN.includes(row.metric) && !rows.has(row.metric)) rows.set(row.metric, row)
  return MAIN.flatMap((metric) => figure(metric, rows.get(metric)?.value)).join(' ')
}

function figure(metric: string, value: string | undefined): readonly string[] {
  const quantity = value === undefined ? undefined : quantityOf(value)
  if (quantity === undefined || !Number.isFinite(quantity.value)) return []
  const units: Readonly<Record<string, string>> = { ratio: '%', bytes: 'B', seconds: 's' }
  // Plugins must not print exponents.
  const number = String(Number(quantity.value.toFixed(quantity.dimension === 'bytes' ? 0 : 6)))
  return number.includes('e') ? [] : [`${metric}=${number}${units[quantity.dimension] ?? ''}`]
}
