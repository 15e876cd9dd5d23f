// CPU flags, firmware names, clock sources and marker files → the hypervisor below and the container around.
//   /sys/class/dmi/id/sys_vendor                                            QEMU
//   /sys/devices/system/clocksource/clocksource0/available_clocksource      tsc kvm-clock
//   /run/systemd/container                                                  docker
import { field, line, type Files } from './text.ts'

const clock = '/sys/devices/system/clocksource/clocksource0'

export const VIRTUALIZATION_FILES: readonly string[] = [
  '/sys/class/dmi/id/sys_vendor',
  '/sys/class/dmi/id/product_name',
  '/sys/hypervisor/type',
  '/sys/firmware/devicetree/base/hypervisor/compatible',
  `${clock}/current_clocksource`,
  `${clock}/available_clocksource`,
  '/.dockerenv',
  '/run/.containerenv',
  '/run/systemd/container',
  '/proc/1/cgroup',
  '/proc/2/comm',
]

/** Vendor and product of the firmware → name, most particular first. */
const FIRMWARE: readonly (readonly [RegExp, string])[] = [
  [/VMware/i, 'vmware'],
  [/innotek|VirtualBox/i, 'virtualbox'],
  [/Microsoft.*Virtual Machine/i, 'hyperv'],
  [/Xen/i, 'xen'],
  [/Parallels/i, 'parallels'],
  [/Apple Virtualization/i, 'apple'],
  [/bhyve/i, 'bhyve'],
  [/QEMU|Bochs/i, 'qemu'],
  [/KVM|Amazon EC2|Google|OpenStack|oVirt|RHEV|Red Hat|Alibaba|DigitalOcean|Hetzner|Firecracker/i, 'kvm'],
]

export function virtualizationOf(files: Files): string {
  const flags = field(files.get('/proc/cpuinfo'), 'flags')
  const type = line(files, '/sys/hypervisor/type')
  if (type === 'xen') return 'xen'
  const firmware = `${line(files, '/sys/class/dmi/id/sys_vendor') ?? ''} ${line(files, '/sys/class/dmi/id/product_name') ?? ''}`
  const named = FIRMWARE.find(([pattern]) => pattern.test(firmware))?.[1]
  if (flags !== undefined) {
    // Clouds put their name into the firmware of their bare-metal machines too: on x86 the CPU flag decides.
    if (!flags.split(' ').includes('hypervisor')) return 'none'
    // The clock is the hypervisor's own; QEMU's firmware name is there with and without KVM.
    return byClock(line(files, `${clock}/available_clocksource`) ?? '') ?? named ?? type ?? 'yes'
  }
  const tree = files.get('/sys/firmware/devicetree/base/hypervisor/compatible')
  if (tree !== undefined) return tree.includes('kvm') ? 'kvm' : tree.includes('xen') ? 'xen' : 'yes'
  return named !== undefined && !/\.metal\b/.test(firmware) ? named : 'none'
}

function byClock(available: string): string | undefined {
  if (available.includes('kvm-clock')) return 'kvm'
  if (available.includes('hyperv')) return 'hyperv'
  return available.includes('xen') ? 'xen' : undefined
}

export function containerOf(files: Files): string {
  const told = line(files, '/run/systemd/container')
  if (told !== undefined) return told
  if (files.has('/run/.containerenv')) return 'podman'
  const groups = files.get('/proc/1/cgroup') ?? ''
  if (/kubepods/.test(groups)) return 'kubernetes'
  if (files.has('/.dockerenv')) return 'docker'
  if (/\/(docker|lxc|podman|libpod|machine\.slice)\b/.test(groups))
    return /\/(docker|lxc|podman)/.exec(groups)?.[1] ?? 'yes'
  // In a PID namespace of its own, process 2 is not the parent of the kernel threads.
  const second = line(files, '/proc/2/comm')
  return second !== undefined && second !== 'kthreadd' ? 'yes' : 'none'
}
