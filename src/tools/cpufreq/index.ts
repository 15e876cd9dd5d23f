// Frequency policies in /sys at every interval → the clock of the fastest CPU against its base clock, limits, governor, boost.
//   ==> /sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq <==     1219917     (kHz)
//   ==> /sys/devices/system/cpu/cpufreq/policy0/base_frequency <==       2900000
//   ==> /sys/devices/system/cpu/cpufreq/policy0/scaling_governor <==     powersave
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { files } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const CPU = '/sys/devices/system/cpu'
const POLICY = `${CPU}/cpufreq/policy*`
const ATTRIBUTES = ['scaling_cur_freq', 'base_frequency', 'scaling_max_freq', 'cpuinfo_max_freq', 'scaling_governor']
type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'cpufreq',
  tier: 'read',
  asks: 'At which clock do the CPUs work, and may they go higher?',
  gives: ['cpu.clock', 'cpu.clock_limit', 'cpu.governor', 'cpu.boost'],
  requests: () => [
    {
      kind: 'read',
      paths: [
        ...ATTRIBUTES.map((name) => `${POLICY}/${name}`),
        `${CPU}/cpu*/acpi_cppc/nominal_freq`,
        `${CPU}/cpufreq/boost`,
        `${CPU}/intel_pstate/no_turbo`,
        `${CPU}/online`,
      ],
      at: 'every',
    },
  ],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    const last = read.at(-1) ?? new Map<string, string>()
    const policies = [...last.keys()].flatMap((path) => /\/policy(\d+)\/scaling_governor$/.exec(path)?.[1] ?? [])
    if (policies.length === 0) {
      return read.some((found) => /^\d[\d,-]*\s*$/.test(found.get(`${CPU}/online`) ?? ''))
        ? { missing: absent(source.gives, {}, none) }
        : unavailable('not understood', `the files in ${CPU} have not the form they are known by`)
    }
    const clocks = read.map((found) => best(policies.map((policy) => clockOf(found, policy))))
    const known = clocks.filter((clock) => clock !== undefined)
    const limits = policies.map((policy) =>
      ratio(value(last, policy, 'scaling_max_freq'), value(last, policy, 'cpuinfo_max_freq')),
    )
    const governors = [...new Set(policies.map((policy) => text(last, policy, 'scaling_governor')))].sort()
    const host = defined<string | number | number[]>({
      'cpu.clock': known.length === clocks.length && known.length > 0 ? known : undefined,
      'cpu.clock_limit': limits.every((limit) => limit !== undefined)
        ? Math.min(...limits.map((limit) => limit ?? 0))
        : undefined,
      'cpu.governor': governors.every((name) => /^\w+$/.test(name)) ? governors.join(', ') : undefined,
      'cpu.boost': boost(last),
    })
    return Object.keys(host).length > 0
      ? { host, missing: absent(source.gives, host, untold) }
      : unavailable('not understood', 'the frequency policies hold no numbers')
  },
}

const none = unavailable(
  'not supported',
  'no frequency policy (cpufreq) is visible, as in most virtual machines: the clock is not known here',
)
const untold = unavailable('not supported', 'the frequency driver of this machine does not tell it')

function text(read: Files, policy: string, attribute: string): string {
  return read.get(`${CPU}/cpufreq/policy${policy}/${attribute}`)?.trim() ?? ''
}

function value(read: Files, policy: string, attribute: string): number | undefined {
  return number(text(read, policy, attribute))
}

/** Percent of the base clock. Drivers that do not tell it may have the nominal frequency (MHz) of the firmware. */
function clockOf(read: Files, policy: string): number | undefined {
  const nominal = number(read.get(`${CPU}/cpu${policy}/acpi_cppc/nominal_freq`)?.trim())
  const base = value(read, policy, 'base_frequency') ?? (nominal === undefined ? undefined : nominal * 1000)
  return ratio(value(read, policy, 'scaling_cur_freq'), base)
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || part < 0 || whole <= 0 ? undefined : (100 * part) / whole
}

/** Idle CPUs clock down; the fastest one stands for those that work. */
function best(clocks: readonly (number | undefined)[]): number | undefined {
  const known = clocks.filter((clock) => clock !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}

function boost(read: Files): number | undefined {
  const [on, off] = [`${CPU}/cpufreq/boost`, `${CPU}/intel_pstate/no_turbo`].map((path) => read.get(path)?.trim())
  if (on === '0' || on === '1') return Number(on)
  return off === '0' || off === '1' ? 1 - Number(off) : undefined
}
