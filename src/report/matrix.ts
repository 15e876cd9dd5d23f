// Findings → the USE matrix: one cell per resource and signal, each with a verdict and the reason for it.
import type { Finding } from '../model/finding.ts'
import type { MatrixCell } from '../model/report.ts'
import { clean, shorten } from './escape.ts'
import { isFiring, quantityOf } from './words.ts'

export const SIGNALS = ['utilization', 'saturation', 'errors'] as const
type Signal = (typeof SIGNALS)[number]

/** These rows are always there: a cell nobody looks at is part of the answer. */
const CORE = ['cpu', 'memory', 'disk', 'fs', 'network', 'tcp', 'udp', 'cgroup', 'limit'] as const
const ORDER: readonly string[] =
  'cpu memory disk fs network tcp udp dns cgroup load task tasks limit lock numa virt gpu app'.split(' ')
const MAX = 60

/** `allUses`: the `use` of every check in the library, so that a cell tells "not in this runbook" from "by no check at all". */
export function matrixOf(findings: readonly Finding[], allUses: readonly string[]): readonly MatrixCell[] {
  const uses = new Set(allUses)
  const resources = new Set<string>(CORE)
  for (const use of [...allUses, ...findings.map((finding) => finding.use)]) {
    const [resource, signal] = use.split('.')
    if (resource !== undefined && isSignal(signal)) resources.add(resource)
  }
  return [...resources]
    .sort(byOrder)
    .flatMap((resource) =>
      SIGNALS.map((signal) => cellOf(resource, signal, findings, uses.has(`${resource}.${signal}`))),
    )
}

function cellOf(resource: string, signal: Signal, all: readonly Finding[], anyCheck: boolean): MatrixCell {
  const findings = all.filter((finding) => finding.use === `${resource}.${signal}`)
  const cell = (verdict: MatrixCell['verdict'], text: string): MatrixCell => ({
    resource,
    signal,
    verdict,
    text: shorten(clean(text), MAX),
    checks: [...new Set(findings.map((finding) => finding.check))],
  })
  if (findings.length === 0) {
    return cell('not measured', anyCheck ? 'not in this run' : 'no check looks at this')
  }
  const firing = findings.filter(isFiring)
  const alarms = firing.filter((finding) => finding.weight === 'alarm')
  if (alarms.length > 0) return cell('problem', firingText(alarms))
  if (firing.length > 0) return cell('suspect', firingText(firing))
  return quietCell(findings, cell)
}

/** Nothing fires: ok only when every alarm of the cell could be judged. A notice that is unknown does not spoil it. */
function quietCell(
  findings: readonly Finding[],
  cell: (verdict: MatrixCell['verdict'], text: string) => MatrixCell,
): MatrixCell {
  const alarms = findings.filter((finding) => finding.weight === 'alarm')
  const judged = alarms.length > 0 ? alarms : findings
  const unknown = judged.filter((finding) => finding.status === 'unknown')
  const first = unknown[0]
  if (first === undefined) return cell('ok', okText(judged))
  const kind = first.unavailable?.unavailable ?? 'not measured'
  const some = unknown.length === judged.length ? '' : ` (${unknown.length} of ${judged.length} checks)`
  return cell('unknown', `${kind}${some}: ${first.unavailable?.reason ?? first.text}`)
}

function firingText(findings: readonly Finding[]): string {
  const worst = findings.find((finding) => finding.status === 'critical') ?? findings[0]
  if (worst === undefined) return ''
  const text = worst.evidence.length === 0 ? worst.text : figures(worst)
  const others = findings.length === 1 ? '' : ` (+${findings.length - 1} more)`
  return shorten(clean(named(worst, text)), MAX - others.length) + others
}

/** The most telling figure of a quiet cell: of many instances the one that came closest, by the first figure of its check. */
function okText(findings: readonly Finding[]): string {
  const measured = findings.filter((finding) => finding.assumed === undefined && finding.evidence.length > 0)
  const lead = measured[0]
  if (lead === undefined) {
    const assumed = findings.find((finding) => finding.assumed !== undefined)
    return assumed?.assumed === undefined ? (findings[0]?.text ?? '') : `assumed: ${assumed.assumed}`
  }
  const size = (finding: Finding) => quantityOf(finding.evidence[0]?.value ?? '')?.value ?? -Infinity
  const peers = measured.filter((finding) => finding.check === lead.check)
  const top = peers.reduce((best, finding) => (size(finding) > size(best) ? finding : best), lead)
  return named(top, figures(top))
}

/** The figures a status rests on, as many as fit a cell. */
function figures(finding: Finding): string {
  const [first = '', ...rest] = finding.evidence.map((one) => `${one.metric} ${one.value}`)
  const two = rest[0] === undefined ? first : `${first}, ${rest[0]}`
  return two.length <= MAX - 12 ? two : first
}

/** Names the instance unless the text does. */
function named(finding: Finding, text: string): string {
  return finding.instance === undefined || text.includes(finding.instance) ? text : `${finding.instance}: ${text}`
}

function byOrder(a: string, b: string): number {
  const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function isSignal(text: string | undefined): text is Signal {
  return SIGNALS.some((signal) => signal === text)
}
