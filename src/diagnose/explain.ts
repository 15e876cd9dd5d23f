// Firing findings → which of them are only symptoms of others, by the `explains:` of their checks.
import type { CheckDocument, Loaded } from '../model/check.ts'
import { isFiring, type Finding } from '../model/finding.ts'

/** Marks each firing finding with the firing checks that explain it. A notice explains nothing unless a diagnosis rests on it. */
export function explained(
  findings: readonly Finding[],
  checks: ReadonlyMap<string, Loaded<CheckDocument>>,
  supporting: ReadonlySet<string>,
): Finding[] {
  const by = new Map<string, Set<string>>()
  for (const finding of findings) {
    if (!isFiring(finding) || (finding.weight === 'notice' && !supporting.has(finding.check))) continue
    for (const symptom of checks.get(finding.check)?.document.explains ?? []) {
      const causes = by.get(symptom) ?? new Set<string>()
      by.set(symptom, causes.add(finding.check))
    }
  }
  return findings.map((finding) => {
    const causes = isFiring(finding) ? by.get(finding.check) : undefined
    return causes && causes.size > 0 ? { ...finding, explainedBy: [...causes].sort() } : finding
  })
}
