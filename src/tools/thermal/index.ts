// Thermal throttle counters of each CPU at both ends of the window → throttle events of the packages.
//   /sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count   12
//   /sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count      3
//   /sys/devices/system/cpu/cpu0/topology/physical_package_id              0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { number } from '../../parse/table.ts'

const cpu = '/sys/devices/system/cpu'
type Read = ReadonlyMap<string, string>

export const source: Source = {
  id: 'thermal',
  tier: 'read',
  asks: 'Did the CPUs slow down for heat or power?',
  gives: ['cpu.throttle_events'],
  requests: () => [
    {
      kind: 'read',
      paths: [`${cpu}/cpu*/thermal_throttle/*_throttle_count`, `${cpu}/cpu*/topology/physical_package_id`],
      at: 'ends',
    },
  ],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text))
    const counters = [...(reads[0]?.keys() ?? [])].filter((path) => path.endsWith('_throttle_count'))
    if (counters.length === 0) {
      const why = unavailable('not supported', 'the kernel has no throttle counters here, as in most virtual machines')
      return looks.some((look) => files(look.text).size > 0) ? { missing: { 'cpu.throttle_events': why } } : why
    }
    const packages = counters.filter((path) => path.endsWith('/package_throttle_count'))
    const events = perPackage(packages.length > 0 ? packages : counters, reads)
    return events === undefined
      ? unavailable('not understood', 'the throttle counters are not numbers, or went backwards')
      : { host: { 'cpu.throttle_events': events } }
  },
}

/** Every CPU of a package repeats the package's count (and every thread its core's): the largest increase stands for the package. */
function perPackage(counters: readonly string[], reads: readonly Read[]): number | undefined {
  const worst = new Map<string, number>()
  for (const path of counters) {
    const grown = increase(reads.map((read) => number(read.get(path)?.trim())))
    if (grown === undefined) continue
    const folder = path.split('/thermal_throttle/')[0] ?? ''
    const socket = reads[0]?.get(`${folder}/topology/physical_package_id`)?.trim() ?? '0'
    worst.set(socket, Math.max(worst.get(socket) ?? 0, grown))
  }
  return worst.size > 0 ? [...worst.values()].reduce((total, grown) => total + grown, 0) : undefined
}
