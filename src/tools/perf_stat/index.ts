// perf stat over all CPUs for the window → instructions per cycle, and how often caches, branch prediction and address translation missed.
//   176024046091,,cycles,90917549301,100.00,,
//   175630864683,,instructions,90917547680,100.00,1.00,insn per cycle
//   <not supported>,,cache-misses,0,100.00,,
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { noProcessorCounters, uncounted } from '../../parse/processor-counters.ts'
import { defined, number } from '../../parse/table.ts'

const EVENTS = [
  'cycles',
  'instructions',
  'cache-references',
  'cache-misses',
  'branches',
  'branch-misses',
  'dTLB-loads',
  'dTLB-load-misses',
  'L1-icache-load-misses',
  'stalled-cycles-backend',
]
type Counts = ReadonlyMap<string, number>

export const source: Source = {
  id: 'perf_stat',
  tier: 'count',
  tool: 'perf',
  asks: 'Do the CPUs work, or do they wait for memory?',
  gives: [
    'cpu.ipc',
    'cpu.llc_miss_ratio',
    'cpu.llc_misses',
    'cpu.branch_miss_ratio',
    'cpu.dtlb_miss_ratio',
    'cpu.icache_misses',
    'cpu.backend_stalled',
  ],
  requests: (window, context) =>
    noProcessorCounters(context) ?? [
      {
        kind: 'run',
        // perf writes its counts to standard error unless told where.
        argv: [
          'perf',
          'stat',
          '-a',
          '-x,',
          '--log-fd',
          '1',
          '-e',
          EVENTS.join(','),
          '--',
          'sleep',
          seconds(window.intervalMs * window.count),
        ],
        at: 'start',
        lasting: true,
        graceMs: 10_000,
      },
    ],
  parse: (looks) => {
    const look = looks[0]
    const lines = (look?.text ?? '').split('\n').map((line) => line.split(','))
    const named = lines.flatMap(([count = '', , event = '']) =>
      EVENTS.includes(plain(event)) ? [{ count, event: plain(event) }] : [],
    )
    if (named.length === 0)
      return unavailable('not understood', 'perf stat printed none of the events it was asked for')
    const counts = counted(named)
    const per = number(look?.argv?.at(-1))
    const of = (part: string, whole: string, scale: number) => ratio(counts, part, whole, scale)
    const rate = (event: string) => {
      const count = counts.get(event)
      return count === undefined || !per ? undefined : count / per
    }
    const host = defined({
      'cpu.ipc': of('instructions', 'cycles', 1),
      'cpu.llc_miss_ratio': of('cache-misses', 'cache-references', 100),
      'cpu.llc_misses': rate('cache-misses'),
      'cpu.branch_miss_ratio': of('branch-misses', 'branches', 100),
      'cpu.dtlb_miss_ratio': of('dTLB-load-misses', 'dTLB-loads', 100),
      'cpu.icache_misses': rate('L1-icache-load-misses'),
      'cpu.backend_stalled': of('stalled-cycles-backend', 'cycles', 100),
    })
    const reason = named.some(({ count }) => /^\d/.test(count)) ? some : uncounted
    return { host, missing: Object.fromEntries(source.gives.filter((id) => !(id in host)).map((id) => [id, reason])) }
  },
}

const some = unavailable('not supported', 'the counters of this processor do not tell it, or were all in use')

function seconds(ms: number): string {
  return String(Math.max(1, Math.round(ms / 1000)))
}

/** `cpu_core/cycles/` and `cpu_atom/cycles/` of hybrid processors, `cycles:u` of users without privileges → `cycles`. */
function plain(event: string): string {
  return (/^cpu_\w+\/(.+)\/\w*$/.exec(event)?.[1] ?? event).replace(/:[a-zA-Z]+$/, '')
}

function counted(named: readonly { readonly count: string; readonly event: string }[]): Counts {
  const found = new Map<string, number>()
  for (const { count, event } of named)
    if (/^\d{1,18}$/.test(count)) found.set(event, (found.get(event) ?? 0) + Number(count))
  return found
}

function ratio(counts: Counts, part: string, whole: string, scale: number): number | undefined {
  const [above, below] = [counts.get(part), counts.get(whole)]
  return above === undefined || !below ? undefined : (scale * above) / below
}
