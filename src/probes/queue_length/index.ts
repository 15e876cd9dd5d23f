// queue_length: how many threads wait for a CPU while another runs on it, sampled on every CPU.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Bucket } from '../../model/distribution.ts'
import type { Probe } from '../../model/probe.ts'
import program from './length.bt'
import { readRunqlen } from './runqlen.ts'

const answer = answering('sched.queue_length', { table: 'sched.queue_samples' })

/** Rows of CPU and length → each length a bucket of its own; and how much of the time anybody waited. */
const read: Reader = ({ rows = [] }) => {
  const counts = new Map<number, number>()
  for (const { labels, count } of rows) {
    const length = Number(labels['waiting'])
    if (Number.isSafeInteger(length) && length >= 0) counts.set(length, (counts.get(length) ?? 0) + count)
  }
  const buckets = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([length, count]): Bucket => ({ low: length, high: length + 1, count }))
  const all = buckets.reduce((sum, { count }) => sum + count, 0)
  const queued = buckets.reduce((sum, { low, count }) => sum + (low > 0 ? count : 0), 0)
  return {
    ...answer({ histogram: { kind: 'distribution', buckets }, rows }),
    ...(all > 0 ? { host: { 'sched.queued_share': Math.round((1000 * queued) / all) / 10 } } : {}),
  }
}

export const probe: Probe = {
  id: 'queue_length',
  answers: 'sched.queue_length',
  gives: ['sched.queue_length', 'sched.queue_samples', 'sched.queued_share'],
  asks: 'How many threads wait for each CPU?',
  tells:
    'Mostly 0: nobody waits. Mostly 1 and more on all CPUs: more work than CPUs. On some CPUs only, in the table: threads are tied to them, or the balance fails.',
  seconds: 5,
  counted: 'sample',
  checked: 'Six spinners on two CPUs: two and more wait for each in nearly all samples.',
  backEnds: [
    bpftrace({
      program,
      mechanism: 'sampling',
      events: [],
      microseconds: 2,
      maps: { rows: { labels: ['cpu', 'waiting'], of: [{ map: '@', is: 'count' }] } },
      read,
    }),
    // Does not load since 6.13, which renamed what it reads.
    libbpfTool({
      tool: 'runqlen',
      mechanism: 'sampling',
      args: ['{seconds}', '1'],
      events: [],
      microseconds: 1.5,
      parse: readRunqlen,
      read,
    }),
  ],
}
