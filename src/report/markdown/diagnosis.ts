// Diagnoses in rank order → who is to blame, the evidence with the command to see it, what it explains, what to do.
import type { PhrasingContent } from 'mdast'
import type { Advice, Culprit, Diagnosis, Evidence, Finding } from '../../model/finding.ts'
import type { MatrixCell, Report } from '../../model/report.ts'
import { SIGNALS } from '../matrix.ts'
import { samplesText } from '../sparkline.ts'
import {
  ADVICE_WORD,
  CONFIDENCE_WORD,
  culpritDetail,
  culpritName,
  diagnosisTitle,
  findingsNamed,
  isFiring,
  keyOf,
  measureAgain,
  orderedAdvice,
} from '../words.ts'
import { code, heading, inline, list, paragraph, shell, strong, table, type Block, type Inline } from './nodes.ts'

const MAX_ROWS = 14
const MAX_FINDINGS = 12
/** A longer command, or one with a pipe (a table would write it `\|`), goes below the table where it can be copied. */
const COMMAND_IN_CELL = 40

export function diagnoses(report: Report): readonly Block[] {
  if (report.diagnoses.length === 0) return noDiagnosis(report)
  return report.diagnoses.flatMap((diagnosis, i) => one(report, diagnosis, i + 1))
}

function one(report: Report, diagnosis: Diagnosis, rank: number): readonly Block[] {
  const findings = findingsNamed(report.findings, diagnosis.findings)
  return [
    heading(2, `${rank}. ${diagnosisTitle(diagnosis)}`),
    paragraph([
      strong(diagnosis.status === 'critical' ? 'Critical' : 'Warning'),
      ', confidence ',
      strong(diagnosis.confidence),
      ` (${CONFIDENCE_WORD[diagnosis.confidence]}). ${diagnosis.text}`,
    ]),
    ...culprits(diagnosis.culprits),
    ...evidence(findings),
    ...explains(report, diagnosis),
    ...advice(report, diagnosis.advice),
  ]
}

function culprits(all: readonly Culprit[]): readonly Block[] {
  const lines = all.slice(0, 5).map(who)
  if (lines.length === 0) return [paragraph('Who: not known; nothing that was measured names anyone.')]
  if (lines.length === 1) return [paragraph(['Who: ', ...inline(lines[0] ?? [])])]
  return [paragraph('Who, most to blame first:'), list(lines, true)]
}

function who(culprit: Culprit): Inline {
  const detail = culpritDetail(culprit)
  const parts: (string | PhrasingContent)[] = [code(culpritName(culprit))]
  if (detail !== '') parts.push(` (${detail})`)
  if (culprit.unit !== undefined) parts.push(', unit ', code(culprit.unit))
  else if (culprit.cgroup !== undefined) parts.push(', cgroup ', code(culprit.cgroup))
  if (culprit.device !== undefined && culprit.device !== culprit.name) parts.push(', device ', code(culprit.device))
  if (culprit.by !== undefined) parts.push(` — ${culprit.by}`)
  return parts
}

function evidence(findings: readonly Finding[]): readonly Block[] {
  const blocks: Block[] = [heading(3, 'Evidence')]
  const shown = findings.slice(0, MAX_FINDINGS)
  if (shown.length === 0) return [...blocks, paragraph('None of its findings is in this report.')]
  blocks.push(list([...shown.map(claim), ...more(findings.length - shown.length, 'findings')]))
  const rows = distinct(findings.flatMap((finding) => finding.evidence))
  if (rows.length === 0) return blocks
  const { cells, below } = commands(rows.slice(0, MAX_ROWS))
  blocks.push(
    table(
      ['what', 'value', 'samples', 'see it yourself'],
      rows
        .slice(0, MAX_ROWS)
        .map((row, i) => [
          row.instance === undefined ? code(row.metric) : [code(row.metric), ' of ', code(row.instance)],
          row.value,
          samplesText(row.samples, row.value),
          cells[i] ?? '',
        ]),
    ),
  )
  if (below.length > 0) blocks.push(shell(below))
  if (rows.length > MAX_ROWS) blocks.push(paragraph(`${rows.length - MAX_ROWS} more figures are in the JSON report.`))
  return blocks
}

export function claim(finding: Finding): Inline {
  return [strong(finding.status), ' ', code(keyOf(finding)), `: ${finding.text}`]
}

export function more(count: number, what: string): readonly string[] {
  return count > 0 ? [`and ${count} more ${what}, in the JSON report`] : []
}

function commands(rows: readonly Evidence[]): { readonly cells: readonly Inline[]; readonly below: readonly string[] } {
  const below: string[] = []
  const cells = rows.map(({ command }): Inline => {
    if (command === '') return ''
    if (command.length <= COMMAND_IN_CELL && !command.includes('|')) return code(command)
    if (!below.includes(command)) below.push(command)
    return `command ${below.indexOf(command) + 1} below`
  })
  return { cells, below: below.flatMap((command, i) => (below.length > 1 ? [`# ${i + 1}`, command] : [command])) }
}

function distinct(rows: readonly Evidence[]): readonly Evidence[] {
  const byName = new Map(rows.map((row) => [`${row.metric} ${row.instance ?? ''} ${row.value}`, row]))
  return [...byName.values()]
}

function explains(report: Report, diagnosis: Diagnosis): readonly Block[] {
  if (diagnosis.explains.length === 0) return []
  const lines = diagnosis.explains.slice(0, MAX_FINDINGS).map((id): Inline => {
    const finding = report.findings.find((one) => keyOf(one) === id || one.check === id)
    const cause = report.diagnoses.find((other) => other.cause === id)
    const said = finding?.text ?? cause?.title
    return said === undefined ? code(id) : [code(id), `: ${said}`]
  })
  const rest = more(diagnosis.explains.length - lines.length, 'effects')
  return [paragraph('It explains, so do not chase these on their own:'), list([...lines, ...rest])]
}

function advice(report: Report, all: readonly Advice[]): readonly Block[] {
  const again: Inline = ['Measure again: ', code(measureAgain(report))]
  return [heading(3, 'What to do, in this order'), list([...orderedAdvice(all).map(step), again], true)]
}

function step(one: Advice): Inline {
  const parts: (string | PhrasingContent)[] = [strong(ADVICE_WORD[one.order]), `: ${one.text}`]
  if (one.current !== undefined) parts.push(' Now ', code(one.current), '.')
  if (one.revert !== undefined) parts.push(' Revert: ', code(one.revert), '.')
  if (one.caution !== undefined) parts.push(' ', strong('Caution:'), ` ${one.caution}`)
  return parts
}

/** Silence needs its own evidence: what was cleared, and what nobody looked at. */
function noDiagnosis(report: Report): readonly Block[] {
  const firing = report.findings.some((finding) => isFiring(finding) && finding.weight === 'alarm')
  const cleared =
    report.cleared.length === 0 ? 'Nothing could be cleared.' : `Cleared, with evidence: ${report.cleared.join(', ')}.`
  const unmeasured = cellsText(report.matrix, 'not measured')
  const unknown = cellsText(report.matrix, 'unknown')
  return [
    heading(2, report.status === 'ok' && !firing ? 'Nothing wrong was found' : 'No cause was found'),
    ...(firing ? [paragraph('Something fired (see below), but not enough to name a cause.')] : []),
    paragraph(cleared),
    ...(unmeasured === '' ? [] : [paragraph(`Not looked at: ${unmeasured}.`)]),
    ...(unknown === '' ? [] : [paragraph(`Looked at in vain (why is below): ${unknown}.`)]),
  ]
}

/** `disk (utilization, errors), udp`: a resource alone stands for all of its signals. */
function cellsText(matrix: readonly MatrixCell[], verdict: MatrixCell['verdict']): string {
  const cells = matrix.filter((cell) => cell.verdict === verdict)
  const resources = [...new Set(cells.map((cell) => cell.resource))]
  return resources
    .map((resource) => {
      const signals = cells.filter((cell) => cell.resource === resource).map((cell) => cell.signal)
      return signals.length === SIGNALS.length ? resource : `${resource} (${signals.join(', ')})`
    })
    .join(', ')
}
