// Counters of each virtual machine in debugfs at both ends → how often its virtual CPUs left the guest, and what an idle one costs.
//   ==> /sys/kernel/debug/kvm/151-4/exits <==                     138279      folder: process and descriptor
//   ==> /sys/kernel/debug/kvm/151-4/halt_exits <==                12
//   ==> /sys/kernel/debug/kvm/151-4/halt_poll_fail_ns <==         81000       since 5.9
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { meanRate } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'
import { lacking } from '../../parse/lacking.ts'
import { defined, number } from '../../parse/table.ts'

const KVM = '/sys/kernel/debug/kvm'
const COUNTERS = ['exits', 'halt_exits', 'halt_poll_success_ns', 'halt_poll_fail_ns'] as const
type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'kvm_exits',
  tier: 'read',
  asks: 'How often do virtual machines of this host leave their guest?',
  gives: ['process.guest_exits', 'process.guest_halts', 'process.guest_polling'],
  requests: () => [
    { kind: 'read', paths: [...COUNTERS.map((name) => `${KVM}/*-*/${name}`), '/proc/uptime'], at: 'ends' },
  ],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    const last = read.at(-1) ?? new Map<string, string>()
    const machines = [...last.keys()].flatMap((path) => /\/(\d+-\d+)\/exits$/.exec(path)?.[1] ?? [])
    if (machines.length === 0) {
      if (!/^\d+\.\d+ /.test(last.get('/proc/uptime') ?? ''))
        return unavailable('not understood', `neither ${KVM} nor /proc/uptime could be read`)
      const refused = looks.some((look) => [...unreadable(look.text).values()].some((code) => DENIED.has(code)))
      return { missing: absent(source.gives, {}, refused ? denied : none) }
    }
    const atMs = looks.map((look) => look.atMs)
    const instances = [...new Set(machines.map(owner))].map((pid): Instance => {
      const own = machines.filter((machine) => owner(machine) === pid)
      const rate = (name: string) =>
        meanRate(
          read.map((found) => total(found, own, name)),
          atMs,
        )
      const [exits, halts] = [rate('exits'), rate('halt_exits')]
      const [won, lost] = [rate('halt_poll_success_ns'), rate('halt_poll_fail_ns')]
      return {
        domain: 'process',
        name: pid,
        values: defined({
          'process.guest_exits': exits === undefined || halts === undefined ? undefined : Math.max(0, exits - halts),
          'process.guest_halts': halts,
          'process.guest_polling': won === undefined || lost === undefined ? undefined : (100 * (won + lost)) / 1e9,
        }),
      }
    })
    if (read.every((found) => total(found, machines, 'exits') === undefined))
      return unavailable('not understood', `the counters in ${KVM} are not numbers`)
    return { instances, missing: lacking('kernel', source.gives, instances) }
  },
}

const DENIED = new Set(['EACCES', 'EPERM'])
const denied = unavailable('not permitted', `${KVM} may be read by root only`, 'Run as root')
const none = unavailable(
  'nothing to measure',
  `no virtual machine is in ${KVM}: none runs here, or debugfs is not mounted`,
)

function owner(machine: string): string {
  return machine.slice(0, machine.indexOf('-'))
}

/** Of all virtual machines of a process; undefined when one of them has no such file. */
function total(read: Files, machines: readonly string[], name: string): number | undefined {
  let sum = 0
  for (const machine of machines) {
    const value = number(read.get(`${KVM}/${machine}/${name}`)?.trim())
    if (value === undefined || value < 0) return undefined
    sum += value
  }
  return sum
}
