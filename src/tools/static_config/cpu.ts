// Files of the CPUs → how they are clocked, which clock is read, what their flaws cost, and how the scheduler may use them.
//   /sys/devices/system/cpu/cpufreq/policy0/scaling_governor          powersave
//   /sys/devices/system/clocksource/clocksource0/current_clocksource  tsc
//   /sys/devices/system/cpu/vulnerabilities/meltdown                  Mitigation: PTI
import { unavailable } from '../../model/unavailable.ts'
import { number } from '../../parse/table.ts'
import { listCount } from '../context/cpus.ts'
import { line, type Files } from '../context/text.ts'
import { amount, flag, item, name, yes, type Items } from './items.ts'

const cpu = '/sys/devices/system/cpu'
const policy = `${cpu}/cpufreq/policy*`
const clock = '/sys/devices/system/clocksource/clocksource0'
const flaws = `${cpu}/vulnerabilities`
const BOOST = `${cpu}/cpufreq/boost`
const NO_TURBO = `${cpu}/intel_pstate/no_turbo`
const RT = '/proc/sys/kernel/sched_rt_runtime_us'

const noClocking = unavailable(
  'not supported',
  'the kernel does not set the clock of the CPUs here (no cpufreq), as in most virtual machines',
)

/** Mitigations that cost on every system call, interrupt or switch. Enhanced IBRS and barriers at bounds checks are nearly free. */
const COSTLY: Readonly<Record<string, RegExp>> = {
  meltdown: /^Mitigation: PTI/,
  mds: /Clear CPU buffers/,
  tsx_async_abort: /Clear CPU buffers/,
  mmio_stale_data: /Clear CPU buffers/,
  reg_file_data_sampling: /Clear Register File/,
  tsa: /Clear CPU buffers/,
  retbleed: /^Mitigation: (?:IBRS|IBPB|untrained return thunk|Stuffing)/,
  spec_rstack_overflow: /^Mitigation: (?:Safe RET|IBPB)/i,
  gather_data_sampling: /^Mitigation: Microcode/,
  indirect_target_selection: /^Mitigation: (?:Aligned|Retpolines)/,
  spectre_v2: /^Mitigation: (?:IBRS\b|Full generic retpoline|LFENCE)/,
}

export const CPU_ITEMS: Items = {
  'config.cpu.governor': item(
    [`${policy}/scaling_governor`],
    ({ files }) => distinct(files, '/scaling_governor'),
    noClocking,
  ),
  'config.cpu.driver': item(
    [`${policy}/scaling_driver`],
    ({ files }) => distinct(files, '/scaling_driver'),
    noClocking,
  ),
  'config.cpu.energy_preference': item(
    [`${policy}/energy_performance_preference`],
    ({ files }) => distinct(files, '/energy_performance_preference'),
    unavailable('not supported', 'these CPUs take no energy preference'),
  ),
  'config.cpu.boost': item([BOOST, NO_TURBO], ({ files }) => boost(files), noClocking),
  'config.cpu.smt': name(
    `${cpu}/smt/control`,
    unavailable('not supported', 'this kernel does not tell whether the threads of a core are used'),
  ),
  'config.cpu.isolated': item([`${cpu}/isolated`], ({ files }) => listed(files, `${cpu}/isolated`)),
  'config.cpu.isolated_list': item([`${cpu}/isolated`], ({ files }) => files.get(`${cpu}/isolated`)?.trim()),
  'config.clock.source': name(`${clock}/current_clocksource`),
  'config.clock.available': name(`${clock}/available_clocksource`),
  'config.mitigations.costly': item([`${flaws}/*`], ({ files }) => costly(files)?.length),
  'config.mitigations.names': item([`${flaws}/*`], ({ files }) => costly(files)?.join(', ')),
  'config.sched.rt_throttled': item([RT], ({ files }) => {
    const runtime = number(line(files, RT))
    return runtime === undefined ? undefined : Number(runtime >= 0)
  }),
  'config.sched.autogroup': flag('/proc/sys/kernel/sched_autogroup_enabled'),
  'config.numa.nodes': item(['/sys/devices/system/node/online'], ({ files }) =>
    listCount(line(files, '/sys/devices/system/node/online')),
  ),
  'config.numa.balancing': amount(
    '/proc/sys/kernel/numa_balancing',
    1,
    unavailable('nothing to measure', 'this kernel does not move memory between NUMA nodes'),
  ),
}

/** What all policies say, each value once. */
function distinct(files: Files, file: string): string | undefined {
  const values = new Set<string>()
  for (const path of files.keys())
    if (path.startsWith(`${cpu}/cpufreq/policy`) && path.endsWith(file)) values.add(line(files, path) ?? '')
  values.delete('')
  return values.size === 0 ? undefined : [...values].sort().join(', ')
}

function boost(files: Files): number | undefined {
  const off = yes(number(line(files, NO_TURBO)))
  return off === undefined ? yes(number(line(files, BOOST))) : 1 - off
}

/** The file is empty where no CPU is isolated. */
function listed(files: Files, path: string): number | undefined {
  const text = files.get(path)?.trim()
  return text === '' ? 0 : listCount(text)
}

function costly(files: Files): string[] | undefined {
  const known = [...files.keys()].filter((path) => path.startsWith(`${flaws}/`))
  // A kernel that knows flaws says so in words; anything else is no list.
  if (!known.some((path) => /^(?:Not affected|Mitigation|Vulnerable)/.test(line(files, path) ?? ''))) return undefined
  return known
    .map((path) => path.slice(flaws.length + 1))
    .filter((flaw) => COSTLY[flaw]?.test(line(files, `${flaws}/${flaw}`) ?? '') === true)
    .sort()
}
