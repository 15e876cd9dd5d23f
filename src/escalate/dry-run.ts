// Instrument × mechanism → whether it works on this kernel, found out by doing it once and small (law 12: tools that are asked say yes to
// what they cannot do). Known for the boot.
import type { Host } from '../host/host.ts'
import type { Observation } from '../model/observation.ts'
import type { Act, BackEnd } from '../model/probe.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'

const UNMOUNTED = /not mounted|tracepoint not found/
const PASSING: ReadonlySet<Observation['outcome']> = new Set(['guarded', 'timeout', 'interrupted'])

interface DryRun {
  readonly acts: readonly [Act, ...Act[]]
  /** What must be in what it printed. */
  readonly proof?: RegExp
  /** What the kernel says when it cannot do this at all, and what that means. */
  readonly refusal?: readonly [said: RegExp, means: string]
}

const run = (argv: readonly [string, ...string[]], input?: string): Act => ({
  kind: 'run',
  argv,
  ...(input === undefined ? {} : { input }),
  lastsMs: 1000,
  graceMs: 9000,
  tracing: true,
})
const bpftrace = (program: string): DryRun => ({
  acts: [run(['bpftrace', '-q', '-'], program)],
  proof: /^seen$/m,
})
const recorded = (...options: readonly string[]): DryRun => ({
  acts: [
    run(['perf', 'record', '-q', '-a', '-o', '{scratch}/dry.data', ...options, '--', 'sleep', '0.1']),
    {
      kind: 'run',
      argv: ['perf', 'script', '-i', '{scratch}/dry.data', '-F', 'comm,event'],
      lastsMs: 1000,
      tracing: false,
    },
  ],
  proof: /\S/,
})
const traced = (write: readonly (readonly [string, string])[], read: string, proof: RegExp): DryRun => ({
  acts: [{ kind: 'ftrace', lastsMs: 100, bufferKb: 64, write, read: [read] }],
  proof,
})
const SWITCH = 'events/sched/sched_switch'

/** A program that waits for one event and says so; its own `interval` bounds it. */
const once = (probe: string) => `${probe} { printf("seen\\n"); exit(); }\ninterval:s:2 { exit(); }\n`

/** Instruments that are not here (a tool for each question) are tested by the question itself and its control. */
const DRY_RUNS: Readonly<Partial<Record<`${BackEnd['instrument']}/${BackEnd['mechanism']}`, DryRun>>> = {
  'bpftrace/tracepoint': bpftrace(once('tracepoint:sched:sched_switch')),
  'bpftrace/kprobe': bpftrace(once('kprobe:vfs_read')),
  'bpftrace/sampling': bpftrace(once('profile:hz:99')),
  'perf/tracepoint': recorded('-e', 'sched:sched_switch'),
  'perf/sampling': recorded('-F', '199'),
  'ftrace/tracepoint': traced([[`${SWITCH}/enable`, '1']], 'trace', /sched_switch:/),
  'ftrace/histogram': traced([[`${SWITCH}/trigger`, 'hist:keys=prev_pid']], `${SWITCH}/hist`, /hitcount:\s*\d/),
  'ftrace/synthetic': traced(
    [[`${SWITCH}/trigger`, 'hist:keys=next_pid:ts0=common_timestamp.usecs']],
    `${SWITCH}/hist`,
    /hitcount:\s*\d/,
  ),
  // The filter first: without it every function of the kernel would be traced.
  'ftrace/graph': {
    ...traced(
      [
        ['set_ftrace_filter', 'vfs_read'],
        ['current_tracer', 'function_graph'],
      ],
      'trace',
      /tracer: function_graph/,
    ),
    // Only root gets here: EPERM is a kernel that switched its function tracing off.
    refusal: [
      /> current_tracer: EINVAL|> set_ftrace_filter: E(?:NOENT|NODEV|PERM)/,
      'not supported by this kernel: function_graph in a private trace instance (it takes Linux 6.11 and CONFIG_FUNCTION_GRAPH_TRACER)',
    ],
  },
}

/** Undefined: it works here, or only the question itself can tell. */
export async function incapable(backEnd: BackEnd, host: Host, signal: AbortSignal): Promise<Unavailable | undefined> {
  const key = `${backEnd.instrument}/${backEnd.mechanism}` as const
  const dry = DRY_RUNS[key]
  if (!dry) return undefined
  const before = host.recall(`capability ${key}`)
  if (before !== undefined) return before === 'works' ? undefined : unavailable('not supported', before)
  // It may cost a second of CPU to compile: no more than that.
  const task = { source: `capability/${key.replace('/', '-')}`, acts: dry.acts, guard: { cpuShare: 2, systemShare: 1 } }
  const looks = await host.instrument(task, signal)
  if (signal.aborted) return unavailable('not measured', 'the run was stopped')
  const why = problemOf(looks, dry, key)
  // A host that is too busy now says nothing about the next time, nor does one whose tracefs somebody may mount: perf does it by itself.
  if (!looks.some(({ outcome }) => PASSING.has(outcome)) && !UNMOUNTED.test(why?.reason ?? ''))
    host.remember(`capability ${key}`, why?.reason ?? 'works')
  return why
}

function problemOf(looks: readonly Observation[], dry: DryRun, key: string): Unavailable | undefined {
  const { acts, proof, refusal } = dry
  const bad = looks.find((look) => look.outcome !== 'ok')
  if (bad && refusal?.[0].test(bad.stderr ?? '')) return unavailable('not supported', refusal[1])
  if (bad) return whyFailed(bad, `a dry run of ${named(key)}`)
  const last = looks.at(-1)
  return looks.length === acts.length && last && (proof?.test(last.text) ?? true)
    ? undefined
    : unavailable('not supported', `a dry run of ${named(key)} ended well and saw nothing`)
}

/** `perf with sampling`. */
function named(key: string): string {
  const [instrument = '', mechanism = ''] = key.split('/')
  const words: Readonly<Record<string, string>> = {
    sampling: 'sampling',
    histogram: 'a hist trigger',
    synthetic: 'a synthetic event',
    graph: 'function_graph',
  }
  return `${instrument} with ${words[mechanism] ?? `a ${mechanism}`}`
}

/** An act that did not end well → why, in one sentence. Also for the acts of a question. */
export function whyFailed(look: Observation, what: string): Unavailable {
  // The guard's figures come first; a tool's own error may be anywhere.
  const said = look.outcome === 'guarded' ? ((look.stderr ?? '').split('\n')[0] ?? '') : firstError(look.stderr ?? '')
  const tail = said === '' ? '' : `: ${said.replace(/\.$/, '')}`
  switch (look.outcome) {
    case 'missing':
      return unavailable('not installed', `${what} could not start${tail}`)
    case 'denied':
      return unavailable('not permitted', `${what} was not permitted${tail}`, 'run as root')
    case 'timeout':
      return unavailable('timed out', `${what} did not end in time and was stopped`)
    case 'truncated':
      return unavailable('not understood', `${what} printed more than it may and was stopped`)
    case 'guarded':
      return unavailable('failed', `${what} was stopped by the guard${tail}`)
    case 'interrupted':
      return unavailable('not measured', 'the run was stopped')
    default:
      return FORBIDDEN.test(said)
        ? unavailable('not permitted', `${what}${tail}`, 'run as root')
        : unavailable('failed', `${what} ${endOf(look)}${tail}`)
  }
}

function endOf({ exitCode, signal }: Observation): string {
  const status = exitCode ?? signal
  return status === undefined ? 'failed' : `ended with status ${status}`
}

const FORBIDDEN = /permission|permitted|denied|as the root user|operations is limited|EPERM|EACCES/i

/** Tools warn first and fail later: the line that looks like an error, else the last. bpftrace always complains of RLIMIT_MEMLOCK. */
function firstError(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/RLIMIT_MEMLOCK|^error:$/i.test(line))
  return (
    lines.find((line) => FORBIDDEN.test(line)) ??
    lines.find((line) => /error|fail|cannot|denied|permitted|invalid|root/i.test(line)) ??
    lines.at(-1) ??
    ''
  ).slice(0, 200)
}

export function toolOf(backEnd: BackEnd, host: Pick<Host, 'which'>): string | Unavailable {
  let why: Unavailable | undefined
  for (const tool of backEnd.tools ?? []) {
    const path = host.which(tool)
    if (!isUnavailable(path)) return tool
    why ??= path
  }
  return why ?? ''
}
