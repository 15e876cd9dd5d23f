// One record of a scan with status and limits → what of the process has a limit.
//   Uid:	1000	1000	1000	1000          real, effective, saved, file system
//   Max processes             95985                95985                processes
import type { ProcessRecord } from '../../parse/scan.ts'
import { isKernelThread } from '../../parse/scan.ts'
import { number } from '../../parse/table.ts'

export interface Limited {
  readonly pid: number
  readonly comm: string
  readonly parent: number
  readonly threads: number
  /** Real user: whose tasks the kernel counts. */
  readonly uid?: number
  readonly slots?: number
  readonly open?: number
  readonly openLimit?: number
  readonly taskLimit?: number
  readonly locked?: number
  /** Percent of its limit of address space or of data (RLIMIT_AS, RLIMIT_DATA) that is taken, of the fuller one; undefined when neither is set. */
  readonly spaceUsed?: number
  /** Pid of the process that traces it. */
  readonly tracer?: number
}

/** Undefined for kernel threads, and where neither file could be read. */
export function limitedProcess(record: ProcessRecord, open: number | undefined): Limited | undefined {
  const [status = '', limits = ''] = record.files
  if (isKernelThread(record) || (status === '' && limits === '')) return undefined
  const kilobytes = whole(/^VmLck:\s+(\d+) kB$/m.exec(status)?.[1])
  return {
    pid: record.pid,
    comm: record.comm,
    parent: record.parent,
    threads: Math.max(0, record.threads),
    ...some('uid', whole(/^Uid:\s+(\d+)\s/m.exec(status)?.[1])),
    ...some('slots', whole(/^FDSize:\s+(\d+)$/m.exec(status)?.[1])),
    ...some('open', open),
    ...some('openLimit', soft(limits, 'Max open files')),
    ...some('taskLimit', soft(limits, 'Max processes')),
    ...some('tracer', whole(/^TracerPid:\s+([1-9]\d*)$/m.exec(status)?.[1])),
    ...some('locked', kilobytes === undefined ? undefined : kilobytes * 1024),
    ...some('spaceUsed', spaceUsed(status, limits)),
  }
}

function spaceUsed(status: string, limits: string): number | undefined {
  const share = (used: string, limit: string) => {
    const kilobytes = whole(new RegExp(`^${used}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1])
    const most = soft(limits, limit)
    return kilobytes === undefined || most === undefined || most === 0 ? [] : [(100 * kilobytes * 1024) / most]
  }
  const shares = [...share('VmSize', 'Max address space'), ...share('VmData', 'Max data size')]
  return shares.length > 0 ? Math.max(...shares) : undefined
}

/** Undefined when unlimited. */
function soft(limits: string, name: string): number | undefined {
  const row = limits.split('\n').find((line) => line.startsWith(`${name} `))
  return whole(row?.slice(name.length).trim().split(/\s+/)[0])
}

function whole(text: string | undefined): number | undefined {
  const value = number(text)
  return value !== undefined && value >= 0 && Number.isSafeInteger(value) ? value : undefined
}

function some<K extends string>(key: K, value: number | undefined): { readonly [key in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: number })
}
