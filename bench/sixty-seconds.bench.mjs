// The sixty-second checklist: wall against the commands one after another, CPU added over the bare tools in parallel, memory.
import { join } from 'node:path'
import { atLeast, atMost, cost, here, mebibytes, product, seconds, times } from './support.mjs'

export async function rows() {
  const tools = join(here, 'ten-tools.sh')
  const [serial] = cost(1, ['sh', tools, 'serial'])
  const [bare, run] = cost(5, ['sh', tools, 'parallel'], [...product, 'run', 'sixty_seconds', '--auto'])
  return [
    atLeast(
      '`run sixty_seconds --auto` against the ten commands one after another, wall',
      5.5,
      serial.wall / run.wall,
      times,
    ),
    atMost('its wall time, window of 5 s', 5.5, run.wall, seconds),
    atMost('CPU added over the bare tools in parallel', 0.2, run.cpu - bare.cpu, seconds),
    { what: 'CPU of the bare tools in parallel', goal: '', value: seconds(bare.cpu) },
    atMost('peak RSS', 70 * 2 ** 20, run.rss, mebibytes),
  ]
}
