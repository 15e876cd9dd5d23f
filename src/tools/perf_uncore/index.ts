// perf stat on the memory controllers of Intel processors over the window → bytes per second between processor and memory, and of the busiest channel.
//   66.40,MiB,uncore_imc_0/cas_count_read/,8009419950,100.00,,
//   33.09,MiB,uncore_imc_0/cas_count_write/,8007561959,100.00,,
//   <not supported>,MiB,uncore_imc_0/cas_count_read/
import type { Context } from '../../model/context.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { defined, lines, number } from '../../parse/table.ts'

/** Counters of a controller → its events: servers have one for each channel, others one for all, newer ones free running ones. The kernel scales all to MiB. */
const EVENTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^uncore_imc_\d+$/, ['cas_count_read', 'cas_count_write']],
  [/^uncore_imc_free_running_\d+$/, ['data_read', 'data_write']],
  [/^uncore_imc$/, ['data_reads', 'data_writes']],
]
const EVENT = /^(uncore_imc(?:_free_running)?(?:_\d+)?)\/(?:cas_count|data)_(?:read|write)s?\/\w*$/
const CHANNEL = /^uncore_imc_\d+$/
const MIB = 1024 ** 2

export const source: Source = {
  id: 'perf_uncore',
  tier: 'count',
  tool: 'perf',
  asks: 'How much moves between processor and memory?',
  gives: ['interconnect.memory_traffic', 'interconnect.busiest_channel'],
  requests: (window, context) => {
    const events = eventsOf(context)
    if (events.length === 0) return unseen
    const seconds = String(Math.max(1, Math.round((window.intervalMs * window.count) / 1000)))
    return [
      {
        kind: 'run',
        argv: ['perf', 'stat', '-a', '-x,', '--log-fd', '1', '-e', events.join(','), '--', 'sleep', seconds],
        at: 'start',
        lasting: true,
        graceMs: 10_000,
      },
    ]
  },
  parse: ([look], { context }) => {
    const seconds = number(look?.argv?.at(-1))
    const moved = new Map<string, number>()
    let uncounted = 0
    for (const line of lines(look?.text ?? '')) {
      const cells = line.split(',')
      // Before the count there may be a time, a node or a socket.
      const at = cells.findIndex((cell) => EVENT.test(cell))
      const unit = EVENT.exec(cells[at] ?? '')?.[1]
      if (unit === undefined || at < 2) continue
      const mebibytes = cells[at - 1] === 'MiB' ? number(cells[at - 2]) : undefined
      if (mebibytes === undefined || mebibytes < 0) uncounted++
      else moved.set(unit, (moved.get(unit) ?? 0) + mebibytes * MIB)
    }
    if (moved.size === 0 && uncounted === 0)
      return unavailable('not understood', 'perf stat printed none of the events it was asked for')
    // One controller that was not counted makes every sum too small.
    if (moved.size === 0 || uncounted > 0 || !seconds || seconds <= 0) return refused
    const channels = [...moved].flatMap(([unit, bytes]) => (CHANNEL.test(unit) ? [bytes] : []))
    const total = [...moved.values()].reduce((sum, bytes) => sum + bytes, 0)
    const host = defined({
      'interconnect.memory_traffic': total / seconds,
      // Each processor has channels of the same names.
      'interconnect.busiest_channel':
        channels.length > 0 ? Math.max(...channels) / Math.max(1, context.cpus.sockets) / seconds : undefined,
    })
    return { host, missing: absent(source.gives, host, together) }
  },
}

const unseen = unavailable(
  'not supported',
  'the counters of the memory controllers are not visible here: virtual machines and other processors than those of Intel hide them',
)
const refused = unavailable('not permitted', 'perf stat could not count on the memory controllers', 'run as root')
const together = unavailable('not supported', 'this processor counts all memory channels together')

/** Of one kind only: where there are several, they count the same bytes. */
function eventsOf({ counters = [] }: Context): string[] {
  for (const [units, events] of EVENTS) {
    const found = counters.filter((name) => units.test(name))
    if (found.length > 0) return found.flatMap((name) => events.map((event) => `${name}/${event}/`))
  }
  return []
}
