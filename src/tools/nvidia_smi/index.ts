// nvidia-smi in CSV with a header, at both ends → busy share, memory, temperature, limits in force, errors and PCIe width of the NVIDIA GPUs.
//   index, utilization.gpu [%], memory.used [MiB], memory.total [MiB], temperature.gpu, clocks_throttle_reasons.active, …
//   0, 99 %, 30994 MiB, 32480 MiB, 71, 0x0000000000000004, …
//   1, [N/A], 1 MiB, 32480 MiB, 30, 0x0000000000000001, …
import type { Context } from '../../model/context.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { needsModule } from '../../parse/modules.ts'
import { defined, number, row, type Row } from '../../parse/table.ts'

const FIELDS = [
  'index',
  'name',
  'utilization.gpu',
  'memory.used',
  'memory.total',
  'temperature.gpu',
  // Drivers since 535 call it clocks_event_reasons and still know this name.
  'clocks_throttle_reasons.active',
  'ecc.errors.uncorrected.volatile.total',
  'pcie.link.width.current',
  'pcie.link.width.max',
]
const KNOWN = new Set([...FIELDS, 'clocks_event_reasons.active'])
/** Bits of the reasons why the clock is not at its highest: hardware slowdown, software and hardware thermal slowdown, power brake. */
const HELD_BACK = 0x08 | 0x20 | 0x40 | 0x80
const POWER_CAP = 0x04

export const source: Source = {
  id: 'nvidia_smi',
  tier: 'run',
  tool: 'nvidia-smi',
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
  // Where its driver is not loaded, nvidia-smi loads it, by a helper that any user may run: it is started only where the driver is there.
  requests: (_, context) =>
    (windowsBelow(context) ? undefined : needsModule('nvidia-smi', 'nvidia', context)) ?? [
      {
        kind: 'run',
        argv: ['nvidia-smi', `--query-gpu=${FIELDS.join(',')}`, '--format=csv'],
        at: 'ends',
        graceMs: 10_000,
      },
    ],
  parse: (looks) => {
    const reads = looks.map((look) => rowsOf(look.text))
    const last = reads.at(-1)
    if (!last || reads.some((rows) => rows.length === 0))
      return unavailable('not understood', 'nvidia-smi printed no table with a line for each GPU')
    const most = (of: (gpu: Row) => number | undefined) => samples(reads.map((rows) => largest(rows.map(of))))
    const bits = (mask: number) =>
      samples(
        reads.map((rows) => {
          const reasons = rows.map(reasonsOf)
          return reasons.some((bitmap) => bitmap === undefined)
            ? undefined
            : reasons.filter((bitmap) => ((bitmap ?? 0) & mask) !== 0).length
        }),
      )
    const host = defined<number | number[]>({
      'gpu.count': last.length,
      'gpu.busy': most((gpu) => amount(gpu, 'utilization.gpu')),
      'gpu.memory': most((gpu) => share(amount(gpu, 'memory.used'), amount(gpu, 'memory.total'))),
      'gpu.temperature': most((gpu) => amount(gpu, 'temperature.gpu')),
      'gpu.throttled': bits(HELD_BACK),
      'gpu.power_capped': bits(POWER_CAP),
      'gpu.uncorrected': total(last.map((gpu) => amount(gpu, 'ecc.errors.uncorrected.volatile.total'))),
      'gpu.slow_link': slowLinks(last),
    })
    return { host, missing: absent(source.gives, host, untold) }
  },
}

/** There the driver is that of Windows: no module of that name exists, and none can be loaded. */
function windowsBelow({ kernel }: Context): boolean {
  return /microsoft/i.test(kernel)
}

const untold = unavailable('not supported', 'these GPUs or this version of nvidia-smi do not tell it')

/** Units are part of the header (`memory.used [MiB]`); columns are known by the name before it. */
function rowsOf(text: string): Row[] {
  const lines = text.split('\n').map((line) => line.split(',').map((cell) => cell.trim().replace(/ \[[^\]]+\]$/, '')))
  const at = lines.findIndex((cells) => cells.filter((cell) => KNOWN.has(cell)).length > 1)
  const header = lines[at] ?? []
  const index = new Map(header.map((name, i) => [name, i]))
  return at < 0
    ? []
    : lines.slice(at + 1).flatMap((cells) => (cells.length === header.length ? [row(index, cells)] : []))
}

/** `30994 MiB`, `99 %`, `71`; `[N/A]` and the like are no number. */
function amount(gpu: Row, column: string): number | undefined {
  const found = number(/^(\d+(?:\.\d+)?)(?: \S+)?$/.exec(gpu.text(column) ?? '')?.[1])
  return found === undefined || !Number.isFinite(found) ? undefined : found
}

function reasonsOf(gpu: Row): number | undefined {
  const text = gpu.text('clocks_throttle_reasons.active') ?? gpu.text('clocks_event_reasons.active') ?? ''
  return /^0x[\da-fA-F]{1,16}$/.test(text) ? Number(BigInt(text) & 0xffn) : undefined
}

function slowLinks(gpus: readonly Row[]): number | undefined {
  const widths = gpus.map((gpu) => [amount(gpu, 'pcie.link.width.current'), amount(gpu, 'pcie.link.width.max')])
  if (widths.some(([now, most]) => now === undefined || most === undefined)) return undefined
  return widths.filter(([now, most]) => (now ?? 0) < (most ?? 0)).length
}

/** GPUs without the counter (no ECC) do not spoil the sum of those that have it. */
function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) : undefined
}

function samples(values: readonly (number | undefined)[]): number[] | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 && known.length === values.length ? known : undefined
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole || part > whole ? undefined : (100 * part) / whole
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}
