// Findings → the USE matrix: one cell per resource and signal, each with a verdict and the reason for it.
import type { Finding } from '../model/finding.ts'
import type { MatrixCell, Report } from '../model/report.ts'
import { clean, shorten } from './escape.ts'
import { UNMEASURED } from './unmeasured.ts'
import { isFiring, quantityOf } from './words.ts'

export const SIGNALS = ['utilization', 'saturation', 'errors'] as const
type Signal = (typeof SIGNALS)[number]

/** These rows are always there: a cell nobody looks at is part of the answer. */
const CORE = 'cpu memory numa disk fs network tcp udp controller interconnect gpu cgroup load limit lock'.split(' ')
const ORDER: readonly string[] =
  'cpu memory swap numa disk fs network tcp udp dns controller interconnect gpu cgroup load task tasks limit lock virt app'.split(
    ' ',
  )
const MAX = 60
export const NOT_IN_RUN = 'not in this run'

/** The runbook of the whole method: its report shows each cell with the check behind it. */
export function isWhole(report: Report): boolean {
  return report.runbook === 'use'
}

/** What a cell says, and the finding it says it for. */
interface Said {
  readonly verdict: MatrixCell['verdict']
  readonly text: string
  readonly lead?: Finding | undefined
}

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
  const use = `${resource}.${signal}`
  const findings = all.filter((finding) => finding.use === use)
  const { verdict, text, lead } = findings.length === 0 ? nobody(use, anyCheck) : spoken(findings)
  return { resource, signal, verdict, text: shorten(clean(text), MAX), checks: checksOf(findings, lead) }
}

/** The check that decided the cell stands first. */
function checksOf(findings: readonly Finding[], lead: Finding | undefined): readonly string[] {
  const others = findings.map((finding) => finding.check)
  return [...new Set(lead === undefined ? others : [lead.check, ...others])]
}

function nobody(use: string, anyCheck: boolean): Said {
  const text = anyCheck ? NOT_IN_RUN : (UNMEASURED[use] ?? 'no check looks at this')
  return { verdict: 'not measured', text }
}

function spoken(findings: readonly Finding[]): Said {
  const firing = findings.filter(isFiring)
  const alarms = firing.filter((finding) => finding.weight === 'alarm')
  if (alarms.length > 0) return { verdict: 'problem', ...firingText(alarms) }
  if (firing.length > 0) return { verdict: 'suspect', ...firingText(firing) }
  return quiet(findings)
}

/**
 * Nothing fires: ok only when every alarm of the cell could be judged. A notice that is unknown does not spoil it, nor does an
 * alarm that this kernel or hardware can never answer, when another one did: the cell says how many spoke. To have nothing that
 * could have the problem is no answer for the whole cell while others are unknown.
 */
function quiet(findings: readonly Finding[]): Said {
  const judged = judgedOf(findings)
  const unknown = judged.filter((finding) => finding.status === 'unknown')
  const known = judged.filter((finding) => finding.status !== 'unknown')
  const firm = known.filter(hasGround)
  const lead = unknown.find((one) => firm.length === 0 || one.unavailable?.unavailable !== 'not supported')
  if (lead === undefined) {
    const some = unknown.length === 0 ? '' : ` (${known.length} of ${judged.length} checks)`
    const said = okText(firm.length > 0 ? firm : known)
    return { verdict: 'ok', lead: said.lead, text: shorten(clean(said.text), MAX - some.length) + some }
  }
  const kind = lead.unavailable?.unavailable ?? 'not measured'
  const some = unknown.length === judged.length ? '' : ` (${unknown.length} of ${judged.length} checks)`
  return { verdict: 'unknown', text: `${kind}${some}: ${lead.unavailable?.reason ?? lead.text}`, lead }
}

/** The alarms; where none had anything to look at, whoever had. */
function judgedOf(findings: readonly Finding[]): readonly Finding[] {
  const said = (finding: Finding) => finding.status === 'unknown' || hasGround(finding)
  const alarms = findings.filter((finding) => finding.weight === 'alarm')
  if (alarms.some(said)) return alarms
  const others = findings.filter(said)
  return others.length > 0 ? others : alarms.length > 0 ? alarms : findings
}

/** An ok rests on a value or on instances that were judged; else there was nothing that could have the problem. */
function hasGround({ evidence, assumed, text }: Finding): boolean {
  return evidence.length > 0 || assumed !== undefined || text.includes(' within limits')
}

function firingText(findings: readonly Finding[]): Omit<Said, 'verdict'> {
  const lead = findings.find((finding) => finding.status === 'critical') ?? findings[0]
  if (lead === undefined) return { text: '' }
  const text = lead.evidence.length === 0 || ofProcess(lead) ? lead.text : figures(lead)
  const others = findings.length === 1 ? '' : ` (+${findings.length - 1} more)`
  return { text: shorten(clean(named(lead, text)), MAX - others.length) + others, lead }
}

/** The most telling figure of a quiet cell: of many instances the one that came closest, by the first figure of its check. */
function okText(findings: readonly Finding[]): Omit<Said, 'verdict'> {
  const measured = findings.filter((finding) => finding.assumed === undefined && finding.evidence.length > 0)
  const first = measured[0]
  if (first === undefined) {
    const lead = findings.find((finding) => finding.assumed !== undefined) ?? findings[0]
    return { text: lead?.assumed === undefined ? (lead?.text ?? '') : `assumed: ${lead.assumed}`, lead }
  }
  const size = (finding: Finding) => quantityOf(finding.evidence[0]?.value ?? '')?.value ?? -Infinity
  const peers = measured.filter((finding) => finding.check === first.check)
  const lead = peers.reduce((best, finding) => (size(finding) > size(best) ? finding : best), first)
  return { text: named(lead, figures(lead)), lead }
}

/** A process is known by its name, which only the text has. */
function ofProcess({ evidence }: Finding): boolean {
  return evidence[0]?.metric.startsWith('process.') === true
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
