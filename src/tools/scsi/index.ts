// /sys/class/scsi_host and the devices of /sys/block through the window → how full the controller's queue is, timeouts and lost devices.
//   /sys/class/scsi_host/host0/host_busy      0
//   /sys/class/scsi_host/host0/can_queue      256
//   /sys/block/sda/device/state               running
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

type Files = ReadonlyMap<string, string>

const HOST = ['controller.queue_used', 'controller.busiest'] as const
const SCSI_DISK = ['disk.io_timeouts', 'disk.outstanding'] as const
/** NVMe says live, resetting, connecting, deleting, dead; SCSI created, running, quiesce, offline, blocked, transport-offline, … */
const LOST = /^(?:offline|transport-offline|blocked|dead|deleting|deleting \(no IO\)|cancel)$/

export const source: Source = {
  id: 'scsi',
  tier: 'read',
  asks: 'Is a storage controller at the end of its queue, or did it lose a device?',
  gives: [...HOST, ...SCSI_DISK, 'disk.offline', 'disk.state'],
  requests: () => [
    {
      kind: 'read',
      paths: [
        '/sys/class/scsi_host/*/host_busy',
        '/sys/block/*/device/iorequest_cnt',
        '/sys/block/*/device/iodone_cnt',
        '/sys/block/*/device/iotmo_cnt',
      ],
      at: 'every',
    },
    {
      kind: 'read',
      paths: ['/sys/class/scsi_host/*/can_queue', '/sys/class/scsi_host/*/proc_name', '/sys/block/*/device/state'],
      at: 'end',
    },
  ],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text)).filter((read) => read.size > 0)
    const all: Files = new Map(reads.flatMap((read) => [...read]))
    const host = busiest(reads, all)
    const disks = namesOf(all, /^\/sys\/block\/([^/]+)\/device\/(?:state|iodone_cnt)$/)
    const instances = disks.map((name) => disk(name, reads, all)).filter((one) => Object.keys(one.values).length > 0)
    if (all.size > 0 && instances.length === 0 && Object.keys(host).length === 0)
      return unavailable('not understood', 'the files of SCSI hosts and disks hold other than the kernel writes there')
    if (instances.length === 0 && Object.keys(host).length === 0)
      return unavailable('nothing to measure', 'no such hardware: no SCSI host, no disk with a state')
    const none = unavailable('nothing to measure', 'no such hardware: no SCSI host')
    const missing = [
      ...HOST.filter((id) => !(id in host)),
      ...SCSI_DISK.filter((id) => !instances.some((one) => id in one.values)),
    ]
    return { host, instances, missing: Object.fromEntries(missing.map((id) => [id, none])) }
  },
}

/** The SCSI host whose queue was fullest on average. */
function busiest(reads: readonly Files[], all: Files): Record<string, string | readonly number[]> {
  const hosts = namesOf(all, /^\/sys\/class\/scsi_host\/([^/]+)\/can_queue$/).flatMap((name) => {
    const room = number(all.get(`/sys/class/scsi_host/${name}/can_queue`)?.trim())
    const used = reads.flatMap((read) => number(read.get(`/sys/class/scsi_host/${name}/host_busy`)?.trim()) ?? [])
    if (room === undefined || room <= 0 || used.length === 0 || used.some((one) => one < 0)) return []
    const shares = used.map((one) => Math.min(100, (100 * one) / room))
    const driver = all.get(`/sys/class/scsi_host/${name}/proc_name`)?.trim() ?? ''
    return [
      {
        label: driver === '' || driver === '(null)' ? name : `${name} (${driver})`,
        shares,
        mean: shares.reduce((a, b) => a + b) / shares.length,
      },
    ]
  })
  const top = hosts.toSorted((a, b) => b.mean - a.mean)[0]
  return top === undefined ? {} : { 'controller.queue_used': top.shares, 'controller.busiest': top.label }
}

function disk(entry: string, reads: readonly Files[], all: Files): Instance {
  // A slash in a device name (cciss/c0d0) is an exclamation mark in sysfs.
  const name = entry.replaceAll('!', '/')
  const counts = (file: string) =>
    reads.flatMap((read) => {
      const text = read.get(`/sys/block/${entry}/device/${file}`)
      return text === undefined ? [] : [hexadecimal(text.trim())]
    })
  const requested = counts('iorequest_cnt')
  const done = counts('iodone_cnt')
  const outstanding = requested.flatMap((value, i) => {
    const completed = done[i]
    return value === undefined || completed === undefined ? [] : [Math.max(0, value - completed)]
  })
  const state = all.get(`/sys/block/${entry}/device/state`)?.trim()
  const known = state !== undefined && /^[a-z][a-zA-Z ()-]*$/.test(state)
  return {
    domain: 'disk',
    name,
    labels: { device: name },
    values: {
      ...defined<number | string>({
        'disk.io_timeouts': increase(counts('iotmo_cnt')),
        'disk.offline': known ? Number(LOST.test(state)) : undefined,
        'disk.state': known ? state : undefined,
      }),
      ...(outstanding.length > 0 ? { 'disk.outstanding': outstanding } : {}),
    },
  }
}

function namesOf(all: Files, pattern: RegExp): string[] {
  return [...new Set([...all.keys()].flatMap((path) => pattern.exec(path)?.[1] ?? []))]
}

function hexadecimal(text: string): number | undefined {
  return /^0x[0-9a-f]{1,12}$/.test(text) ? Number(text) : undefined
}
