// tlb_flushes: who makes CPUs forget address translations, and interrupts other CPUs for it.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './flushes.bt'

const events = ['tlb:tlb_flush(reason,pages)']

/** include/linux/mm_types.h, enum tlb_flush_reason. */
const REASONS: Readonly<Record<string, string>> = {
  1: 'asked by another CPU',
  2: 'own CPU',
  3: 'own CPU, all of the process',
  4: 'interrupts other CPUs',
  5: 'asked in vain',
}
const SENT = '4'

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'tlb:tlb_flush', when: [['reason', '!=', 0]] }],
  labels: { reason: { field: 'reason' }, pid: { field: '@process' }, comm: { field: '@comm' } },
}

const told = answering('memory.tlb_flushes')
const senders = answering('memory.tlb_flushes', {
  by: [{ domain: 'process', metric: 'process.tlb_interrupts', value: 'count', name: 'pid' }],
})

/** Whoever is interrupted is the victim: only those who send are named. */
const read: Reader = ({ rows = [] }) => {
  const sent = rows.filter(({ labels }) => labels['reason'] === SENT)
  const { instances = [] } = senders({ rows: sent })
  const named = rows.map((row) => ({
    ...row,
    labels: { ...row.labels, reason: REASONS[row.labels['reason'] ?? ''] ?? row.labels['reason'] ?? '' },
  }))
  const all = sent.reduce((sum, { count }) => sum + count, 0)
  return {
    ...told({ rows: named }),
    host: { 'memory.tlb_interrupts': all },
    ...(instances.length > 0 ? { instances } : {}),
  }
}

export const probe: Probe = {
  id: 'tlb_flushes',
  answers: 'memory.tlb_flushes',
  gives: ['memory.tlb_flushes', 'memory.tlb_interrupts', 'process.tlb_interrupts'],
  asks: 'Who makes CPUs forget address translations, and interrupts other CPUs for it?',
  tells:
    'Interrupts of other CPUs by one process with many threads: it gives memory back or changes its protection while they run (munmap, madvise, mprotect, a garbage collector, NUMA balancing). Asked by another CPU: the same seen from the victim.',
  seconds: 5,
  counted: ['tlb:tlb_flush'],
  checked: 'Two threads, one of which maps, touches and unmaps 4 MiB in a loop: interrupts of that process only.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.4,
      maps: { rows: { labels: ['reason', 'pid', 'comm'], of: [{ map: '@n', is: 'count' }] } },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
