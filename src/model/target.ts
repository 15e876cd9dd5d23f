// Target: what the operator says is slow (`--target`), as it was found on this host: which processes, groups, device, port or peer that is.
import type { Unavailable } from './unavailable.ts'

export interface TargetProcess {
  readonly pid: number
  readonly comm: string
  /** Ticks after boot: tells it from a later process with the same pid. */
  readonly start: number
  readonly threads: number
  /** Descriptors the kernel made room for: never fewer than are open. */
  readonly descriptors?: number
  /** Pid of the process that traces it. */
  readonly tracer?: number
}

/** A control group of the target, or an ancestor of one: its limits bind as well. */
export interface TargetGroup {
  /** Below /sys/fs/cgroup: '' for version 2, `unified`, or the controller of version 1. */
  readonly folder: string
  readonly path: string
}

export interface TargetMount {
  readonly path: string
  readonly type: string
  /** Folder in /sys that describes the device; absent for file systems without one. */
  readonly device?: string
  readonly deviceName?: string
  /** The whole disk a partition is on. */
  readonly disk?: string
}

export interface TargetPeer {
  readonly address: string
  readonly port?: number
}

export interface Target {
  /** As it was given: `comm:nginx`. */
  readonly text: string
  readonly kind: 'process' | 'listener' | 'mount' | 'peer'
  /** For people: `sleep (pid 4242)`, `12 processes nginx`, `/var`. */
  readonly name: string
  /** Why nothing of it can be measured: there is no such thing here. */
  readonly unavailable?: Unavailable
  /** The ones looked at: those that do not move first, then by CPU time. */
  readonly processes: readonly TargetProcess[]
  /** Why the processes are not known, where the target itself is: the owner of a port of another user. */
  readonly processesUnknown?: Unavailable
  /** How many there are. */
  readonly total: number
  readonly groups: readonly TargetGroup[]
  readonly port?: number
  readonly mount?: TargetMount
  readonly peer?: TargetPeer
}
