// Context: what is known about the host before anything is measured (domain.md A.0). Effective resources, privileges, devices.
import type { Target } from './target.ts'

export interface DiskInfo {
  readonly name: string
  /** Serial devices seek: %util and a queue of one mean something. Parallel ones (NVMe, SSD, virtio, md, dm) do not. */
  readonly kind: 'serial' | 'parallel'
  readonly class: 'hdd' | 'ssd' | 'nvme' | 'virtual' | 'stacked' | 'loop' | 'ram' | 'other'
  readonly model?: string
  readonly scheduler?: string
  readonly requests?: number
  readonly readAheadKiB?: number
}

export interface InterfaceInfo {
  readonly name: string
  /** Bits per second; absent when the driver does not know (-1 on virtio). */
  readonly speed?: number
  readonly up: boolean
  readonly virtual: boolean
}

export interface CgroupLimits {
  /** 1, 2, or hybrid: version 1 controllers beside a version 2 tree. */
  readonly version: '1' | '2' | 'hybrid' | 'none'
  readonly path: string
  readonly cpus?: number
  readonly memoryBytes?: number
}

export interface Privileges {
  readonly uid: number
  readonly root: boolean
  readonly capabilities: string
  readonly perfEventParanoid?: number
  readonly dmesgRestrict?: boolean
}

export interface Suspect {
  readonly pid: number
  readonly comm: string
  /** Absent where nobody counted them. */
  readonly threads?: number
}

export interface Context {
  readonly hostname: string
  readonly kernel: string
  readonly distribution: { readonly id: string; readonly like: readonly string[]; readonly name: string }
  readonly uptimeSeconds: number
  readonly bootId: string
  readonly cpus: {
    readonly online: number
    readonly model: string
    readonly threadsPerCore: number
    readonly sockets: number
  }
  /** min(online CPUs, cpuset, cgroup quota): what work can really use (law 8). */
  readonly usableCpus: number
  readonly memoryBytes: number
  /** `none`, `kvm`, `xen`, `vmware`, … or `yes` when only the hypervisor flag is seen. */
  readonly virtualization: string
  readonly container: string
  readonly cgroup: CgroupLimits
  readonly privileges: Privileges
  readonly disks: readonly DiskInfo[]
  readonly interfaces: readonly InterfaceInfo[]
  readonly clocksource: string
  /** Kernel modules that are there, loaded or built in; absent where /sys does not tell. */
  readonly modules?: readonly string[]
  /** Whether this kernel can still load one; absent where /proc does not tell. */
  readonly loadsModules?: boolean
  /** Units of the processor and the kernel that count events for perf: `cpu`, `uncore_imc_0`, `software`; absent where /sys does not tell. */
  readonly counters?: readonly string[]
  /** Processes seen when the run started: decides between the tools and the engine's own reader. */
  readonly processes: number
  readonly pageSize: number
  /** Kernel ticks per second in /proc/PID/stat. */
  readonly ticks: number
  /** What the operator says is slow. */
  readonly target?: Target
  /** Who stood out in what was measured so far: worth a closer look than all processes are. */
  readonly suspects?: readonly Suspect[]
}
