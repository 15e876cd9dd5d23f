// /proc/cpuinfo and the CPU folders of sysfs → number, model, threads per core, sockets.
//   model name : AMD EPYC
//   siblings   : 2
//   /sys/devices/system/cpu/cpu0/topology/thread_siblings_list   0-1
import type { Context } from '../../model/context.ts'
import { field, integer, line, type Files } from './text.ts'

const cpu = '/sys/devices/system/cpu'

export const CPU_FILES: readonly string[] = [
  '/proc/cpuinfo',
  `${cpu}/online`,
  `${cpu}/smt/active`,
  `${cpu}/cpu0/topology/thread_siblings_list`,
  `${cpu}/cpu0/topology/core_siblings_list`,
]

export function cpusOf(files: Files): Context['cpus'] {
  const info = files.get('/proc/cpuinfo') ?? ''
  const online =
    listCount(line(files, `${cpu}/online`)) ??
    Math.max(
      info.match(/^processor\s*:/gm)?.length ?? 0,
      listCount(field(files.get('/proc/self/status'), 'Cpus_allowed_list')) ?? 1,
    )
  const perSocket =
    listCount(line(files, `${cpu}/cpu0/topology/core_siblings_list`)) ?? Number(field(info, 'siblings') ?? online)
  return { online, model: modelOf(info), threadsPerCore: threadsOf(files), sockets: socketsOf(info, online, perSocket) }
}

/** `0-3,8,10-11` → 7. Undefined for anything else. */
export function listCount(list: string | undefined): number | undefined {
  if (list === undefined || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return undefined
  return list.split(',').reduce((count, part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return count + last - first + 1
  }, 0)
}

function threadsOf(files: Files): number {
  if (integer(files, `${cpu}/smt/active`) === 0) return 1
  return listCount(line(files, `${cpu}/cpu0/topology/thread_siblings_list`)) ?? 1
}

/** The ids seen are too few when the file was cut at its cap, CPUs ÷ siblings too few when CPUs are offline: the larger is right. */
function socketsOf(info: string, online: number, perSocket: number): number {
  const ids = new Set(info.match(/^physical id\s*:.*$/gm))
  return Math.max(1, ids.size, perSocket > 0 ? Math.floor(online / perSocket) : 1)
}

/** x86 says `model name`, Arm `Model` or only its part number, POWER `cpu`, s390 `vendor_id`. */
function modelOf(info: string): string {
  for (const key of ['model name', 'Model', 'cpu model', 'cpu', 'Hardware', 'vendor_id']) {
    const found = field(info, key)
    if (found !== undefined && found !== '') return found
  }
  const part = field(info, 'CPU part')
  return part === undefined ? 'unknown' : `implementer ${field(info, 'CPU implementer') ?? '?'} part ${part}`
}
