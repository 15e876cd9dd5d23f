// PCIe files → how many links run below what both of their ends can, and the worst of them in words.
//   …/0000:00:06.0/max_link_speed       8.0 GT/s PCIe            max_link_width       4          the port
//   …/0000:00:06.0/0000:01:00.0/max_link_speed   2.5 GT/s PCIe   current_link_width   1          the device in it
import { number } from '../../parse/table.ts'

type Files = ReadonlyMap<string, string>

interface End {
  readonly speed: number | undefined
  readonly width: number | undefined
}

const KIND: readonly (readonly [string, string])[] = [
  ['0x0108', 'NVMe'],
  ['0x01', 'storage controller'],
  ['0x02', 'network controller'],
  ['0x03', 'display controller'],
  ['0x12', 'accelerator'],
  ['0x0604', 'bridge'],
]

export function linksOf(all: Files): Record<string, string | number> {
  const links = [...all.keys()].flatMap((path) => {
    const match = /^(.+\/)[^/]+:[^/]+\.[^/]+\/current_link_width$/.exec(path)
    const folder = path.slice(0, path.lastIndexOf('/'))
    const port = (match?.[1] ?? '').slice(0, -1)
    // Only a device whose folder is in that of a port has a link to something that is known.
    return all.has(`${port}/max_link_width`) ? link(folder, port, all) : []
  })
  if (links.length === 0) return {}
  const worst = links.toSorted((a, b) => a.share - b.share)[0]
  return {
    'controller.narrow_links': links.filter((one) => one.narrow).length,
    'controller.slow_links': links.filter((one) => one.slow).length,
    'controller.link': worst?.text ?? '',
  }
}

interface Link {
  readonly narrow: boolean
  readonly slow: boolean
  /** Of the bandwidth it could have. */
  readonly share: number
  readonly text: string
}

function link(folder: string, port: string, all: Files): Link[] {
  const now = endOf(folder, 'current', all)
  const device = endOf(folder, 'max', all)
  const above = endOf(port, 'max', all)
  const [speed, width] = [lesser(device.speed, above.speed), lesser(device.width, above.width)]
  if (now.speed === undefined || now.width === undefined || speed === undefined || width === undefined) return []
  // An empty or sleeping link reports width 0; some virtual functions report 255.
  if (now.width === 0 || now.width > 32 || width === 0 || width > 32) return []
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  const code = all.get(`${folder}/class`)?.trim() ?? ''
  const kind = KIND.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'device'
  return [
    {
      narrow: now.width < width,
      slow: now.speed < speed,
      share: (now.width * now.speed) / (width * speed),
      text: `${name} (${kind}) at ${now.speed} GT/s x${now.width} of ${speed} GT/s x${width}`,
    },
  ]
}

function endOf(folder: string, what: 'current' | 'max', all: Files): End {
  // `2.5 GT/s PCIe`; kernels before 5.9 end at GT/s. `Unknown` is no number.
  const speed = /^(\d+(?:\.\d+)?) GT\/s(?: PCIe)?$/.exec(all.get(`${folder}/${what}_link_speed`)?.trim() ?? '')?.[1]
  return { speed: number(speed), width: number(all.get(`${folder}/${what}_link_width`)?.trim()) }
}

function lesser(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.min(a, b)
}
