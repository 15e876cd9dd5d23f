// PCIe links and error counters in /sys/devices at both ends of the window → links narrower or slower than both ends can, bus errors.
//   /sys/devices/pci0000:00/0000:00:06.0/0000:01:00.0/current_link_width      1
//   /sys/devices/pci0000:00/0000:00:06.0/0000:01:00.0/max_link_speed          8.0 GT/s PCIe
//   /sys/devices/pci0000:00/0000:00:06.0/aer_dev_nonfatal                     Undefined 0 … TOTAL_ERR_NONFATAL 0
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { errorsOf } from './errors.ts'
import { linksOf } from './links.ts'

const LINKS = ['controller.narrow_links', 'controller.slow_links', 'controller.link'] as const
const ERRORS = ['controller.bus_errors', 'controller.bus_corrected', 'controller.bus_error_device'] as const

/** The folder of a device is inside that of the port above it: both ends of a link are known. Ports, switches and devices: five levels. */
const below = (names: readonly string[]) =>
  [1, 2, 3, 4, 5].flatMap((depth) => names.map((name) => `/sys/devices/pci*/${'*:*.*/'.repeat(depth)}${name}`))

export const source: Source = {
  id: 'pcie',
  tier: 'read',
  asks: 'Does a card run on fewer lanes than it could, and does the bus count errors?',
  gives: [...LINKS, ...ERRORS],
  requests: () => [
    { kind: 'read', paths: below(['aer_dev_fatal', 'aer_dev_nonfatal', 'aer_dev_correctable']), at: 'ends' },
    {
      kind: 'read',
      paths: below(['current_link_speed', 'current_link_width', 'max_link_speed', 'max_link_width', 'class']),
      at: 'end',
    },
  ],
  parse: (looks) => {
    const reads = looks.map((look) => files(look.text))
    const all = new Map(reads.flatMap((read) => [...read]))
    const links = linksOf(all)
    const errors = errorsOf(reads)
    const host = { ...links, ...errors }
    if (Object.keys(host).length === 0 && [...all].some(([path]) => /_link_|\/aer_dev_/.test(path)))
      return unavailable('not understood', 'the PCIe files hold other than the kernel writes there')
    if (Object.keys(host).length === 0)
      return unavailable('not supported', 'no such hardware: no PCIe link is visible here')
    return {
      host,
      missing: {
        ...Object.fromEntries(
          LINKS.filter((id) => !(id in host)).map((id) => [
            id,
            unavailable('nothing to measure', 'no such hardware: no PCIe device below a port'),
          ]),
        ),
        ...Object.fromEntries(
          ERRORS.filter((id) => !(id in host)).map((id) => [
            id,
            unavailable('not supported', 'no PCIe device here counts bus errors (AER)'),
          ]),
        ),
      },
    }
  },
}
