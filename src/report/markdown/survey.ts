// Report → everything beside the diagnoses: other findings, the USE matrix, what was cleared, what is not known and why.
import type { Finding } from '../../model/finding.ts'
import type { MatrixCell, Report } from '../../model/report.ts'
import { clean, shorten } from '../escape.ts'
import { isWhole, NOT_IN_RUN, SIGNALS } from '../matrix.ts'
import { culpritText, isFiring, unexplained } from '../words.ts'
import { claim, more } from './diagnosis.ts'
import { code, heading, inline, joined, list, paragraph, strong, table, type Block, type Inline } from './nodes.ts'

const MAX_LINES = 20
/** Four columns must fit a screen: a cell that is longer keeps its first part. The whole is above, below and in JSON. */
const CELL = 30
const MATRIX = 'Resources: utilization, saturation, errors'

export function survey(report: Report): readonly Block[] {
  return [
    ...alsoSeen(report),
    ...(isWhole(report) ? wholeMatrix(report.matrix) : matrix(report.matrix)),
    ...cleared(report),
    ...notKnown(report),
  ]
}

function alsoSeen(report: Report): readonly Block[] {
  const others = unexplained(report)
  if (others.length === 0) return []
  const rank = (finding: Finding) => (finding.weight === 'notice' ? 2 : 0) + (finding.status === 'critical' ? 0 : 1)
  const shown = [...others].sort((a, b) => rank(a) - rank(b)).slice(0, MAX_LINES)
  return [heading(2, 'Also seen'), list([...shown.map(seen), ...more(others.length - shown.length, 'findings')])]
}

function seen(finding: Finding): Inline {
  const parts = inline(claim(finding.weight === 'notice' ? { ...finding, text: `(notice) ${finding.text}` } : finding))
  const first = finding.culprits[0]
  if (first !== undefined) parts.push(...inline([' — ', code(culpritText(first, 4))]))
  const by = finding.explainedBy ?? []
  if (by.length > 0) parts.push(...inline([' (an effect of ', ...joined(by.map(code), ', '), ')']))
  // A diagnosis has its advice; a notice of the configuration is of no use without.
  else if (finding.advice !== undefined) parts.push(...inline(['. ', finding.advice]))
  return parts
}

/** Three cells a row; resources that nothing looked at are one line below. */
function matrix(cells: readonly MatrixCell[]): readonly Block[] {
  if (cells.length === 0) return []
  const resources = [...new Set(cells.map((cell) => cell.resource))]
  const of = (resource: string) => cells.filter((cell) => cell.resource === resource)
  const seen = resources.filter((resource) => of(resource).some((cell) => cell.verdict !== 'not measured'))
  const rows = seen.map((resource): readonly Inline[] => [
    resource,
    ...SIGNALS.map((signal) => cellText(of(resource).find((cell) => cell.signal === signal))),
  ])
  const unseen = resources.filter((resource) => !seen.includes(resource))
  const inUse = unseen.filter((resource) => of(resource).some((cell) => cell.text === NOT_IN_RUN))
  const nowhere = unseen.filter((resource) => !inUse.includes(resource))
  return [
    heading(2, MATRIX),
    ...(seen.length === 0 ? [] : [table(['resource', ...SIGNALS], rows)]),
    ...(inUse.length === 0
      ? []
      : [paragraph([`Not in this run: ${inUse.join(', ')}. See `, code('tracebook run use'), '.'])]),
    ...(nowhere.length === 0 ? [] : [paragraph(`Not measured by any check: ${nowhere.join(', ')}.`)]),
  ]
}

/** One cell a row, with the check that decided it. */
function wholeMatrix(cells: readonly MatrixCell[]): readonly Block[] {
  const rows = cells.map((cell, i): readonly Inline[] => [
    cells[i - 1]?.resource === cell.resource ? '' : cell.resource,
    cell.signal,
    cell.verdict === 'problem' || cell.verdict === 'suspect' ? [strong(cell.verdict)] : cell.verdict,
    cell.text,
    cell.checks[0] === undefined ? '' : code(cell.checks[0]),
  ])
  return [heading(2, MATRIX), table(['resource', 'signal', 'verdict', 'value or reason', 'check'], rows)]
}

function cellText(cell: MatrixCell | undefined): Inline {
  if (cell === undefined) return 'not measured — no check'
  const text = ` — ${brief(cell)}`
  const loud = cell.verdict === 'problem' || cell.verdict === 'suspect'
  return loud ? [strong(cell.verdict), text] : `${cell.verdict}${text}`
}

function brief(cell: MatrixCell): string {
  // Why there is none is said by the runbook of the whole method, which has the room.
  if (cell.verdict === 'not measured') return cell.text === NOT_IN_RUN ? NOT_IN_RUN : 'no check'
  const text = clean(cell.text)
  const parts = cell.verdict === 'unknown' ? ': ' : ', '
  return text.length <= CELL ? text : shorten(text.split(parts)[0] ?? '', CELL)
}

function cleared(report: Report): readonly Block[] {
  if (report.diagnoses.length === 0 || report.cleared.length === 0) return []
  return [heading(2, 'Cleared'), list(report.cleared)]
}

/** One line per reason, not per check: a missing tool blinds many checks and is cured once. */
function notKnown(report: Report): readonly Block[] {
  const unknown = report.findings.filter((finding) => finding.status === 'unknown' && !isFiring(finding))
  if (unknown.length === 0) return []
  const groups = new Map<string, Finding[]>()
  for (const finding of unknown) {
    const { unavailable: kind = 'not measured', reason = finding.text, cure = '' } = finding.unavailable ?? {}
    const key = JSON.stringify([kind, reason, cure])
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  const lines = [...groups.values()].sort((a, b) => b.length - a.length).map(reason)
  const rest = more(lines.length - MAX_LINES, 'reasons')
  return [
    heading(2, 'Not known, and why'),
    paragraph('Not known is not ok: these checks could not say anything.'),
    list([...lines.slice(0, MAX_LINES), ...rest]),
  ]
}

function reason(findings: readonly Finding[]): Inline {
  const first = findings[0]
  const why = first?.unavailable
  const names = [...new Set(findings.map((finding) => finding.check))]
  const listed = joined(names.slice(0, 8).map(code), ', ')
  return [
    strong(why?.unavailable ?? 'not measured'),
    `: ${ended(why?.reason ?? first?.text ?? '')}`,
    ...(why?.cure === undefined ? [] : [` Cure: ${ended(why.cure)}`]),
    ' Leaves open: ',
    ...listed,
    names.length > 8 ? ` and ${names.length - 8} more.` : '.',
  ]
}

function ended(sentence: string): string {
  return /[.!?]\s*$/.test(sentence) ? sentence : `${sentence}.`
}
