// Histories of the processes and the files read at the end → one instance per process, and one per process that traces any of them.
//   Cpus_allowed:	3
//   TracerPid:	4711
//   Max open files            1024                 1048576              files
import type { Context } from '../../model/context.ts'
import type { Instance, Value } from '../../model/metric.ts'
import { defined, number, words } from '../../parse/table.ts'
import type { TaskStat } from '../../parse/stat.ts'
import { field } from '../context/text.ts'
import type { History } from './history.ts'
import { channelsOf, combined, perSecond, running, shareIn, waiting } from './series.ts'

export function instancesOf(
  histories: readonly History[],
  end: ReadonlyMap<string, string>,
  context: Context,
): Instance[] {
  const own = histories.map((one) => processOf(one, context))
  // A tracer may be a process of the target itself (a sandbox): then it has one instance with both.
  return tracersOf(histories, end).reduce((all, tracer) => {
    const at = all.findIndex((one) => one.name === tracer.name)
    return at < 0
      ? [...all, tracer]
      : all.map((one, i) => (i === at ? { ...one, values: { ...one.values, ...tracer.values } } : one))
  }, own)
}

function processOf(one: History, { ticks }: Context): Instance {
  const { pid } = one.process
  const last = one.stats.findLast((stat) => stat !== undefined)
  const used = perSecond(
    one.stats.map((stat) => stat && stat.user + stat.system),
    one.atMs,
  ).flatMap((value) => (value === undefined ? [] : [(100 * value) / ticks]))
  const files = one.end('fd/')
  const values = defined<Value>({
    'target.process.stopped': Number(one.stats.at(-1)?.state === 'T'),
    'target.process.uninterruptible': shareIn(one, 'D'),
    'target.process.wait_channel': channelsOf([one])[0],
    'target.process.cpu': used.length > 0 ? used : undefined,
    'target.process.threads': last?.threads,
    'target.process.affinity': cpusIn(field(one.end('status'), 'Cpus_allowed')),
    'target.process.priority': last && priorityOf(last),
    'target.process.lowered':
      last && Number(isNormal(last) ? last.nice > 0 : last.policy === BATCH || last.policy === IDLE),
    'target.process.open_files':
      files === undefined ? undefined : files.split('\n').filter((name) => /^\d+$/.test(name)).length,
    'target.process.open_files_limit': limitIn(one.end('limits')),
    ...(one.allThreads ? threadValues(one, ticks) : {}),
  })
  return { domain: 'process', name: String(pid), labels: { pid: String(pid), comm: one.comm }, values }
}

function threadValues(one: History, ticks: number): Record<string, Value | undefined> {
  const ran = one.threads.map((thread) => ({ thread, series: running(thread, one, ticks) }))
  const total = (series: readonly (number | undefined)[]) =>
    series.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  const first = ran.reduce<(typeof ran)[number] | undefined>(
    (best, next) => (best && total(best.series) >= total(next.series) ? best : next),
    undefined,
  )
  return {
    'target.process.cpu_wait': combined(
      one.threads.map((thread) => waiting(thread, one)),
      'max',
    ),
    'target.process.busiest_thread': combined(
      ran.map(({ series }) => series),
      'max',
    ),
    'target.process.busiest_name': first && `${first.thread.comm} (thread ${first.thread.tid})`,
  }
}

const FIFO = 1
const ROUND_ROBIN = 2
const BATCH = 3
const IDLE = 5
const DEADLINE = 6

function isNormal({ policy }: TaskStat): boolean {
  return policy === 0
}

function priorityOf(stat: TaskStat): string {
  const { policy, realtimePriority, nice } = stat
  if (policy === FIFO) return `real-time FIFO ${realtimePriority}`
  if (policy === ROUND_ROBIN) return `real-time RR ${realtimePriority}`
  if (policy === DEADLINE) return 'deadline'
  const name = policy === IDLE ? 'idle' : policy === BATCH ? 'batch' : 'normal'
  return nice === 0 ? name : `${isNormal(stat) ? '' : `${name}, `}nice ${nice}`
}

/** `ff,ffffffff` → 40. */
function cpusIn(mask: string | undefined): number | undefined {
  if (mask === undefined || !/^[0-9a-f]+(,[0-9a-f]+)*$/.test(mask)) return undefined
  const bits = Array.from(mask.replaceAll(',', '')).reduce(
    (sum, digit) => sum + parseInt(digit, 16).toString(2).replaceAll('0', '').length,
    0,
  )
  return bits > 0 ? bits : undefined
}

/** By the names of its columns, soft limit and hard limit; `unlimited` is no number. */
function limitIn(text: string | undefined): number | undefined {
  const [header = '', ...lines] = (text ?? '').split('\n')
  const [from, to] = [header.indexOf('Soft Limit'), header.indexOf('Hard Limit')]
  const line = lines.find((one) => one.startsWith('Max open files'))
  return from < 0 || to < from ? undefined : number(words(line?.slice(from, to) ?? '')[0])
}

/** Who traces processes of the target, and how much of the time they stood still for it. */
function tracersOf(histories: readonly History[], end: ReadonlyMap<string, string>): Instance[] {
  const traced = new Map<number, History[]>()
  for (const one of histories) {
    const tracer = number(field(one.end('status'), 'TracerPid')) ?? 0
    if (tracer > 0) traced.set(tracer, [...(traced.get(tracer) ?? []), one])
  }
  return [...traced].map(([pid, held]) => ({
    domain: 'process',
    name: String(pid),
    labels: {
      pid: String(pid),
      comm: field(end.get(`/proc/${pid}/status`), 'Name') ?? held.find((one) => one.process.pid === pid)?.comm ?? '?',
    },
    values: {
      'target.process.traces': held.length,
      'target.process.traced': held
        .slice(0, 4)
        .map((one) => `${one.comm} (pid ${one.process.pid})`)
        .join(', '),
      'target.process.held': Math.max(...held.map((one) => shareIn(one, 't'))),
    },
  }))
}
