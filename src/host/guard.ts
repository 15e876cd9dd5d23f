// What a probe costs while it runs (CPU of its processes, kernel time of the host, memory, scratch) → the moment it must be stopped, and why.
//   /proc/stat:   cpu  1189 0 2207 938212 410 0 93 0 0 0       user nice system idle iowait irq softirq steal, in ticks
//   /proc/pressure/memory:   some avg10=0.00 avg60=0.00 avg300=0.00 total=4590292
//   /proc/meminfo:   MemAvailable:   24123456 kB
import { readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from './clock.ts'
import type { Guard } from './host.ts'

export interface Watched {
  /** Leader of the group that traces; absent: the kernel does (Ftrace). */
  readonly pid?: number
  readonly guard: Guard
  /** Kernel share before it began. */
  readonly before: number
  readonly scratch?: string
}

/** CPU time of the host, in ticks. */
export interface HostCpu {
  readonly kernel: number
  readonly total: number
}

const EVERY_MS = 250
/** Compiling and attaching is not tracing: so much CPU time is free. Not so much time: on a host without an idle CPU it takes many times longer. */
const START_UP_CPU_MS = 2000
const SUSTAINED_MS = 2000
const TICK_MS = 10
const MOST_SEEN = 40
const MIB = 1024 * 1024
const LEAST_MEMORY = 256 * MIB
const MOST_PRESSURE = 20
/** Where /run is in memory it is small, and others need it. */
const MOST_SCRATCH = 256 * MIB
const MOST_OF_FREE = 0.1

/** Calls `trip` once with the reason, in figures. The answer ends the watch. */
export function watch({ pid, guard, before, scratch }: Watched, now: Clock, trip: (why: string) => void): () => void {
  const began = now()
  const cpu: { readonly at: number; readonly ms: number }[] = []
  let host = { at: began, cpu: hostCpu() }
  let above: number | undefined
  const greedy = (): string | undefined => {
    if (pid === undefined) return undefined
    cpu.push({ at: now(), ms: groupCpuMs(pid) })
    // What waits takes next to nothing, and may do so for hours.
    if (cpu.length > MOST_SEEN) cpu.shift()
    const last = cpu.at(-1)
    const first = cpu.findLast(({ at }) => last !== undefined && at <= last.at - 1000)
    if (!last || !first || last.ms < START_UP_CPU_MS) return undefined
    cpu.splice(0, cpu.indexOf(first))
    const share = (last.ms - first.ms) / (last.at - first.at)
    return share > guard.cpuShare
      ? `it took ${percent(share)} of a CPU for a second; ${percent(guard.cpuShare)} is allowed`
      : undefined
  }
  const heavy = (): string | undefined => {
    const at = now()
    const next = hostCpu()
    const share = kernelShare(host.cpu, next)
    const since = host.at
    host = { at, cpu: next }
    const limit = before + guard.systemShare
    if (share === undefined || share <= limit) {
      above = undefined
      return undefined
    }
    above ??= since
    return at - above >= SUSTAINED_MS - EVERY_MS
      ? `the host spent ${percent(share)} of its CPUs in the kernel for ${Math.round((at - above) / 1000)} s, ${percent(before)} before; ${percent(limit)} is allowed`
      : undefined
  }
  const room = mostScratch(scratch)
  let turn = 0
  const timer = setInterval(() => {
    const second = ++turn % 4 === 0
    const why = greedy() ?? (second ? (heavy() ?? shortOfMemory() ?? tooMuchScratch(scratch, room)) : undefined)
    if (why === undefined) return
    clearInterval(timer)
    trip(`stopped by the guard after ${((now() - began) / 1000).toFixed(1)} s: ${why}`)
  }, EVERY_MS)
  return () => clearInterval(timer)
}

/** Why nothing may be instrumented now; undefined: it may. */
export function shortOfMemory(): string | undefined {
  const pressure = Number(/^some avg10=([\d.]+)/m.exec(text('/proc/pressure/memory'))?.[1] ?? 0)
  if (pressure > MOST_PRESSURE)
    return `memory pressure: some avg10=${pressure} %, a probe may not add to it above ${MOST_PRESSURE} %`
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(text('/proc/meminfo'))?.[1] ?? Infinity) * 1024
  return available < LEAST_MEMORY
    ? `${Math.round(available / MIB)} MiB of memory are available, a probe needs ${LEAST_MEMORY / MIB} MiB`
    : undefined
}

export function hostCpu(): HostCpu | undefined {
  const fields = /^cpu +(.*)/.exec(text('/proc/stat'))?.[1]?.split(' ').slice(0, 8).map(Number)
  if (!fields || fields.length < 7 || fields.some((field) => !Number.isFinite(field))) return undefined
  const [, , system = 0, , , irq = 0, softirq = 0] = fields
  return { kernel: system + irq + softirq, total: fields.reduce((sum, field) => sum + field, 0) }
}

/** Share of all CPUs in system, irq and softirq between two moments. */
export function kernelShare(from: HostCpu | undefined, to: HostCpu | undefined): number | undefined {
  if (!from || !to || to.total <= from.total) return undefined
  return Math.max(0, (to.kernel - from.kernel) / (to.total - from.total))
}

/** CPU time of a process, its children and the children it has waited for. A child that is reaped moves from one sum to the other. */
export function groupCpuMs(pid: number): number {
  const stat = text(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields.length < 20) return 0
  const own = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * TICK_MS
  return childrenOf(pid).reduce((sum, child) => sum + groupCpuMs(child), own)
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      text(`/proc/${pid}/task/${thread}/children`)
        .split(' ')
        .flatMap((child) => (child.trim() === '' ? [] : [Number(child)])),
    )
  } catch {
    return []
  }
}

function tooMuchScratch(folder: string | undefined, most: number): string | undefined {
  if (folder === undefined) return undefined
  const size = sizeOf(folder)
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MiB`
  return size > most ? `it wrote ${mib(size)}; ${mib(most)} are allowed` : undefined
}

function mostScratch(folder: string | undefined): number {
  try {
    if (folder === undefined) return MOST_SCRATCH
    const { bavail, bsize } = statfsSync(folder)
    return Math.min(MOST_SCRATCH, bavail * bsize * MOST_OF_FREE)
  } catch {
    return MOST_SCRATCH
  }
}

function sizeOf(folder: string): number {
  try {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name)
      return sum + (entry.isDirectory() ? sizeOf(path) : entry.isFile() ? statSync(path).size : 0)
    }, 0)
  } catch {
    return 0
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
