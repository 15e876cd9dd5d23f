// ss: the listening sockets of the target, by its port or by the processes that hold them, at both ends of the window → their accept queues.
//   State  Recv-Q Send-Q      Local Address:Port Peer Address:PortProcess
//   LISTEN 2      1               127.0.0.1:7005      0.0.0.0:*    users:(("python3",pid=19410,fd=3))
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import type { Target } from '../../model/target.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { source as ss } from '../ss/index.ts'
import { other, targetOf } from '../target/need.ts'

const NAMES = [
  ['listener.queue', 'target.listener.queue'],
  ['listener.backlog', 'target.listener.backlog'],
] as const

export const source: Source = {
  id: 'target_listener',
  tier: 'run',
  tool: 'ss',
  asks: 'Do connections wait to be accepted by what is said to be slow?',
  gives: ['target.found', 'target.name', ...NAMES.map(([, id]) => id)],
  // After target_process, which knows more of what is found.
  rank: () => 30,
  requests: (window, context) => {
    const target = targetOf(context)
    if (isUnavailable(target)) return target
    return target.port === undefined && target.processes.length === 0
      ? other(target, 'process and no port')
      : ss.requests(window, context)
  },
  parse: (looks, info) => {
    const target = targetOf(info.context)
    if (isUnavailable(target)) return target
    const reading = ss.parse(looks, info)
    if (isUnavailable(reading)) return reading
    const own = (reading.instances ?? []).filter((one) => belongs(one, target)).map(renamed)
    const gone = unavailable('not measured', `nothing listens on port ${target.port ?? '?'} any more`)
    const found = target.port === undefined || own.length > 0
    return {
      host: { 'target.name': target.name, ...(found ? { 'target.found': 1 } : {}) },
      instances: own,
      ...(found ? {} : { missing: { 'target.found': gone } }),
    }
  },
}

function belongs({ labels = {} }: Instance, target: Target): boolean {
  if (target.port !== undefined) return labels['port'] === String(target.port)
  const pids = (labels['pids'] ?? labels['pid'] ?? '').split(',').map(Number)
  return target.processes.some(({ pid }) => pids.includes(pid))
}

function renamed(listener: Instance): Instance {
  const values = NAMES.flatMap(([from, to]) => {
    const value = listener.values[from]
    return value === undefined ? [] : [[to, value] as const]
  })
  return { ...listener, values: Object.fromEntries(values) }
}
