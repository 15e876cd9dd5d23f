// 1,000 and 5,000 sleeping processes: the engine's own reader against the ten tools. Needs root for the PID namespace.
import { join } from 'node:path'
import { atMost, cost, here, mebibytes, product, times } from './support.mjs'

export async function rows() {
  if (process.getuid() !== 0) return [{ what: 'many processes', goal: '', value: 'not measured: needs root' }]
  const all = []
  for (const [count, goal, memory] of [
    [1100, 0.6, 70],
    [5000, 0.3, 90],
  ]) {
    const crowd = (command) => ['python3', join(here, 'crowd.py'), String(count), ...command]
    // The crowd itself costs something: it is measured alone and taken off both.
    const [empty, bare, run] = cost(
      3,
      crowd(['true']),
      crowd(['sh', join(here, 'ten-tools.sh'), 'parallel']),
      crowd([...product, 'run', 'sixty_seconds', '--auto']),
    )
    all.push(
      atMost(
        `CPU at ${count} processes against the ten tools`,
        goal,
        (run.cpu - empty.cpu) / (bare.cpu - empty.cpu),
        times,
      ),
    )
    all.push(atMost(`peak RSS at ${count} processes`, memory * 2 ** 20, run.rss, mebibytes))
  }
  return all
}
