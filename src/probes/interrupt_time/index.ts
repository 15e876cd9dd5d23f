// interrupt_time: how long interrupts and soft interrupts take, by device and kind.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './interrupts.bt'

const HARD = ['irq:irq_handler_entry', 'irq:irq_handler_exit']
const SOFT = ['irq:softirq_entry', 'irq:softirq_exit']
const events = [
  'irq:irq_handler_entry(irq,name)',
  'irq:irq_handler_exit(irq)',
  'irq:softirq_entry(vec)',
  'irq:softirq_exit(vec)',
]

const SOFT_NAMES = ['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU']

/** Interrupt 3 and vector 3 on a CPU are two things: their keys differ in length. */
const question: Pairs = {
  kind: 'pairs',
  start: [
    { event: 'irq:irq_handler_entry', key: ['@cpu', 'irq', 'irq'] },
    { event: 'irq:softirq_entry', key: ['@cpu', 'vec'] },
  ],
  end: [
    { event: 'irq:irq_handler_exit', key: ['@cpu', 'irq', 'irq'] },
    { event: 'irq:softirq_exit', key: ['@cpu', 'vec'] },
  ],
  labels: { interrupt: { field: 'name', or: 'action', at: 'start' } },
}

const answer = answering('interrupt.time', { table: 'interrupt.time_by' })

const read: Reader = (measured) => {
  const rows = [...(measured.rows ?? [])].sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))
  const top = rows[0]?.labels['interrupt']
  return { ...answer(measured), ...(top === undefined ? {} : { host: { 'interrupt.longest': top } }) }
}

/** An interrupt has a name in the second key; a soft one has its vector in the first. */
const readKeys: Reader = (measured) =>
  read({
    ...measured,
    rows: (measured.rows ?? []).map((row): Row => {
      const { number = '', name = '' } = row.labels
      return { ...row, labels: { interrupt: name === '' ? (SOFT_NAMES[Number(number)] ?? `vector ${number}`) : name } }
    }),
  })

export const probe: Probe = {
  id: 'interrupt_time',
  answers: 'interrupt.time',
  gives: ['interrupt.time', 'interrupt.time_by', 'interrupt.longest'],
  asks: 'How long do interrupts and soft interrupts take, and which?',
  tells:
    'NET_RX most of the time: packets; spread queues over CPUs. BLOCK or the name of a disk: many small I/Os. TIMER and HRTIMER: see timer.expirations. SCHED: balancing between CPUs. One that takes milliseconds keeps everything else from its CPU. Interrupts the hypervisor handles are not seen.',
  seconds: 3,
  counted: [...HARD, ...SOFT],
  control: counter('/proc/stat', /^softirq (\d+)/gm, 'soft interrupts', 20),
  checked:
    'dd oflag=dsync, 1,500 writes: BLOCK as often as /proc/softirqs counted, the interrupt of the disk within 2 %: one that comes while a program of BPF runs on its CPU is missed.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.6,
      maps: {
        histogram: { map: '@time', unit: 1e-6 },
        rows: {
          labels: ['number', 'name'],
          of: [
            { map: '@hard', is: 'seconds', unit: 1e-9 },
            { map: '@soft', is: 'seconds', unit: 1e-9 },
          ],
        },
      },
      read: readKeys,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
