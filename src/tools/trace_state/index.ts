// tracefs at both ends of the window → trace instances that record, with how many events a second.
//   /sys/kernel/tracing/instances/debug/set_event               raw_syscalls:sys_enter LF raw_syscalls:sys_exit …
//   /sys/kernel/tracing/instances/debug/current_tracer          nop
//   /sys/kernel/tracing/instances/debug/per_cpu/cpu0/stats      entries: 8812 LF overrun: 120441 … LF read events: 0
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { meanRate } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const ROOT = '/sys/kernel/tracing'
const PER_INSTANCE = ['tracing_on', 'current_tracer', 'set_event', 'per_cpu/*/stats']
/** Made by a probe of tracebook, in this run or in one beside it. */
const OURS = /^\/sys\/kernel\/tracing\/instances\/tracebook-/
const COUNTERS = ['entries', 'overrun', 'dropped events', 'read events']

type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'trace_state',
  tier: 'read',
  asks: 'Did somebody leave a tracer of the kernel switched on?',
  gives: ['trace.events', 'trace.tracer', 'trace.rate'],
  requests: () => [
    {
      kind: 'read',
      paths: [ROOT, `${ROOT}/instances/*`].flatMap((at) => PER_INSTANCE.map((file) => `${at}/${file}`)),
      at: 'ends',
    },
  ],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text))
    const last = reads.at(-1)
    if (!last || reads.length < 2) return unavailable('not measured', 'tracefs was read only once')
    if (!last.has(`${ROOT}/current_tracer`)) {
      const refused = looks.some((look) => [...unreadable(look.text).values()].includes('EACCES'))
      if (refused) return unavailable('not permitted', `${ROOT} may not be read`, 'run as root')
      const absent = looks.every((look) => unreadable(look.text).has(`${ROOT}/current_tracer`))
      return absent
        ? unavailable(
            'not supported',
            `${ROOT} is not there: tracefs is not mounted`,
            `mount -t tracefs tracefs ${ROOT}`,
          )
        : unavailable('not understood', `${ROOT}/current_tracer could not be read`)
    }
    const names = [...last.keys()].flatMap((path) => /^(.*)\/current_tracer$/.exec(path)?.[1] ?? [])
    const times = looks.map((look) => look.atMs)
    return { instances: names.filter((name) => !OURS.test(name)).map((name) => instance(name, reads, times)) }
  },
}

function instance(name: string, reads: readonly Files[], times: readonly number[]): Instance {
  const states = reads.map((read) => stateOf(name, read))
  const last = states.at(-1)
  const groups = [...new Set(last?.events.map((event) => event.split(':')[0] ?? ''))]
  return {
    domain: 'kernelObject',
    name,
    values: defined({
      // What was switched on in between has not been left on.
      'trace.events': Math.min(...states.map((one) => one.active)),
      'trace.tracer': [last?.tracer ?? 'nop', ...groups.slice(0, 8)].join(' '),
      'trace.rate': meanRate(
        states.map((one) => one.recorded),
        times,
      ),
    }),
  }
}

function stateOf(name: string, read: Files) {
  const on = read.get(`${name}/tracing_on`)?.trim() === '1'
  const tracer = read.get(`${name}/current_tracer`)?.trim() ?? 'nop'
  const events = (read.get(`${name}/set_event`) ?? '').split('\n').filter((line) => /^\w[^:]*:\S/.test(line))
  const active = events.length + (tracer === 'nop' ? 0 : 1)
  return { tracer, events, active: on ? active : 0, recorded: recordedOf(name, read) }
}

function recordedOf(name: string, read: Files): number | undefined {
  const stats = [...read].filter(([path]) => path.startsWith(`${name}/per_cpu/`) && path.endsWith('/stats'))
  const counts = stats.flatMap(([, text]) => COUNTERS.map((counter) => countOf(text, counter)))
  return counts.length === 0 || counts.includes(undefined)
    ? undefined
    : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0)
}

function countOf(text: string, counter: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${counter}: `))
  return line === undefined ? undefined : number(line.slice(counter.length + 2).trim())
}
