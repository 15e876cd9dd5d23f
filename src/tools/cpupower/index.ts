// cpupower frequency-info of all CPUs → the governor, the highest clock the policy allows against that of the hardware, and whether boost is on.
//   hardware limits: 1.20 GHz - 3.60 GHz
//   current policy: frequency should be within 1.20 GHz and 3.60 GHz.
//                   The governor "powersave" may decide which speed to use
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { loadsModule } from '../../parse/modules.ts'
import { defined } from '../../parse/table.ts'

export const source: Source = {
  id: 'cpupower',
  tier: 'run',
  tool: 'cpupower',
  asks: 'Do the settings hold the clock of the CPUs down?',
  gives: ['cpu.governor', 'cpu.clock_limit', 'cpu.boost'],
  requests: (_, context) =>
    loadsModule('cpupower', 'msr', context) ?? [
      { kind: 'run', argv: ['cpupower', '-c', 'all', 'frequency-info'], at: 'start' },
    ],
  parse: (looks) => {
    const text = looks[0]?.text ?? ''
    const cpus = text.split(/^analyzing CPU .*$/m).slice(1)
    if (cpus.length === 0) return unavailable('not understood', 'cpupower printed no CPU it analysed')
    const governors = [...new Set(cpus.flatMap((cpu) => /The governor "(\w+)"/.exec(cpu)?.[1] ?? []))].sort()
    const limits = cpus.flatMap((cpu) => limitOf(cpu) ?? [])
    const boost = [...text.matchAll(/^\s+Supported: yes\s+Active: (yes|no)/gm)]
    const host = defined<string | number>({
      'cpu.governor': governors.length > 0 ? governors.join(', ') : undefined,
      'cpu.clock_limit': limits.length > 0 ? Math.min(...limits) : undefined,
      'cpu.boost': boost.length > 0 ? Number(boost.some((match) => match[1] === 'yes')) : undefined,
    })
    return { host, missing: absent(source.gives, host, untold) }
  },
}

const untold = unavailable(
  'not supported',
  'no frequency driver that tells it is active, as in most virtual machines: the clock is not known here',
)

function limitOf(cpu: string): number | undefined {
  const most = hertz(/hardware limits: .* - ([\d.]+ [kMG]Hz)/.exec(cpu)?.[1])
  const allowed = hertz(/should be within .* and ([\d.]+ [kMG]Hz)/.exec(cpu)?.[1])
  return most === undefined || allowed === undefined || most <= 0 ? undefined : (100 * allowed) / most
}

function hertz(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ([kMG])Hz$/.exec(text ?? '')
  return match ? Number(match[1]) * ({ k: 1e3, M: 1e6, G: 1e9 }[match[2] ?? ''] ?? Number.NaN) : undefined
}
