// GPUs as drivers show them in /sys and /proc (twin of nvidia-smi) → busy share, memory, temperature, PCIe width; or that there is no GPU.
//   ==> /sys/class/drm/card0/device/gpu_busy_percent <==        4
//   ==> /sys/class/drm/card0/device/mem_info_vram_total <==     8573157376
//   ==> /sys/class/drm/card0/device/current_link_width <==      16
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { files } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const DEVICE = '/sys/class/drm/card*/device'
const NVIDIA = '/proc/driver/nvidia/version'
const FILES = [
  'gpu_busy_percent',
  'mem_info_vram_used',
  'mem_info_vram_total',
  'current_link_width',
  'max_link_width',
  'vendor',
]
const VIRTUAL = new Set(['0x1af4', '0x1013', '0x1234', '0x15ad', '0x1b36', '0x1414', '0x1a03', '0x102b'])
type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'sys_gpu',
  tier: 'read',
  asks: 'Are the GPUs busy, full, or held back?',
  gives: [
    'gpu.count',
    'gpu.busy',
    'gpu.memory',
    'gpu.temperature',
    'gpu.throttled',
    'gpu.power_capped',
    'gpu.uncorrected',
    'gpu.slow_link',
  ],
  requests: () => [
    {
      kind: 'read',
      paths: [
        ...FILES.map((name) => `${DEVICE}/${name}`),
        `${DEVICE}/hwmon/hwmon*/temp1_input`,
        NVIDIA,
        '/proc/version',
      ],
      at: 'every',
    },
  ],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    const last = read.at(-1) ?? new Map<string, string>()
    if (!/^Linux version /m.test(last.get('/proc/version') ?? '') && !last.has(NVIDIA) && cards(last).length === 0)
      return unavailable('not understood', 'neither /proc/version nor a graphics device could be read')
    const found = cards(last)
    if (found.length === 0)
      return { missing: absent(source.gives, {}, last.has(NVIDIA) ? closed : real(last).length > 0 ? silent : none) }
    const most = (of: (read: Files, card: string) => number | undefined) => {
      const samples = read.map((each) => largest(found.map((card) => of(each, card))))
      const known = samples.filter((sample) => sample !== undefined)
      return known.length > 0 && known.length === samples.length ? known : undefined
    }
    const host = defined<number | number[]>({
      'gpu.count': found.length,
      'gpu.busy': most((each, card) => share(value(each, card, 'gpu_busy_percent'), 100)),
      'gpu.memory': most((each, card) =>
        share(value(each, card, 'mem_info_vram_used'), value(each, card, 'mem_info_vram_total')),
      ),
      'gpu.temperature': most(temperature),
      'gpu.slow_link': slowLinks(last, found),
    })
    return { host, missing: absent(source.gives, host, untold) }
  },
}

const none = unavailable('not supported', 'no such hardware: no GPU is visible here')
const closed = unavailable(
  'not measured',
  'an NVIDIA driver is loaded, and only nvidia-smi tells how its GPUs are',
  'install nvidia-smi (in the package of the driver)',
)
const silent = unavailable('not supported', 'there is a GPU, and its driver does not tell in /sys how busy it is')
const untold = unavailable('not supported', 'the driver of this GPU does not tell it in /sys')

/** Cards but the display adapters of hypervisors and of management chips. */
function real(read: Files): string[] {
  return [...read].flatMap(([path, text]) => {
    const card = /^\/sys\/class\/drm\/(card\d+)\/device\/vendor$/.exec(path)?.[1]
    return card !== undefined && /^0x[\da-f]{4}$/.test(text.trim()) && !VIRTUAL.has(text.trim()) ? [card] : []
  })
}

function cards(read: Files): string[] {
  return real(read).filter((card) => read.has(`/sys/class/drm/${card}/device/gpu_busy_percent`))
}

function value(read: Files, card: string, name: string): number | undefined {
  const found = number(read.get(`/sys/class/drm/${card}/device/${name}`)?.trim())
  return found === undefined || found < 0 ? undefined : found
}

function temperature(read: Files, card: string): number | undefined {
  return largest(
    [...read].map(([path, text]) => {
      const milli = path.startsWith(`/sys/class/drm/${card}/device/hwmon/`) ? number(text.trim()) : undefined
      return milli === undefined || milli < 0 ? undefined : milli / 1000
    }),
  )
}

function slowLinks(read: Files, found: readonly string[]): number | undefined {
  const widths = found.map((card) => [value(read, card, 'current_link_width'), value(read, card, 'max_link_width')])
  if (widths.some(([now, most]) => now === undefined || most === undefined)) return undefined
  return widths.filter(([now, most]) => (now ?? 0) < (most ?? 0)).length
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole || part > whole ? undefined : (100 * part) / whole
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((found) => found !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}
