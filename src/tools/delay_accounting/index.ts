// /proc/PID/stat at both ends of the window, where the kernel accounts delays → how long each process waited for block I/O.
//   4242 (dd) D 1 4242 … 17 0 0 3912 0 0 …     field 42: ticks the main thread waited for block I/O
//   ==> /proc/sys/kernel/task_delayacct <==    0 since kernel 5.14 unless somebody turned it on
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { meanRate } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'

const SWITCH = '/proc/sys/kernel/task_delayacct'
const DELAY = 42
const START = 22
const MOST_PROCESSES = 100

interface Seen {
  readonly comm: string
  readonly parent: string
  /** With the pid: a process, not its successor. */
  readonly start: string
  readonly ticks: number
}

export const source: Source = {
  id: 'delay_accounting',
  tier: 'read',
  asks: 'How long did each process wait for block I/O, as the kernel accounts it?',
  gives: ['process.block_delay'],
  requests: () => [{ kind: 'read', paths: [SWITCH, '/proc/*/stat'], at: 'ends' }],
  parse: (looks, { context }) => {
    const reads = looks.map((look) => files(look.text))
    const state = reads[0]?.get(SWITCH)?.trim()
    if (state === '0')
      return unavailable(
        'not measured',
        'delay accounting is off (kernel.task_delayacct)',
        'sysctl -w kernel.task_delayacct=1: only what happens from then on is counted',
      )
    const seen = reads.map(processes)
    const last = seen.at(-1)
    if (last === undefined || last.size === 0) return unavailable('not understood', 'no /proc/PID/stat could be read')
    // Without the switch: before 5.14 accounting was on from boot unless `nodelayacct` said otherwise. All zero is no evidence.
    if (state !== '1' && [...last.values()].every(({ ticks }) => ticks === 0))
      return unavailable('not supported', 'the kernel does not say whether it accounts delays, and counted none')
    const at = looks.map((look) => look.atMs)
    const instances = [...last].flatMap(([pid, one]): Instance[] => {
      const ticks = seen.map((look) => (look.get(pid)?.start === one.start ? look.get(pid)?.ticks : undefined))
      const rate = meanRate(ticks, at)
      if (rate === undefined || rate <= 0) return []
      return [
        {
          domain: 'process',
          name: pid,
          labels: { pid, comm: one.comm, ppid: one.parent },
          values: { 'process.block_delay': Math.min(100, (100 * rate) / context.ticks) },
        },
      ]
    })
    const size = (one: Instance) => Number(one.values['process.block_delay'])
    return { instances: instances.toSorted((a, b) => size(b) - size(a)).slice(0, MOST_PROCESSES) }
  },
}

function processes(read: ReadonlyMap<string, string>): Map<string, Seen> {
  const found = new Map<string, Seen>()
  for (const [path, text] of read) {
    const pid = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1]
    const open = text.indexOf(' (')
    // The last one: a name may hold any characters.
    const close = text.lastIndexOf(') ')
    if (pid === undefined || text.slice(0, open) !== pid || close < open) continue
    const rest = text.slice(close + 2).split(' ')
    // The state, right after the name, is field 3.
    const field = (number: number) => rest[number - 3]?.trim() ?? ''
    if (![4, START, DELAY].every((number) => /^\d+$/.test(field(number)))) continue
    found.set(pid, {
      comm: text.slice(open + 2, close),
      parent: field(4),
      start: field(START),
      ticks: Number(field(DELAY)),
    })
  }
  return found
}
