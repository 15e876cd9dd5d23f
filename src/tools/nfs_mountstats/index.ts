// /proc/self/mountstats through the window → time, retransmissions and silence of each NFS mount.
//   device 192.168.1.1:/srv/test mounted on /mnt/nfs/test with fstype nfs4 statvers=1.1
//     xprt:  tcp 832 0 1 0 11 6428 6428 0 12154 0 24 26 5726          … connects, …, sent, received
//     READ: 1298 1298 0 207680 1210292152 6 79386 79407                operations, sent, timeouts, bytes, ms: queue, RTT, execute
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { mountsOf, type MountStats } from './stats.ts'
import { unansweredSeconds } from './unanswered.ts'

const FILE = '/proc/self/mountstats'
const TIMES = ['nfs.rtt', 'nfs.execute', 'nfs.queue', 'nfs.retransmits'] as const

export const source: Source = {
  id: 'nfs_mountstats',
  tier: 'read',
  asks: 'Does an NFS server answer, and how fast?',
  gives: ['nfs.operations', ...TIMES, 'nfs.unanswered'],
  requests: () => [{ kind: 'read', paths: [FILE], at: 'every' }],
  parse: (looks) => {
    const reads = looks.map((look) => ({ atMs: look.atMs, text: files(look.text).get(FILE) }))
    const last = reads.at(-1)?.text
    if (last === undefined || !/^device .* mounted on .* with fstype /m.test(last))
      return unavailable('not understood', `${FILE} has no line "device … mounted on … with fstype …"`)
    const moments = reads.map(({ atMs, text }) => ({ atMs, mounts: mountsOf(text ?? '') }))
    const paths = [...(moments.at(-1)?.mounts.keys() ?? [])]
    if (paths.length === 0)
      return /with fstype nfs4? statvers=/.test(last)
        ? unavailable('not understood', `${FILE} has statistics of NFS in a form that is not known`)
        : unavailable('nothing to measure', 'no NFS filesystem is mounted')
    const instances = paths.map((path) => instance(path, moments))
    const used = instances.some((mount) => 'nfs.rtt' in mount.values)
    const why = unavailable('nothing to measure', 'no NFS operation completed in the window')
    return used ? { instances } : { instances, missing: Object.fromEntries(TIMES.map((id) => [id, why])) }
  },
}

interface Moment {
  readonly atMs: number
  readonly mounts: ReadonlyMap<string, MountStats>
}

function instance(path: string, moments: readonly Moment[]): Instance {
  const seen = moments.flatMap(({ atMs, mounts }) => {
    const stats = mounts.get(path)
    return stats ? [{ atMs, stats }] : []
  })
  const at = seen.map(({ atMs }) => atMs)
  const counters = (of: (stats: MountStats) => number | undefined) => seen.map(({ stats }) => of(stats))
  const operations = increase(counters((stats) => stats.operations))
  const sent = increase(counters((stats) => stats.transmissions))
  // Over the operations that completed: without one there is no mean.
  const mean = (of: (stats: MountStats) => number | undefined) => {
    const total = increase(counters(of))
    return total === undefined || operations === undefined || operations === 0 ? undefined : total / 1000 / operations
  }
  const device = seen.at(-1)?.stats.device ?? ''
  return {
    domain: 'mount',
    name: path,
    labels: { mount: path, device, fstype: 'nfs' },
    values: defined({
      'nfs.operations': meanRate(
        counters((stats) => stats.operations),
        at,
      ),
      'nfs.rtt': mean((stats) => stats.rttMs),
      'nfs.execute': mean((stats) => stats.executeMs),
      'nfs.queue': mean((stats) => stats.queueMs),
      'nfs.retransmits':
        sent === undefined || operations === undefined || operations === 0
          ? undefined
          : (100 * Math.max(0, sent - operations)) / operations,
      'nfs.unanswered': unansweredSeconds(
        seen.map(({ atMs, stats }) => ({
          atMs,
          attempts: stats.sends === undefined ? undefined : stats.sends + (stats.connects ?? 0),
          replies: stats.replies,
        })),
      ),
    }),
  }
}
