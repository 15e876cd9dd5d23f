// The pre-flight: how often a probe's events happen, counted for one second by perf stat without copying any of them (S4); or read off
// a counter of the kernel where perf cannot.
import type { Host } from '../host/host.ts'
import type { Observation } from '../model/observation.ts'
import type { Control, Plan, Preflight, Probe } from '../model/probe.ts'
import { NOW } from '../model/source.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { SAMPLES_PER_SECOND } from './cost.ts'
import type { Formats } from './formats.ts'

const SECOND = { intervalMs: 1000, count: 1 } as const

interface Counting {
  readonly host: Host
  readonly cpus: number
  readonly signal: AbortSignal
  /** For what only doing it can tell. */
  readonly plan?: Plan
}

/** Events per second of all CPUs together; undefined: nobody could say. */
export async function rateOf(
  probe: Probe,
  formats: Formats,
  { host, cpus, signal, plan }: Counting,
): Promise<number | undefined> {
  if (probe.counted === 'sample') return SAMPLES_PER_SECOND * cpus
  if (probe.preflight && plan) return byDoing(probe.id, probe.preflight, plan, host, signal)
  const events = probe.counted.filter((event) => formats.known.has(event))
  const counted = events.length > 0 ? await byPerf(events, host, signal) : undefined
  return counted ?? (probe.control ? await byCounter(probe.control, host, signal) : undefined)
}

/** Under guard as the question itself: what is counted may happen a million times a second. */
async function byDoing(
  id: string,
  { act, rate }: Preflight,
  plan: Plan,
  host: Host,
  signal: AbortSignal,
): Promise<number | undefined> {
  const task = { source: `${id}/preflight`, acts: [act(plan)], guard: { cpuShare: 0.3, systemShare: 0.25 } }
  const [look] = await host.instrument(task, signal)
  return look?.outcome === 'ok' ? rate(look) : undefined
}

async function byPerf(events: readonly string[], host: Host, signal: AbortSignal): Promise<number | undefined> {
  if (isUnavailable(host.which('perf'))) return undefined
  const argv = ['perf', 'stat', '-a', '-x,', '--log-fd', '1', '-e', events.join(','), '--', 'sleep', '1'] as const
  const request = { kind: 'run' as const, argv, at: 'start' as const, lasting: true, graceMs: 5000 }
  const looks = await host.look([{ source: 'preflight', tier: 'count', request }], SECOND, signal)
  return counts(looks.get('preflight')?.[0])
}

/**
 *   12345,,sched:sched_switch,2000000000,100.00,,
 *   <not counted>,,sched:sched_wakeup,0,100.00,,
 */
function counts(look: Observation | undefined): number | undefined {
  if (look?.outcome !== 'ok') return undefined
  const numbers = look.text
    .split('\n')
    .map((line) => line.split(','))
    .flatMap(([count = '', , event = '']) => (event.includes(':') && /^\d{1,15}$/.test(count) ? [Number(count)] : []))
  return numbers.length > 0 ? numbers.reduce((sum, count) => sum + count, 0) : undefined
}

async function byCounter(control: Control, host: Host, signal: AbortSignal): Promise<number | undefined> {
  const before = await readCounter(control, host, signal)
  const started = host.now()
  await host.pause(1000, signal)
  const after = await readCounter(control, host, signal)
  const seconds = (host.now() - started) / 1000
  // A replay does not wait: there is no rate then.
  return before === undefined || after === undefined || seconds < 0.5 ? undefined : (after - before) / seconds
}

/** The control's counter as it stands; undefined when it cannot be read. */
export async function readCounter(control: Control, host: Host, signal: AbortSignal): Promise<number | undefined> {
  const request = { kind: 'read' as const, paths: [control.path], at: 'start' as const }
  const look = (await host.look([{ source: 'control', tier: 'read', request }], NOW, signal)).get('control')?.[0]
  if (look?.outcome !== 'ok') return undefined
  const text = look.text.replace(/^==> .* <==\n/, '')
  return text === '' ? undefined : control.count(text)
}
