// /sys/block → block devices with their class, and whether they serve one I/O at a time.
//   /sys/block/sda/queue/rotational   1
//   /sys/block/sda/queue/scheduler    none [mq-deadline]
//   /sys/block/sda/device/model       HGST HUS726T4TAL
import type { DiskInfo } from '../../model/context.ts'
import { defined } from '../../parse/table.ts'
import { below, integer, line, type Files } from './text.ts'

export const DISK_FILES: readonly string[] = [
  '/sys/block/*/queue/rotational',
  '/sys/block/*/queue/scheduler',
  '/sys/block/*/queue/nr_requests',
  '/sys/block/*/queue/read_ahead_kb',
  '/sys/block/*/device/model',
  '/sys/block/*/dm/name',
  '/sys/block/*/md/level',
]

/** Models hypervisors and storage arrays give the disks they make up. */
const MADE_UP = /qemu|virtual|vbox|vmware|msft|amazon|google|persistentdisk|xen|cloud|iscsi|lun\b|lio-org|rbd/i

export function disksOf(files: Files, virtualization: string): DiskInfo[] {
  return below(files, '/sys/block/')
    .filter((name) => files.has(`/sys/block/${name}/queue/rotational`))
    .map((name) => diskOf(files, name, virtualization !== 'none'))
}

function diskOf(files: Files, name: string, guest: boolean): DiskInfo {
  const at = `/sys/block/${name}`
  const model = line(files, `${at}/device/model`)
  const stacked = line(files, `${at}/dm/name`) ?? line(files, `${at}/md/level`)
  const rotational = integer(files, `${at}/queue/rotational`) === 1
  const kind = classOf(name, { model, stacked: stacked !== undefined, rotational, guest })
  return {
    // sysfs writes `!` where the device's name has a `/`; iostat and diskstats do not.
    name: name.replaceAll('!', '/'),
    kind: kind === 'hdd' ? 'serial' : 'parallel',
    class: kind,
    ...defined<string>({ model: stacked ?? model, scheduler: chosen(line(files, `${at}/queue/scheduler`)) }),
    ...defined<number>({
      requests: integer(files, `${at}/queue/nr_requests`),
      readAheadKiB: integer(files, `${at}/queue/read_ahead_kb`),
    }),
  }
}

interface Signs {
  readonly model: string | undefined
  readonly stacked: boolean
  readonly rotational: boolean
  readonly guest: boolean
}

/** `rotational` alone says nothing: virtio claims to rotate. A disk is called rotating only when it also has a real model on real hardware. */
function classOf(name: string, { model, stacked, rotational, guest }: Signs): DiskInfo['class'] {
  if (/^loop\d/.test(name)) return 'loop'
  if (/^z?ram\d/.test(name)) return 'ram'
  if (stacked || /^(dm-|md|bcache|drbd)\d/.test(name)) return 'stacked'
  if (/^nvme\d/.test(name)) return 'nvme'
  if (/^(x?vd[a-z]|rbd\d|nbd\d|pmem\d)/.test(name)) return 'virtual'
  if (/^(sr|fd|mmcblk|mtdblock)\d/.test(name)) return 'other'
  if (model !== undefined && MADE_UP.test(model)) return 'virtual'
  if (guest && /^sd[a-z]/.test(name)) return 'virtual'
  if (!rotational) return 'ssd'
  return model === undefined ? 'other' : 'hdd'
}

/** `none [mq-deadline] kyber` → `mq-deadline`. A device with one choice prints it bare. */
function chosen(text: string | undefined): string | undefined {
  return /\[([^\]]+)\]/.exec(text ?? '')?.[1] ?? (text !== undefined && /^\S+$/.test(text) ? text : undefined)
}
