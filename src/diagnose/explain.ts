// Firing findings → which of them are only symptoms of others, by the `explains:` of their checks.
import type { CheckDocument, Loaded } from '../model/check.ts'
import { isFiring, type Finding } from '../model/finding.ts'

/** Marks each firing finding with the firing checks that explain it. A notice explains nothing unless a diagnosis rests on it. */
export function explained(
  findings: readonly Finding[],
  checks: ReadonlyMap<string, Loaded<CheckDocument>>,
  supporting: ReadonlySet<string>,
): Finding[] {
  const by = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (!isFiring(finding) || (finding.weight === 'notice' && !supporting.has(finding.check))) continue
    for (const symptom of checks.get(finding.check)?.document.explains ?? [])
      by.set(symptom, [...(by.get(symptom) ?? []), finding])
  }
  const eachOf = (finding: Finding) => checks.get(finding.check)?.document.each
  return findings.map((finding) => {
    const all = isFiring(finding) ? (by.get(finding.check) ?? []) : []
    const causes = new Set(
      all
        .filter((cause) => eachOf(cause) !== 'process' || eachOf(finding) !== 'process' || sameUse(cause, finding))
        .map(({ check }) => check),
    )
    return causes.size > 0 ? { ...finding, explainedBy: [...causes].sort() } : finding
  })
}

/**
 * Of two processes: what one uses is no symptom of what another uses. Waiting is, and so is what a tool that watches does to what it
 * watches (it has no resource of its own to use).
 */
function sameUse(cause: Finding, symptom: Finding): boolean {
  return cause.instance === symptom.instance || !symptom.use.endsWith('.utilization') || cause.use === 'none'
}
