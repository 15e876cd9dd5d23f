// The questions that can be asked of a known workload, and what a right answer says → the rows the guest runs: probe × back end.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { probes } from '../../src/generated/probes.ts'
import { percentile } from '../../src/model/distribution.ts'
import type { Answer } from '../../src/model/metric.ts'
import type { BackEnd, Instrument, Mechanism, Probe } from '../../src/model/probe.ts'

export interface Known {
  /** Arguments of workloads.c. */
  readonly workload: string
  /** What netem does to lo meanwhile. */
  readonly netem?: string
  /** Where distributions are compared: their median, when it is not said. */
  readonly at?: number
  /** What is wrong with the answer; empty when it is right. */
  readonly wrong: (answer: Answer) => string
}

export interface Row extends Known {
  readonly probe: Probe
  readonly backEnd: BackEnd
}

/** The disk does 100 requests a second: 10 ms each, when one process waits for each. */
const tenMs = between(0.5, 0.004, 0.07)

/** By the metric a probe answers. */
const known: Readonly<Record<string, Known>> = {
  // Most wake-ups are theirs; the others' are of those who measure.
  'sched.wakeup_latency': { workload: 'woken 32', at: 0.75, wrong: between(0.75, 0.016, 0.1) },
  // The short half of the runs is of those who measure, and each instrument has others.
  'sched.run_time': { workload: 'spin 6', at: 0.95, wrong: between(0.95, 0.001, 1) },
  'sched.blocked_stacks': { workload: 'mutex 4', wrong: names(/hold_orders_lock/) },
  'cpu.hot_stacks': { workload: 'spin 2', wrong: names(/spin_for_ever/) },
  'syscall.counts': { workload: 'failing', wrong: names(/openat/) },
  'syscall.errors': { workload: 'failing', wrong: names(/EISDIR/) },
  'process.executions': { workload: 'forks', wrong: names(/workloads|short_lived/) },
  'cgroup.throttle_time': { workload: 'throttled', wrong: between(0.5, 0.03, 0.14) },
  'block.latency': { workload: 'sync /mnt/orders', wrong: tenMs },
  'block.issuers': { workload: 'sync /mnt/orders', wrong: names(/workloads|jbd2/) },
  'block.sizes': { workload: 'sync /mnt/orders', wrong: between(0.5, 2048, 12_288) },
  'fs.sync_latency': { workload: 'flush /mnt/payments', wrong: tenMs },
  // Three of four wait for those before them, 20 ms each.
  'lock.futex_wait': { workload: 'mutex 4', wrong: between(0.5, 0.01, 0.2) },
  'lock.wait_stacks': { workload: 'mutex 4', wrong: names(/hold_orders_lock/) },
  'memory.fault_stacks': { workload: 'faults 16', wrong: names(/touch_every_page/) },
  'tcp.connect_latency': { workload: 'connects 7002', netem: 'delay 50ms', wrong: between(0.5, 0.06, 0.3) },
  'tcp.accept_wait': { workload: 'late 7003', wrong: between(0.5, 0.02, 0.14) },
  'guest.exit_time': { workload: 'guest io', wrong: between(0.5, 5e-6, 0.005) },
  'network.fragments_by': { workload: 'pieces', wrong: names(/127\.0\.0\.1 lo first/) },
  'tcp.retransmit_peers': { workload: 'stream 7001', netem: 'loss 20%', wrong: names(/127\.0\.0\.1/) },
  'network.drop_reasons': { workload: 'refused 9', wrong: names(/NO_SOCKET|tcp_v4_rcv/) },
}

/** Questions whose answers are compared: all their back ends that need not compile as they start, each instrument once. */
const compared: ReadonlySet<string> = new Set([
  'sched.wakeup_latency',
  'sched.run_time',
  'syscall.counts',
  'syscall.errors',
  'block.latency',
  'block.issuers',
  'block.sizes',
  'fs.sync_latency',
  'lock.futex_wait',
])

/**
 * bitesize counts flushes too, as I/Os of nothing. perf takes longest (five seconds of CPU before and after it records), and three or four others answer
 * these; beside `failing` that was more than the guard allows.
 */
const leftOut: ReadonlySet<string> = new Set([
  'block_sizes/libbpf-tools',
  ...['block_latency', 'run_time', 'sync_latency', 'syscall_counts', 'syscall_errors'].map((id) => `${id}/perf`),
])

/** What the kernels of microVMs lack: there it is tried by `npm test`, here is the only place where it runs. */
const onlyHere: ReadonlySet<Instrument | Mechanism> = new Set<Instrument | Mechanism>([
  ...(['systemtap', 'lttng', 'trace-cmd', 'perf-tools'] as const),
  ...(['kprobe', 'histogram', 'synthetic', 'module', 'graph'] as const),
])

/** In the gate a tool that is not here is a row that fails. */
const required = process.env['TRACEBOOK_LAB'] === 'required'
const releases = existsSync('/lib/modules') ? readdirSync('/lib/modules') : []
const systemtapIsHere = required || existsSync('/usr/bin/stap')
const lttngIsHere =
  required || releases.some((release) => existsSync(join('/lib/modules', release, 'updates/lttng/lttng-tracer.ko')))

/** They compile as they start; emulated that takes longer than the guard lets a probe compute, and than a test may take (systemtap-build). Asked for by name they are tried all the same. */
const compiling: ReadonlySet<Instrument> = new Set<Instrument>(['bpftrace', 'bcc'])

/** `wanted`: `all`, or some by name (`wakeup_latency`, `wakeup_latency/perf`). Undefined: what only runs here, and all of the questions that are compared. */
export function rowsOf(wanted = process.env['TRACEBOOK_LAB_PROBES']?.split(',')): readonly Row[] {
  return probes.flatMap((probe) => {
    const row = known[probe.answers]
    if (!row) return []
    return probe.backEnds
      .filter((backEnd) => (wanted ? named(wanted, probe, backEnd) : byDefault(probe, backEnd)))
      .map((backEnd) => ({ ...row, probe, backEnd }))
  })
}

function named(wanted: readonly string[], { id }: Probe, backEnd: BackEnd): boolean {
  return wanted.includes('all') || wanted.includes(id) || wanted.includes(`${id}/${backEnd.id}`)
}

function byDefault({ id: probe, answers, backEnds }: Probe, { id, instrument, mechanism }: BackEnd): boolean {
  if (compiling.has(instrument) || id === 'systemtap-build') return false
  if (instrument === 'systemtap' && !systemtapIsHere) return false
  if (instrument === 'lttng' && !lttngIsHere) return false
  if (onlyHere.has(instrument) || onlyHere.has(mechanism) || answers === 'sched.wakeup_latency') return true
  const before = backEnds.find((one) => one.instrument === instrument)
  return compared.has(answers) && before?.id === id && !leftOut.has(`${probe}/${id}`)
}

/** Without names wanted: the comparison is whole. */
export const everything = process.env['TRACEBOOK_LAB_PROBES'] === undefined

export function nameOf({ probe, backEnd }: Row): string {
  return `${probe.id}-${backEnd.id}`
}

function between(share: number, low: number, high: number): Known['wrong'] {
  return (answer) => {
    if (answer.kind !== 'distribution') return `${answer.kind}, not a distribution`
    const found = percentile(answer, share)
    if (found === undefined) return 'empty'
    return found.value >= low && found.value <= high ? '' : `p${share * 100} is ${found.value} s, not ${low} to ${high}`
  }
}

/** One of the three that weigh most. */
function names(what: RegExp): Known['wrong'] {
  return (answer) => {
    if (answer.kind === 'distribution') return 'a distribution'
    const texts =
      answer.kind === 'tally'
        ? answer.rows.map(({ labels }) => Object.values(labels).join(' '))
        : [...answer.stacks].sort((a, b) => b.weight - a.weight).map(({ frames }) => frames.join(' '))
    return texts.slice(0, 3).some((text) => what.test(text)) ? '' : `first are: ${texts.slice(0, 3).join(' | ')}`
  }
}
