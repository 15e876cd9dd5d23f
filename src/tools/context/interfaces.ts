// /sys/class/net → interfaces: link speed where the driver knows it, up or down, real device or not.
//   /sys/class/net/eth0/speed           1000        (-1 on virtio, unreadable while down)
//   /sys/class/net/eth0/operstate       up
//   /sys/class/net/eth0/device/uevent   DRIVER=e1000e
import type { InterfaceInfo } from '../../model/context.ts'
import { below, integer, line, type Files } from './text.ts'

export const INTERFACE_FILES: readonly string[] = [
  '/sys/class/net/*/operstate',
  '/sys/class/net/*/speed',
  '/sys/class/net/*/type',
  '/sys/class/net/*/device/uevent',
]

export function interfacesOf(files: Files): InterfaceInfo[] {
  return below(files, '/sys/class/net/')
    .filter((name) => files.has(`/sys/class/net/${name}/operstate`))
    .map((name) => {
      const at = `/sys/class/net/${name}`
      const megabits = integer(files, `${at}/speed`)
      const state = line(files, `${at}/operstate`)
      return {
        name,
        // 4294967295 is -1 of drivers that return it unsigned.
        ...(megabits !== undefined && megabits > 0 && megabits < 4_294_967_295 ? { speed: megabits * 1e6 } : {}),
        // Drivers without a carrier (lo, tun) say `unknown` while they work.
        up: state === 'up' || state === 'unknown',
        virtual: !files.has(`${at}/device/uevent`),
      }
    })
}
