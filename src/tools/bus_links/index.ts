// The PCIe link of each disk and network card that is a device on the bus itself → how much the link carries in each direction.
//   /sys/block/nvme0n1/device/device/current_link_speed    8.0 GT/s PCIe
//   /sys/block/nvme0n1/device/device/current_link_width    1
//   /sys/class/net/eth0/device/current_link_speed          16.0 GT/s PCIe
import type { Domain, Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { number } from '../../parse/table.ts'

/** Transfers of a lane per second, in thousand millions → the bytes they carry after line coding: 8b/10b, then 128b/130b, then flits. */
const LANE: ReadonlyMap<number, number> = new Map([
  [2.5, 250e6],
  [5, 500e6],
  [8, 8e9 / 8 / (130 / 128)],
  [16, 16e9 / 8 / (130 / 128)],
  [32, 32e9 / 8 / (130 / 128)],
  [64, (64e9 / 8) * (242 / 256)],
])
const WIDEST = 32
const FOLDER = /^(\/sys\/(?:block|class\/net)\/([^/]+)\/device\/(?:device\/)?)current_link_speed$/
const GIVEN = { disk: 'disk.bus_rate', interface: 'interface.bus_rate' } as const satisfies Partial<
  Record<Domain, string>
>

export const source: Source = {
  id: 'bus_links',
  tier: 'read',
  asks: 'How much can the bus carry to each disk and network card?',
  gives: Object.values(GIVEN),
  requests: (_window, context) =>
    // What a hypervisor shows as a link has a speed of its own invention, and nothing is held to it.
    context.virtualization === 'none'
      ? [
          {
            kind: 'read',
            paths: ['/sys/block/nvme*/device/device/', '/sys/class/net/*/device/'].flatMap((folder) => [
              `${folder}current_link_speed`,
              `${folder}current_link_width`,
            ]),
            at: 'end',
          },
          // Always there: without any link the look is not empty.
          { kind: 'read', paths: ['/proc/version'], at: 'end' },
        ]
      : unavailable('not supported', 'the bus of a virtual machine is pretended: what its links carry is not known'),
  parse: (looks) => {
    const all = new Map(looks.flatMap((look) => [...files(look.text)]))
    if (all.size === 0) return unavailable('not understood', 'neither a link nor /proc/version could be read')
    const links = [...all.keys()].filter((path) => FOLDER.test(path))
    const instances = links.flatMap((path) => linkOf(path, all))
    if (links.length > 0 && instances.length === 0)
      return unavailable('not understood', 'no link has a speed and a width that are known')
    if (links.length === 0 && !all.has('/proc/version'))
      return unavailable('not understood', 'what was read is no link')
    const missing = Object.entries(GIVEN).flatMap(([domain, id]) =>
      instances.some((one) => one.domain === domain) ? [] : [[id, none] as const],
    )
    return { instances, missing: Object.fromEntries(missing) }
  },
}

const none = unavailable('nothing to measure', 'no such hardware: no such device sits on a PCIe link of its own')

function linkOf(path: string, all: ReadonlyMap<string, string>): Instance[] {
  const [, folder = '', name = ''] = FOLDER.exec(path) ?? []
  const speed = number(/^([\d.]+) GT\/s/.exec(all.get(path)?.trim() ?? '')?.[1])
  const width = number(all.get(`${folder}current_link_width`)?.trim())
  const lane = LANE.get(speed ?? 0)
  // An empty or sleeping link has width 0, some virtual functions say 255.
  if (lane === undefined || width === undefined || !Number.isInteger(width) || width < 1 || width > WIDEST) return []
  const domain = folder.startsWith('/sys/block/') ? 'disk' : 'interface'
  return [{ domain, name, labels: { device: name }, values: { [GIVEN[domain]]: lane * width } }]
}
