// rdmsr on all CPUs at both ends → the clock of the CPUs while they worked against their base clock, how near they are to slowing down for heat, who is held back.
//   rdmsr -a 0xe8     1c2d5a3f09b LF 1c2c00a1f34 LF      one CPU a line; newer versions begin each with "CPU 3: "
//   rdmsr -a 0x19c    882a0800 LF 882b0800 LF
//   rdmsr -a 0x1a2    640000 LF 640000 LF
import type { Observation } from '../../model/observation.ts'
import type { RunRequest, Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { needsModule } from '../../parse/modules.ts'
import { defined, lines } from '../../parse/table.ts'

/** Clock cycles at the base clock and at the clock of the moment, both only while the CPU works. */
const BASE = '0xe7'
const ACTUAL = '0xe8'
/** Heat and limits of the core and of the whole processor; the temperature the readings are told against. */
const CORE = '0x19c'
const PACKAGE = '0x1b1'
const TARGET = '0x1a2'

/** Bits of the status registers that hold now: too hot, slowed down from outside, critical, power limit. The log bits beside them stay set. */
const HELD_BACK = 0x1n | 0x4n | 0x10n | 0x400n
/** A register of a processor that does not have it, or of an emulated one, does not say that its reading is valid. */
const VALID = 1n << 31n

type Registers = readonly bigint[]

export const source: Source = {
  id: 'rdmsr',
  tier: 'run',
  tool: 'rdmsr',
  asks: 'At which clock do the CPUs work, and do heat or power hold them back?',
  gives: ['cpu.clock', 'cpu.limited_now', 'cpu.heat_margin'],
  // turbostat tells the clock of the same registers with one process.
  rank: () => 15,
  requests: (_window, context, wanted) => {
    if (context.virtualization !== 'none') return virtual
    const missing = needsModule('rdmsr', 'msr', context)
    if (missing) return missing
    const some = (id: string) => wanted === undefined || wanted.has(id)
    return [
      ...(some('cpu.clock') ? [request(BASE, 'ends'), request(ACTUAL, 'ends')] : []),
      ...(some('cpu.limited_now') || some('cpu.heat_margin') ? [request(CORE, 'ends')] : []),
      ...(some('cpu.limited_now') ? [request(PACKAGE, 'ends')] : []),
      ...(some('cpu.heat_margin') ? [request(TARGET, 'start')] : []),
    ]
  },
  parse: (looks) => {
    const reads = looks.map((look) => ({ register: look.argv?.at(-1), values: registers(look) }))
    if (reads.length === 0 || reads.some(({ values }) => values === undefined))
      return unavailable('not understood', 'rdmsr printed something else than one number for each CPU')
    const of = (register: string) =>
      reads.flatMap(({ register: name, values }) => (name === register ? [values ?? []] : []))
    const host = defined<number | readonly number[]>({
      'cpu.clock': clock(of(BASE), of(ACTUAL)),
      'cpu.limited_now': heldBack(of(CORE), of(PACKAGE)),
      'cpu.heat_margin': margin(of(CORE), of(TARGET)[0] ?? []),
    })
    return { host, missing: absent(source.gives, host, untold) }
  },
}

const virtual = unavailable(
  'not supported',
  'no such hardware: a virtual machine does not see the clock and heat registers of the processor',
)
const untold = unavailable('not supported', 'this processor does not have the registers that tell it')

/** Status 4: this processor has no such register. */
function request(register: string, at: 'start' | 'ends'): RunRequest {
  return { kind: 'run', argv: ['rdmsr', '-a', register], at, accept: [4] }
}

/** Undefined when anything else than register values was printed. */
function registers(look: Observation): Registers | undefined {
  const found: bigint[] = []
  for (const line of lines(look.text)) {
    const digits = /^(?:CPU \d+: )?([\da-fA-F]{1,16})$/.exec(line.trim())?.[1]
    if (digits === undefined) return undefined
    found.push(BigInt(`0x${digits}`))
  }
  return found
}

/** The order of the CPUs is not told: only their sums are compared, of as many CPUs. */
function clock(base: readonly Registers[], actual: readonly Registers[]): number[] | undefined {
  const [worked, ran] = [grown(base), grown(actual)]
  return worked === undefined || ran === undefined || worked <= 0 || ran <= 0 ? undefined : [(100 * ran) / worked]
}

function grown(reads: readonly Registers[]): number | undefined {
  const [first = [], last = []] = [reads[0], reads.at(-1)]
  if (reads.length < 2 || first.length === 0 || first.length !== last.length) return undefined
  const total = (values: Registers) => values.reduce((sum, value) => sum + value, 0n)
  return Number(total(last) - total(first))
}

/** A processor repeats its own register for each of its CPUs. */
function heldBack(cores: readonly Registers[], packages: readonly Registers[]): number[] | undefined {
  const count = (values: Registers) => values.filter((value) => (value & HELD_BACK) !== 0n).length
  const samples = cores.map((core, i) =>
    valid(core) ? Math.max(count(core), count((packages[i] ?? []).filter((value) => (value & VALID) !== 0n))) : -1,
  )
  return samples.length > 0 && samples.every((sample) => sample >= 0) ? samples : undefined
}

/** The reading is told in degrees below the target; a processor may be set to slow down some degrees before it. */
function margin(cores: readonly Registers[], target: Registers): number[] | undefined {
  const offset = Math.max(...target.map((value) => Number((value >> 24n) & 0x3fn)))
  const known = target.length > 0 && target.every((value) => ((value >> 16n) & 0xffn) !== 0n)
  if (!known || cores.length === 0 || !cores.every(valid)) return undefined
  return cores.map((core) => Math.min(...core.map((value) => Number((value >> 16n) & 0x7fn))) - offset)
}

function valid(values: Registers): boolean {
  return values.length > 0 && values.every((value) => (value & VALID) !== 0n)
}
