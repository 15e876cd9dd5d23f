// jstat -snap: counters a Java virtual machine shares in a file, twice → threads that sleep at monitors, time of the garbage collector.
//   sun.gc.collector.0.time=1200512
//   sun.os.hrt.frequency=1000000000             ticks per second of the times
//   sun.rt._sync_Parks=139                      times a thread went to sleep at a monitor
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined, number } from '../../parse/table.ts'

/** Each look is a Java program of its own: 0.1 s of a CPU, small and without a file of counters that would be left behind. */
const MOST = 2
const SMALL = ['-J-XX:-UsePerfData', '-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC', '-J-Xmx32m'] as const
/** By name: the others hold the command line, and that may hold secrets. */
const WANTED =
  'sun\\.(rt\\._sync_Parks|gc\\.collector\\.[0-9]+\\.(time|invocations)|os\\.hrt\\.frequency|rt\\.safepointTime)'

export const source: Source = {
  id: 'jstat',
  tier: 'run',
  tool: 'jstat',
  asks: 'Do threads of a Java program wait for monitors, and how long does its garbage collector stop it?',
  gives: ['jvm.monitor_waits', 'jvm.collecting', 'jvm.collections'],
  brief: true,
  requests: (_window, context) => {
    const machines = javaAmong(context)
    if (machines.length === 0) return unavailable('nothing to measure', 'no Java program stood out')
    return machines.map(({ pid }) => ({
      kind: 'run' as const,
      argv: ['jstat', '-J-Djstat.showUnsupported=true', ...SMALL, '-snap', '-name', WANTED, String(pid)] as const,
      at: 'ends' as const,
    }))
  },
  parse: (looks, { context }) => {
    const instances = javaAmong(context).flatMap(({ pid, comm }) => {
      const own = looks.filter((look) => look.argv?.at(-1) === String(pid))
      return instanceOf(pid, comm, own) ?? []
    })
    if (instances.length === 0)
      return unavailable('not understood', 'jstat printed no counters of a Java program twice')
    const parks = instances.some((one) => 'jvm.monitor_waits' in one.values)
    return {
      instances,
      missing: parks
        ? {}
        : {
            'jvm.monitor_waits': unavailable(
              'not supported',
              'this Java does not count waits for monitors',
              'jstack PID',
            ),
          },
    }
  },
}

function javaAmong({ suspects = [] }: Context) {
  return suspects.filter(({ comm }) => comm === 'java').slice(0, MOST)
}

function instanceOf(pid: number, comm: string, looks: readonly Observation[]): Instance | undefined {
  const [first, last] = [looks[0], looks.at(-1)].map((look) => look && countersOf(look.text))
  const frequency = last?.get('sun.os.hrt.frequency')
  const seconds = ((looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)) / 1000
  if (!first || !last || frequency === undefined || frequency <= 0 || seconds <= 0) return undefined
  const grown = (name: RegExp) => {
    const names = [...last.keys()].filter((key) => name.test(key))
    const sum = names.reduce((total, key) => total + (last.get(key) ?? 0) - (first.get(key) ?? 0), 0)
    return names.length === 0 || sum < 0 || !names.every((key) => first.has(key)) ? undefined : sum / seconds
  }
  const ticks = grown(/^sun\.gc\.collector\.\d+\.time$/)
  return {
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), comm },
    values: defined({
      'jvm.monitor_waits': grown(/^sun\.rt\._sync_Parks$/),
      'jvm.collecting': ticks === undefined ? undefined : Math.min(100, (100 * ticks) / frequency),
      'jvm.collections': grown(/^sun\.gc\.collector\.\d+\.invocations$/),
    }),
  }
}

function countersOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, digits] = /^([\w.]+)=(\d+)$/.exec(line.trim()) ?? []
    const value = number(digits)
    if (name !== undefined && value !== undefined) found.set(name, value)
  }
  return found
}
