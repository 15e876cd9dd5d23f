// I/O counters and limits of all control groups, v1 and v2, at both ends of the window → their rates, and how near they are to a limit.
//   /sys/fs/cgroup/system.slice/x.service/io.stat   259:0 rbytes=10354688 wbytes=0 rios=158 wios=0 dbytes=0 dios=0
//   /sys/fs/cgroup/system.slice/x.service/io.max    259:0 rbps=1048576 wbps=max riops=max wiops=max
//   /sys/fs/cgroup/blkio/docker/0123/blkio.throttle.io_service_bytes   254:0 Read 52428800 … and read_bps_device   254:0 1048576
import type { Context } from '../../model/context.ts'
import type { ReadRequest, Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { ioFiles } from './files.ts'
import { countsRoot, groupsOf, instanceOf, worthy } from './groups.ts'

export const source: Source = {
  id: 'cgroup_io',
  tier: 'read',
  brief: true,
  asks: 'Which service or container does I/O, and is it held back by its I/O limit?',
  gives: [
    'cgroup.read_bytes',
    'cgroup.write_bytes',
    'cgroup.io_operations',
    'cgroup.io_limit_used',
    'cgroup.io_limit',
    'cgroup.io_pressure',
  ],
  requests: (_window, context) => requestsFor(context),
  parse: (looks) => {
    const groups = groupsOf(looks)
    if (groups.length === 0)
      return looks.every((look) => look.text.trim() === '') || looks.some((look) => countsRoot(look.text))
        ? unavailable('nothing to measure', 'there is no control group that counts block I/O of its own')
        : unavailable('not understood', 'no control group file holds what the kernel writes there')
    const instances = groups.map(instanceOf).filter(worthy)
    const missing = (id: string, why: Unavailable) =>
      instances.some((group) => id in group.values) ? {} : { [id]: why }
    const unlimited = unavailable('nothing to measure', 'no control group with block I/O has a limit for it')
    return {
      instances,
      missing: {
        ...missing('cgroup.io_limit_used', unlimited),
        ...missing('cgroup.io_limit', unlimited),
        ...missing(
          'cgroup.io_pressure',
          unavailable('not supported', 'no group has io.pressure: it needs control groups version 2 and PSI'),
        ),
      },
    }
  },
}

function requestsFor(context: Context): readonly ReadRequest[] | Unavailable {
  const { version } = context.cgroup
  if (version === 'none') return unavailable('not supported', 'control groups are not mounted')
  const { counters, limits } = ioFiles(context)
  const pressure = version === '2' ? ['/sys/fs/cgroup/**/io.pressure'] : []
  return [
    { kind: 'read', paths: [...counters, ...pressure], at: 'ends' },
    { kind: 'read', paths: limits, at: 'end' },
  ]
}
