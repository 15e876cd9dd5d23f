// Small files of /proc and /etc → names, uptime, memory, privileges, number of processes, page size.
//   /proc/uptime        1152.07 2242.60
//   /proc/self/status   CapEff:	000001ffffffffff
//   /proc/self/statm    1532 442 414 5 0 53 0
import type { Context, Privileges } from '../../model/context.ts'
import { keyed } from '../../parse/files.ts'
import { field, integer, line, type Files } from './text.ts'

const kernel = '/proc/sys/kernel'

export const IDENTITY_FILES: readonly string[] = [
  '/proc/uptime',
  `${kernel}/hostname`,
  `${kernel}/osrelease`,
  `${kernel}/random/boot_id`,
  `${kernel}/perf_event_paranoid`,
  `${kernel}/dmesg_restrict`,
  '/etc/os-release',
  '/usr/lib/os-release',
  '/proc/meminfo',
  '/proc/loadavg',
  '/proc/self/status',
  '/proc/self/statm',
  // A folder: its names, one a line.
  '/proc/',
]

export function bootOf(
  files: Files,
): Pick<Context, 'hostname' | 'kernel' | 'uptimeSeconds' | 'bootId' | 'memoryBytes'> {
  return {
    hostname: line(files, `${kernel}/hostname`) ?? 'unknown',
    kernel: line(files, `${kernel}/osrelease`) ?? 'unknown',
    uptimeSeconds: Number(/^\d+(\.\d+)?/.exec(line(files, '/proc/uptime') ?? '')?.[0] ?? 0),
    bootId: line(files, `${kernel}/random/boot_id`) ?? 'unknown',
    memoryBytes: keyed(files.get('/proc/meminfo') ?? '').get('MemTotal') ?? 0,
  }
}

/** `ID_LIKE="rhel fedora"` and its neighbours. */
export function distributionOf(files: Files): Context['distribution'] {
  const values = new Map<string, string>()
  for (const row of (files.get('/etc/os-release') ?? files.get('/usr/lib/os-release') ?? '').split('\n')) {
    const match = /^([A-Z_]+)=(.*)$/.exec(row.trim())
    if (match) values.set(match[1] ?? '', (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'))
  }
  const id = values.get('ID') ?? 'unknown'
  return {
    id,
    like: (values.get('ID_LIKE') ?? '').split(/\s+/).filter((name) => name !== ''),
    name: values.get('PRETTY_NAME') ?? values.get('NAME') ?? id,
  }
}

export function privilegesOf(files: Files): Privileges {
  const status = files.get('/proc/self/status')
  // Real, effective, saved, filesystem: the effective one decides what may be opened. 65534 is nobody.
  const effective = Number(field(status, 'Uid')?.split(/\s+/)[1] ?? Number.NaN)
  const uid = Number.isInteger(effective) ? effective : 65_534
  const paranoid = integer(files, `${kernel}/perf_event_paranoid`)
  const restrict = integer(files, `${kernel}/dmesg_restrict`)
  return {
    uid,
    root: uid === 0,
    capabilities: field(status, 'CapEff') ?? '0',
    ...(paranoid === undefined ? {} : { perfEventParanoid: paranoid }),
    ...(restrict === undefined ? {} : { dmesgRestrict: restrict !== 0 }),
  }
}

/** Names of /proc that are numbers; without them the number of threads, which is never smaller. */
export function processesOf(files: Files): number {
  const names = files.get('/proc/')
  if (names !== undefined) return names.match(/^\d+$/gm)?.length ?? 0
  return Number(/\d+\/(\d+)/.exec(line(files, '/proc/loadavg') ?? '')?.[1] ?? 0)
}

/** The size of the same address space in kB and in pages; the two files are read one after the other, hence the rounding to a power of two. */
export function pageSizeOf(files: Files): number {
  const kilobytes = Number(/^(\d+) kB$/.exec(field(files.get('/proc/self/status'), 'VmSize') ?? '')?.[1] ?? 0)
  const pages = Number(line(files, '/proc/self/statm')?.split(' ')[0] ?? 0)
  if (!(kilobytes > 0) || !(pages > 0)) return 4096
  const size = 2 ** Math.round(Math.log2((kilobytes * 1024) / pages))
  return size >= 4096 && size <= 65_536 ? size : 4096
}
