// Facts so far → the few processes that stood out in them: for looks that are too dear to be taken at every process.
import type { Context, Suspect } from '../model/context.ts'
import type { Facts, InstanceFacts } from './facts.ts'

/** What makes one stand out, and from which mean on. [ENG] Low: the checks judge, this only decides where to look. */
const SIGNS: readonly (readonly [metric: string, least: number])[] = [
  ['process.cpu', 15],
  ['process.cpu_wait', 15],
  ['process.lock_queue', 2],
  ['process.lock_queues', 2],
  ['process.uninterruptible', 30],
  ['process.minor_faults', 2000],
  ['process.voluntary_switches', 500],
  ['process.io_bytes', 1024 * 1024],
]
const MOST_OF_EACH = 4
const MOST = 12

/** The target first: it is what the question is about. */
export function suspectsOf(facts: Facts, context: Context): readonly Suspect[] {
  const found = new Map<number, Suspect>()
  const target = context.target?.processes ?? []
  for (const { pid, comm, threads } of target) found.set(pid, { pid, comm, threads })
  const processes = [...(facts.instances.get('process')?.values() ?? [])].filter(
    (one) => one.values.get('process.kernel') !== 1,
  )
  const room = MOST + found.size
  for (const [metric, least] of SIGNS) {
    const ranked = processes
      .map((one) => [meanOf(one, metric), one] as const)
      .filter(([mean]) => mean >= least)
      .sort(([a], [b]) => b - a)
    for (const [, one] of ranked.slice(0, MOST_OF_EACH)) {
      const pid = Number(one.labels['pid'] ?? one.name)
      if (found.size < room && Number.isInteger(pid) && !found.has(pid)) found.set(pid, suspect(pid, one))
    }
  }
  return [...found.values()]
}

function suspect(pid: number, one: InstanceFacts): Suspect {
  const threads = one.values.get('process.threads')
  return { pid, comm: one.labels['comm'] ?? '?', ...(typeof threads === 'number' ? { threads } : {}) }
}

function meanOf(one: InstanceFacts, metric: string): number {
  const value = one.values.get(metric)
  if (typeof value === 'number') return value
  return Array.isArray(value) && value.length > 0 ? value.reduce((sum, x) => sum + x, 0) / value.length : 0
}
