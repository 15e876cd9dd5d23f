// Report → its first screen: host, time, runbook, the verdict in two lines, and what kind of host it is.
import { formatQuantity } from '../../model/unit.ts'
import type { Report } from '../../model/report.ts'
import { milliseconds, plural, STATUS_WORD, utc } from '../words.ts'
import { code, heading, list, paragraph, strong, type Block } from './nodes.ts'

export function head(report: Report): readonly Block[] {
  const { host } = report
  const usable = host.usableCpus === host.cpus ? '' : ` (${host.usableCpus} usable)`
  const facts = [
    `${plural(host.cpus, 'CPU')}${usable}`,
    `${formatQuantity(host.memoryBytes, 'bytes')} memory`,
    host.distribution,
    `kernel ${host.kernel}`,
    virtual(host.virtualization),
    host.container === 'none' || host.container === '' ? '' : `container ${host.container}`,
    host.cgroup === '/' || host.cgroup === '' ? '' : `cgroup ${host.cgroup}`,
    `up ${formatQuantity(host.uptimeSeconds, 'seconds')}`,
    `looked at as ${host.user}`,
  ].filter((fact) => fact !== '')
  return [
    heading(1, `${host.name}, ${utc(report.startedAt)}, ${report.runbook}`),
    paragraph([strong(STATUS_WORD[report.status]), ` — ${report.verdict[0]}`]),
    paragraph(report.verdict[1]),
    ...interrupted(report),
    paragraph(`Host: ${facts.join(', ')}.`),
    paragraph([`Runbook: ${report.title} (`, code(report.runbook), `). ${times(report)}`]),
    ...target(report),
  ]
}

function times(report: Report): string {
  return `Measured for ${milliseconds(report.windowMs)}, done after ${milliseconds(report.elapsedMs)}.`
}

function interrupted(report: Report): readonly Block[] {
  if (report.interrupted === undefined) return []
  return [paragraph([strong('Interrupted'), `: ${report.interrupted}. This is what was seen until then.`])]
}

function virtual(kind: string): string {
  if (kind === 'none' || kind === '') return ''
  return kind === 'yes' ? 'virtual machine' : `virtual machine (${kind})`
}

/** What the operator said is slow, with what its own view showed. */
function target(report: Report): readonly Block[] {
  const { target } = report
  if (target === undefined) return []
  const name = target.slice(target.indexOf(':') + 1)
  const own = report.findings.filter(
    (finding) =>
      finding.check.startsWith('target.') ||
      finding.instance === name ||
      finding.culprits.some((one) => String(one.pid) === name || one.name === name || one.comm === name),
  )
  const title = heading(2, ['What you said is slow: ', code(target)])
  if (own.length === 0) return [title, paragraph('Nothing that was measured names it. The host as a whole is below.')]
  const named = [...own].sort((a, b) => URGENCY.indexOf(a.status) - URGENCY.indexOf(b.status)).slice(0, 12)
  return [title, list(named.map((one) => [strong(one.status), ' ', code(one.check), `: ${one.text}`]))]
}

const URGENCY: readonly string[] = ['critical', 'warn', 'unknown', 'ok']
