// guest_exits: why virtual machines leave the CPU to their hypervisor, how often, and how long that takes.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { toNanoseconds } from '../../instruments/measured.ts'
import type { Condition, Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './exits.bt'
import { exitReason } from './reasons.ts'

const EXIT = 'kvm:kvm_exit'
const ENTRY = 'kvm:kvm_entry'
const events = [`${EXIT}(exit_reason,isa)`, ENTRY]

/** A guest without work leaves by HLT, 12 on Intel and 120 on AMD, and sleeps: that time is no cost. */
const working: readonly Condition[] = [
  ['exit_reason', '!=', 12],
  ['exit_reason', '!=', 120],
]

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: EXIT, key: ['@pid'], when: working }],
  end: [{ event: ENTRY, key: ['@pid'] }],
  labels: {
    pid: { field: '@process' },
    comm: { field: '@comm', type: 'char[16]' },
    isa: { field: 'isa', at: 'start', type: 'u32' },
    code: { field: 'exit_reason', at: 'start', type: 'u32' },
  },
}

const answer = answering('guest.exit_time', {
  table: 'guest.exits_by',
  by: [{ domain: 'process', metric: 'process.exit_time', value: 'seconds', name: 'pid' }],
})

const read: Reader = (measured) => {
  const rows = (measured.rows ?? []).map(({ labels: { isa = '', code = '', ...labels }, ...amounts }) => ({
    ...amounts,
    labels: { ...labels, reason: exitReason(Number(isa), Number(code)) },
  }))
  const took = new Map<string, number>()
  for (const { labels, seconds = 0 } of rows) took.set(labels.reason, (took.get(labels.reason) ?? 0) + seconds)
  const [longest] = [...took].sort(([, a], [, b]) => b - a)
  const outside = toNanoseconds(rows.reduce((sum, { seconds = 0 }) => sum + seconds, 0))
  return {
    ...answer({ ...measured, rows }),
    host: { 'guest.time_outside': outside, ...(longest ? { 'guest.exit_reason': longest[0] } : {}) },
  }
}

export const probe: Probe = {
  id: 'guest_exits',
  answers: 'guest.exit_time',
  gives: ['guest.exit_time', 'guest.exits_by', 'process.exit_time', 'guest.time_outside', 'guest.exit_reason'],
  asks: 'Why do virtual machines leave the CPU to their hypervisor, how often, and how long does that take?',
  tells:
    'On a hypervisor only. Exits because a guest has nothing to do (HLT) are left out. io (IO_INSTRUCTION) and EPT_MISCONFIG: an emulated device is talked to register by register; a paravirtual one (virtio) needs few. msr (MSR_WRITE) and APIC_WRITE: timers and interrupts between CPUs of the guest. npf (EPT_VIOLATION): the guest’s memory is not there, at its start or while the host takes it away. PAUSE: virtual CPUs spin for a lock whose holder has no CPU, there are too many of them. CPUID, RDTSC, control registers: the program or kernel in the guest asks for what has to be emulated. interrupt (EXTERNAL_INTERRUPT): the host has work of its own on these CPUs. Microseconds: handled in the kernel. Tens of microseconds and more: a program of the host, such as QEMU, has to act.',
  seconds: 3,
  counted: [EXIT],
  checked:
    'Under a stock Debian kernel whose CPU is emulated with AMD’s extension: a guest that only writes to a port leaves for io, one that only asks for CPUID leaves for cpuid.',
  // Logs print the reason as a word, and exits are too many for a log; a script of SystemTap is not given the reason.
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1,
      maps: {
        histogram: { map: '@time', unit: 1e-6 },
        rows: { labels: ['pid', 'comm', 'isa', 'code'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      read,
    }),
    histTrigger({ question, events, read }),
  ],
}
