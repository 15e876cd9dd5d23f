// context: what is known about the host before anything is measured: files read once at the start → Context.
//   /sys/devices/system/cpu/online   0-3
//   /proc/sys/kernel/osrelease       6.1.0-18-amd64
//   /proc/self/cgroup                0::/system.slice/cron.service
import type { Context } from '../../model/context.ts'
import type { Observation } from '../../model/observation.ts'
import type { ReadRequest, Request, Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'
import { CGROUP_ROOT_FILES, cgroupOf, limitFiles } from './cgroup-limits.ts'
import { CPU_FILES, cpusOf, listCount } from './cpus.ts'
import { DISK_FILES, disksOf } from './disks.ts'
import { IDENTITY_FILES, bootOf, distributionOf, pageSizeOf, privilegesOf, processesOf } from './identity.ts'
import { INTERFACE_FILES, interfacesOf } from './interfaces.ts'
import { MODULE_FILES, modulesOf } from './modules.ts'
import { line } from './text.ts'
import { VIRTUALIZATION_FILES, containerOf, virtualizationOf } from './virtualization.ts'

/** First round: everything whose path is known beforehand. The devices come last: their number is not bounded. */
export const contextRequests: readonly Request[] = [
  {
    kind: 'read',
    paths: [...IDENTITY_FILES, ...CPU_FILES, ...VIRTUALIZATION_FILES, ...MODULE_FILES, ...CGROUP_ROOT_FILES],
    at: 'start',
  },
  { kind: 'read', paths: DISK_FILES, at: 'start' },
  { kind: 'read', paths: INTERFACE_FILES, at: 'start' },
]

/** Second round: the limits of our own control group and its ancestors, whose paths the first round told; none in most containers. */
export function cgroupRequest(looks: readonly Observation[]): ReadRequest | undefined {
  const paths = limitFiles(merged(looks))
  return paths.length > 0 ? { kind: 'read', paths, at: 'start' } : undefined
}

/** Looks of both rounds, in any order → Context. Never throws: what could not be read has the value that claims least. */
export function contextOf(looks: readonly Observation[]): Context {
  const found = merged(looks)
  const cpus = cpusOf(found)
  const { limits, cpusetCpus } = cgroupOf(found)
  const virtualization = virtualizationOf(found)
  const container = containerOf(found)
  return {
    ...bootOf(found),
    distribution: distributionOf(found),
    cpus,
    // In a container all we see shares its limits. On a host they bind only our own session or cron job, not the work we judge.
    usableCpus:
      container === 'none' ? cpus.online : Math.min(cpus.online, cpusetCpus ?? Infinity, limits.cpus ?? Infinity),
    virtualization,
    container,
    cgroup: limits,
    privileges: privilegesOf(found),
    disks: disksOf(found, virtualization),
    interfaces: interfacesOf(found),
    clocksource: line(found, '/sys/devices/system/clocksource/clocksource0/current_clocksource') ?? 'unknown',
    ...modulesOf(found),
    processes: processesOf(found),
    pageSize: pageSizeOf(found),
    // USER_HZ is 100 on every architecture Node runs on, whatever CONFIG_HZ is.
    ticks: 100,
  }
}

export const source: Source = {
  id: 'context',
  tier: 'read',
  asks: 'How many CPUs are there, and how many may be used?',
  gives: ['cpu.online', 'cpu.usable', 'cpu.threads_per_core'],
  requests: () => [{ kind: 'read', paths: ['/sys/devices/system/cpu/online'], at: 'start' }],
  parse: (looks, { context }) => {
    const online = listCount(line(merged(looks), '/sys/devices/system/cpu/online'))
    if (online === undefined) return unavailable('not understood', 'the list of online CPUs could not be read')
    return {
      host: defined({
        'cpu.online': online,
        'cpu.usable': Math.min(online, context.usableCpus),
        'cpu.threads_per_core': context.cpus.threadsPerCore,
      }),
    }
  },
}

function merged(looks: readonly Observation[]): Map<string, string> {
  return new Map(looks.flatMap((look) => [...files(look.text)]))
}
