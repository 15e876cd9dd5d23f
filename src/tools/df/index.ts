// df: its table of mounted filesystems → space and inodes used of each.
//   Type      Inodes   IUsed     1B-blocks         Used        Avail Filesystem     Mounted on
//   ext4    16777216 1234567  270553153536 123456789012 135000000000 /dev/vda       /
//   ext4           -       -    1063256064       131072   1008689152 /dev/vdb1      /mnt/with space
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { columnIndex, defined, lines, row, words, type Row } from '../../parse/table.ts'

/** Filesystems that are never full, or always. Overlays repeat the disk they are on. */
const SKIPPED = new Set([
  'devtmpfs',
  'squashfs',
  'iso9660',
  'udf',
  'erofs',
  'cramfs',
  'romfs',
  'ramfs',
  'efivarfs',
  'overlay',
  'fuse.snapfuse',
])
const LAST = ['Filesystem', 'Mounted on'] as const

/** Metric → its columns. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'mount.used': ['Used', 'Avail'],
  'mount.size': ['Size'],
  'mount.available': ['Avail'],
  'mount.inodes_used': ['Inodes', 'IUsed'],
  'mount.in_memory': ['Used'],
  'mount.files_in_memory': ['IUsed'],
}

export const source: Source = {
  id: 'df',
  tier: 'run',
  tool: 'df',
  asks: 'Is a filesystem out of space or out of inodes?',
  gives: Object.keys(NEEDED),
  requests: () => [
    // Local filesystems only: a dead NFS server would hang df for good. Names last, for they can contain spaces.
    // Status 1 means that one of them could not be asked; the others are printed.
    {
      kind: 'run',
      argv: ['df', '-l', '-B1', '--output=fstype,itotal,iused,size,used,avail,source,target'],
      at: 'start',
      accept: [1],
    },
  ],
  parse: ([look]) => {
    const all = lines(look?.text ?? '')
    const at = all.findIndex((line) => headerOf(line) !== undefined)
    const header = headerOf(all[at] ?? '')
    if (!header) return unavailable('not understood', 'df printed no header with Type, Filesystem and Mounted on')
    const instances = all.slice(at + 1).flatMap((line) => mountOf(line, header))
    const missing: Record<string, Unavailable> = Object.fromEntries(
      Object.entries(NEEDED).flatMap(([id, columns]) =>
        columns.every((column) => header.numbers.has(column))
          ? []
          : [[id, unavailable('not supported', `this df has no column ${columns.join(' or ')}`)]],
      ),
    )
    for (const metric of ['mount.in_memory', 'mount.files_in_memory'])
      if (!instances.some((one) => metric in one.values))
        missing[metric] ??= unavailable('nothing to measure', 'no tmpfs is mounted')
    if (instances.length > 0) return Object.keys(missing).length > 0 ? { instances, missing } : { instances }
    return unavailable('not understood', 'df printed a header and no filesystem')
  },
}

interface Header {
  readonly numbers: ReadonlyMap<string, number>
  /** How many columns stand before the names. */
  readonly count: number
  /** Where the column of mount points begins: both names are left-aligned and the first may contain spaces. */
  readonly target: number
}

function headerOf(line: string): Header | undefined {
  const source = line.indexOf(LAST[0])
  const target = line.indexOf(LAST[1])
  if (source < 0 || target < source) return undefined
  const titles = words(line.slice(0, source)).map((name) => (name.endsWith('blocks') ? 'Size' : name))
  const numbers = columnIndex(titles)
  // Without the type nobody knows which of them are made up by the kernel.
  return numbers.has('Type') ? { numbers, count: titles.length, target } : undefined
}

function mountOf(line: string, { numbers, count, target }: Header): Instance[] {
  const match = new RegExp(`^\\s*((?:\\S+\\s+){${count}})(.*)$`, 's').exec(line)
  if (!match) return []
  const cells = row(numbers, words(match[1] ?? ''))
  const fstype = cells.text('Type') ?? ''
  const { device, mount } = namesOf(line, match[2] ?? '', target)
  // The overlay of a container is the only view of its root.
  if (
    (SKIPPED.has(fstype) && !(fstype === 'overlay' && mount === '/')) ||
    /^\/(sys|proc|run\/credentials)\//.test(mount)
  )
    return []
  const values = valuesOf(cells, fstype)
  return values ? [{ domain: 'mount', name: mount, labels: { mount, device, fstype }, values }] : []
}

function namesOf(line: string, rest: string, target: number): { readonly device: string; readonly mount: string } {
  if (line.charAt(target - 1) === ' ' && line.charAt(target) === '/') {
    return { device: line.slice(line.length - rest.length, target).trim(), mount: line.slice(target) }
  }
  // A name of more bytes than columns shifted the line.
  const split = /^(\S+)\s+(.*)$/s.exec(rest)
  return { device: split?.[1] ?? rest, mount: split?.[2] ?? rest }
}

/** As an ordinary user sees it: blocks reserved for root count as used. Inodes made on demand have no total. */
function valuesOf(cells: Row, fstype: string): Record<string, number> | undefined {
  const size = cells.number('Size')
  const used = cells.number('Used')
  const available = cells.number('Avail')
  if ((size ?? 1) <= 0 || (used ?? 0) < 0) return undefined
  const inodes = cells.number('Inodes')
  const taken = cells.number('IUsed')
  const room = used === undefined || available === undefined ? 0 : used + Math.max(0, available)
  const values = defined({
    'mount.used': used !== undefined && room > 0 ? (100 * used) / room : undefined,
    'mount.size': size,
    'mount.in_memory': fstype === 'tmpfs' ? used : undefined,
    'mount.files_in_memory': fstype === 'tmpfs' ? taken : undefined,
    'mount.available': available === undefined ? undefined : Math.max(0, available),
    'mount.inodes_used':
      inodes !== undefined && inodes > 0 && taken !== undefined && taken >= 0 ? (100 * taken) / inodes : undefined,
  })
  return Object.keys(values).length > 0 ? values : undefined
}
