// /sys/block at both ends of the window, with the disks found beforehand → what kind of device each disk is, its queue, its I/O errors.
//   /sys/block/sda/queue/nr_requests     256
//   /sys/block/sda/queue/read_ahead_kb   128
//   /sys/block/sda/device/ioerr_cnt      0x2
import type { Context, DiskInfo } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { judged } from '../../parse/disk.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'

/** Seconds above which an I/O is slow for a device of the class (domain A6.3). */
const AWAIT_LIMIT: Readonly<Partial<Record<DiskInfo['class'], number>>> = {
  nvme: 0.002,
  ssd: 0.01,
  virtual: 0.01,
  hdd: 0.03,
}

const IN_FLIGHT = 8

export const source: Source = {
  id: 'sys_block',
  tier: 'read',
  asks: 'What can each disk be expected to do, and did it fail an I/O?',
  gives: [
    'disk.serial',
    'disk.await_limit',
    'disk.queue_depth',
    'disk.read_ahead',
    'disk.io_errors',
    'disk.unanswered',
  ],
  requests: () => [
    {
      kind: 'read',
      paths: ['stat', 'queue/nr_requests', 'queue/read_ahead_kb', 'queue/rotational', 'device/ioerr_cnt'].map(
        (file) => `/sys/block/*/${file}`,
      ),
      at: 'ends',
    },
  ],
  parse: (looks, { context }) => {
    const reads = looks.map((look) => files(look.text))
    const first = reads[0] ?? new Map<string, string>()
    const instances = names(reads.at(-1) ?? first)
      .map((name) => ({ name, done: requests(name, reads) }))
      .filter(({ name, done }) => worthy(name, done))
      .map(({ name, done }) => disk(name, done, reads, context))
    const foreign = reads.some(
      (read, i) => looks[i]?.text !== '' && ![...read.keys()].some((path) => path.startsWith('/sys/block/')),
    )
    if (foreign) return unavailable('not understood', 'no file of /sys/block was read')
    if (instances.length === 0) return unavailable('nothing to measure', '/sys/block lists no disk that ever did I/O')
    const errors = instances.some((found) => 'disk.io_errors' in found.values)
    return errors
      ? { instances }
      : {
          instances,
          missing: {
            'disk.io_errors': unavailable(
              'nothing to measure',
              'no SCSI disk here: of others the kernel log tells the I/O errors',
            ),
          },
        }
  },
}

function names(read: ReadonlyMap<string, string>): string[] {
  return [...read.keys()].flatMap((path) => /^\/sys\/block\/([^/]+)\/stat$/.exec(path)?.[1] ?? [])
}

/** The same devices that iostat shows: ever used; loop and removable ones only when used in the window. */
function worthy(name: string, { completed, unanswered }: Requests): boolean {
  return (completed.at(-1) ?? 0) > 0 && judged(name, (increase(completed) ?? 0) > 0 || unanswered > 0)
}

interface Requests {
  /** Reads, writes, discards and flushes, at each look. */
  readonly completed: readonly number[]
  /** In flight at all looks, when none was completed meanwhile. */
  readonly unanswered: number
}

function requests(name: string, reads: readonly ReadonlyMap<string, string>[]): Requests {
  const stats = reads.map((read) => words(read.get(`/sys/block/${name}/stat`) ?? '').map((cell) => number(cell) ?? 0))
  const completed = stats.map((cells) => [0, 4, 11, 15].reduce((sum, at) => sum + (cells[at] ?? 0), 0))
  const waiting = stats.length > 1 && increase(completed) === 0
  return { completed, unanswered: waiting ? Math.min(...stats.map((cells) => cells[IN_FLIGHT] ?? 0)) : 0 }
}

function disk(
  entry: string,
  { unanswered }: Requests,
  reads: readonly ReadonlyMap<string, string>[],
  context: Context,
): Instance {
  // A slash in a device name (cciss/c0d0) is an exclamation mark in sysfs.
  const name = entry.replaceAll('!', '/')
  const known = context.disks.find((info) => info.name === name || info.name === entry)
  const text = (file: string, read = reads[0]) => read?.get(`/sys/block/${entry}/${file}`)?.trim()
  const kilobytes = number(text('queue/read_ahead_kb'))
  const labels = defined({ class: known?.class, model: known?.model })
  return {
    domain: 'disk',
    name,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    values: defined({
      'disk.serial': known === undefined ? undefined : Number(known.kind === 'serial'),
      'disk.await_limit': awaitLimit(known, text('queue/rotational')),
      'disk.queue_depth': number(text('queue/nr_requests')),
      'disk.read_ahead': kilobytes === undefined ? undefined : kilobytes * 1024,
      'disk.io_errors': increase(reads.map((read) => hexadecimal(text('device/ioerr_cnt', read)))),
      'disk.unanswered': unanswered,
    }),
  }
}

/** A stacked device (md, dm) is as slow as its slowest leaf: the kernel calls it rotational when any leaf is. */
export function awaitLimit(known: DiskInfo | undefined, rotational: string | undefined): number | undefined {
  if (known?.class === 'stacked')
    return rotational === '1' ? AWAIT_LIMIT.hdd : rotational === '0' ? AWAIT_LIMIT.ssd : undefined
  return known && AWAIT_LIMIT[known.class]
}

function hexadecimal(text: string | undefined): number | undefined {
  return text !== undefined && /^0x[0-9a-f]+$/.test(text) ? Number(text) : undefined
}
