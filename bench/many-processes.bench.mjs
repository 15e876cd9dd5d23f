// 1,000 and 5,000 sleeping processes: the engine's own reader against the ten tools. Needs root for the PID namespace.
import { join } from 'node:path'
import { atMost, costWithin, here, mebibytes, product, times } from './support.mjs'

export async function rows() {
  if (process.getuid() !== 0) return [{ what: 'many processes', goal: '', value: 'not measured: needs root' }]
  const all = []
  for (const [count, goal, memory] of [
    [1100, 0.6, 70],
    [5000, 0.3, 90],
  ]) {
    // Both inside the same crowd, in turn: what the crowd itself costs is not theirs.
    const [bare, run] = costWithin(
      ['python3', join(here, 'crowd.py'), String(count)],
      3,
      ['sh', join(here, 'ten-tools.sh'), 'parallel'],
      [...product, 'run', 'sixty_seconds', '--auto'],
    )
    all.push(atMost(`CPU at ${count} processes against the ten tools`, goal, run.cpu / bare.cpu, times))
    all.push(atMost(`peak RSS at ${count} processes`, memory * 2 ** 20, run.rss, mebibytes))
  }
  return all
}
