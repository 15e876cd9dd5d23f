// The Target of a run → the part a source looks at, or why there is none.
import type { Context } from '../../model/context.ts'
import type { Target, TargetMount, TargetPeer, TargetProcess } from '../../model/target.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'

const NONE = unavailable(
  'not measured',
  'nothing was named as slow',
  'name it with --target pid:N, comm:NAME, cgroup:PATH, port:N, mount:PATH or peer:ADDRESS',
)

export function targetOf({ target }: Context): Target | Unavailable {
  return target === undefined ? NONE : (target.unavailable ?? target)
}

export function processesOf(context: Context): readonly TargetProcess[] | Unavailable {
  const target = targetOf(context)
  if (isUnavailable(target)) return target
  if (target.processes.length > 0) return target.processes
  if (target.processesUnknown) return target.processesUnknown
  return unavailable('nothing to measure', `${target.name} has no processes`)
}

export function mountOf(context: Context): TargetMount | Unavailable {
  const target = targetOf(context)
  return isUnavailable(target) ? target : (target.mount ?? other(target, 'mount'))
}

export function peerOf(context: Context): TargetPeer | Unavailable {
  const target = targetOf(context)
  return isUnavailable(target) ? target : (target.peer ?? other(target, 'peer'))
}

export function other(target: Target, kind: string): Unavailable {
  return unavailable('nothing to measure', `${target.name} is no ${kind}`)
}
