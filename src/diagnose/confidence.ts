// Supporting findings → how sure a diagnosis may be (domain.md 0.3): two independent signals earn high; an error counter needs no second.
import type { CheckProgram } from '../judge/program.ts'
import type { Confidence, Finding } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'

const ORDER: readonly Confidence[] = ['low', 'medium', 'high']

export function confidenceOf(
  support: readonly Finding[],
  programs: ReadonlyMap<string, CheckProgram>,
  catalogue: ReadonlyMap<string, Metric>,
  cap?: Confidence,
): Confidence {
  const earned = earnedBy(support, programs, catalogue)
  return cap !== undefined && ORDER.indexOf(cap) < ORDER.indexOf(earned) ? cap : earned
}

function earnedBy(
  support: readonly Finding[],
  programs: ReadonlyMap<string, CheckProgram>,
  catalogue: ReadonlyMap<string, Metric>,
): Confidence {
  const signals = new Set<string>()
  let errors = false
  for (const finding of support) {
    const status = finding.status === 'critical' ? 'critical' : 'warn'
    const measured = new Set(finding.evidence.map((e) => e.metric))
    for (const id of programs.get(finding.check)?.signals[status] ?? []) {
      const metric = catalogue.get(id)
      if (!metric || !measured.has(id) || metric.kind === 'constant' || metric.kind === 'text') continue
      signals.add(id)
      // One error is a fact, not an indication (law 5). A count that is only traffic has no error cell.
      if (metric.kind === 'count' && finding.use.endsWith('.errors')) errors = true
    }
  }
  if (errors || signals.size >= 2) return 'high'
  if (signals.size === 1 || support.some((finding) => finding.weight === 'alarm')) return 'medium'
  return 'low'
}
