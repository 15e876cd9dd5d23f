// Queue settings of each disk and options of each mounted file system, read once → one metric for each.
//   /sys/block/sda/queue/scheduler      none [mq-deadline] kyber bfq
//   /sys/block/sda/queue/write_cache    write back
//   27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard             of /proc/self/mountinfo
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { below, line, type Files } from '../context/text.ts'
import { chosen, lackingIn, whole, yes } from '../static_config/items.ts'
import { mountsIn, TABLE } from '../target/mounts.ts'

const OF_DISKS = [
  'config.disk.class',
  'config.disk.scheduler',
  'config.disk.rotational',
  'config.disk.read_ahead',
  'config.disk.requests',
  'config.disk.no_merges',
  'config.disk.affinity',
  'config.disk.write_cache',
  'config.disk.misaligned',
] as const
const OF_MOUNTS = [
  'config.mount.type',
  'config.mount.options',
  'config.mount.sync',
  'config.mount.discard',
  'config.mount.no_barrier',
  'config.mount.strict_atime',
  'config.mount.data_journal',
  'config.mount.commit',
] as const
const block = '/sys/block'
/** Classes of the context whose queue settings mean something: hardware, or what a hypervisor shows as such, and md. */
const QUEUED = new Set(['hdd', 'ssd', 'nvme', 'virtual', 'stacked'])
const noDisk = unavailable('nothing to measure', 'no disk here has a queue that can be set')
const noTable = unavailable('not understood', `${TABLE} lists no mount`)
const noMount = unavailable('nothing to measure', 'no file system on a block device is mounted for writing')
const notSet = (id: string) => unavailable('nothing to measure', `no mount sets ${id.split('.').at(-1) ?? ''}`)
const untold = (id: string) =>
  id === 'config.disk.misaligned'
    ? unavailable('nothing to measure', 'no disk has partitions')
    : unavailable('not supported', `no disk tells its ${id.split('.').at(-1)?.replaceAll('_', ' ') ?? ''} here`)
/** Partitions begin at sectors of 512 B; disks write at least 4 KiB. */
const SECTORS = 8

export const source: Source = {
  id: 'static_storage',
  tier: 'read',
  asks: 'Which queue settings and mount options cost performance, or put data at risk?',
  gives: [...OF_DISKS, ...OF_MOUNTS],
  requests: () => [
    {
      kind: 'read',
      paths: [
        TABLE,
        ...['scheduler', 'rotational', 'read_ahead_kb', 'nr_requests', 'nomerges', 'rq_affinity', 'write_cache'].map(
          (file) => `${block}/*/queue/${file}`,
        ),
        `${block}/*/*/start`,
      ],
      at: 'start',
    },
  ],
  parse: (looks, { context }) => {
    const text = looks.map((look) => look.text).join('')
    if (text.trim() === '') return unavailable('not measured', `neither ${TABLE} nor ${block} was read`)
    const found = files(text)
    const disks = disksOf(found, context)
    const mounts = mountInstances(found.get(TABLE) ?? '')
    if (disks.length === 0 && mounts === undefined)
      return unavailable('not understood', `${TABLE} lists no mount and ${block} no disk`)
    return {
      instances: [...disks, ...(mounts ?? [])],
      missing: {
        ...lackingIn(disks, OF_DISKS, noDisk, untold),
        ...lackingIn(mounts ?? [], OF_MOUNTS, mounts === undefined ? noTable : noMount, notSet),
      },
    }
  },
}

function disksOf(found: Files, context: Context): Instance[] {
  return below(found, `${block}/`).flatMap((entry): Instance[] => {
    const name = entry.replaceAll('!', '/')
    const known = context.disks.find((disk) => disk.name === name)
    if (known === undefined || !QUEUED.has(known.class)) return []
    const values = diskValues(found, entry)
    if (Object.keys(values).length === 0) return []
    return [{ domain: 'disk', name, values: { ...values, 'config.disk.class': known.class } }]
  })
}

function diskValues(found: Files, entry: string): Record<string, number | string> {
  const text = (file: string) => line(found, `${block}/${entry}/${file}`)
  const readAhead = whole(text('queue/read_ahead_kb'))
  const scheduler = text('queue/scheduler')
  const starts = [...found]
    .filter(([path]) => path.startsWith(`${block}/${entry}/`) && path.endsWith('/start'))
    .map(([, content]) => whole(content.trim()))
  return defined<number | string>({
    // A device with one choice prints it bare.
    'config.disk.scheduler': chosen(scheduler) ?? (scheduler === 'none' ? scheduler : undefined),
    'config.disk.rotational': yes(whole(text('queue/rotational'))),
    'config.disk.read_ahead': readAhead === undefined ? undefined : readAhead * 1024,
    'config.disk.requests': whole(text('queue/nr_requests')),
    'config.disk.no_merges': whole(text('queue/nomerges')),
    'config.disk.affinity': whole(text('queue/rq_affinity')),
    'config.disk.write_cache': text('queue/write_cache'),
    'config.disk.misaligned':
      starts.length > 0 ? starts.filter((start) => start !== undefined && start % SECTORS !== 0).length : undefined,
  })
}

/** File systems on block devices that are written, each once: bind mounts repeat the options of the first. */
function mountInstances(text: string): Instance[] | undefined {
  const mounts = mountsIn(text)
  if (mounts.length === 0) return undefined
  const seen = new Set<string>()
  return mounts.flatMap((mount): Instance[] => {
    const options = [...new Set([...mount.options, ...mount.superOptions])]
    const written = mount.source.startsWith('/dev/') && !/^\/dev\/(?:ram|sr|fuse)/.test(mount.source)
    if (!written || options.includes('ro') || seen.has(mount.source) || seen.has(` ${mount.path}`)) return []
    seen.add(mount.source).add(` ${mount.path}`)
    const has = (...names: readonly string[]) => Number(options.some((option) => names.includes(option)))
    const commit = options.flatMap((option) => whole(/^commit=(\d+)$/.exec(option)?.[1]) ?? [])[0]
    return [
      {
        domain: 'mount',
        name: mount.path,
        labels: { device: mount.source },
        values: defined<number | string>({
          'config.mount.type': mount.type,
          'config.mount.options': options.join(','),
          'config.mount.sync': has('sync', 'dirsync'),
          // ext4, xfs, f2fs; btrfs names the kind. Asynchronous discard of btrfs is batched.
          'config.mount.discard': has('discard', 'discard=sync'),
          'config.mount.no_barrier': has('barrier=0', 'nobarrier'),
          // The kernel shows neither of the three when every read writes the time.
          'config.mount.strict_atime': 1 - has('relatime', 'noatime', 'lazytime'),
          'config.mount.data_journal': has('data=journal'),
          'config.mount.commit': commit,
        }),
      },
    ]
  })
}
