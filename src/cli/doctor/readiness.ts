// A host → whether probes would work there, found out by doing: one event counted, one BPF program that ends at once; nothing is left behind.
//   0.50,msec,task-clock,498010,100.00,0.444,CPUs utilized          perf stat -x, on standard error
//   <not supported>,,cycles,0,100.00,,
//   none [integrity] confidentiality                                 /sys/kernel/security/lockdown
import type { Asked, Host } from '../../host/host.ts'
import { installHint } from '../../measure/packages.ts'
import type { Context } from '../../model/context.ts'
import type { Observation } from '../../model/observation.ts'
import { NOW } from '../../model/source.ts'
import { isUnavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { clean } from '../../report/escape.ts'

export interface Readiness {
  readonly name: string
  readonly works: boolean
  /** What it was found by, or why it does not work. */
  readonly text: string
  readonly cure?: string
}

type Argv = readonly [string, ...string[]]
export interface Trial {
  readonly id: string
  readonly name: string
  readonly argv: Argv
  /** What must have been printed: silence proves nothing. */
  readonly proof: (look: Observation) => string | undefined
}

const LIMIT_MS = 5000
const PERF = ['perf', 'stat', '-x,'] as const

export const TRIALS: readonly Trial[] = [
  {
    id: 'task',
    name: 'perf: count in a program of one’s own',
    argv: [...PERF, '-e', 'task-clock', 'true'],
    proof: (look) => counted(look, 'task-clock'),
  },
  {
    id: 'host',
    name: 'perf: count a tracepoint on the whole host',
    argv: [...PERF, '-a', '-e', 'sched:sched_switch', '--', 'sleep', '0.05'],
    proof: (look) => counted(look, 'sched:sched_switch'),
  },
  {
    id: 'cycles',
    name: 'perf: hardware counters',
    argv: [...PERF, '-e', 'cycles', 'true'],
    proof: (look) => counted(look, 'cycles'),
  },
  {
    id: 'bpf',
    name: 'bpftrace: load and run a program',
    argv: ['bpftrace', '-e', 'BEGIN { printf("ready\\n"); exit(); }'],
    proof: ({ text }) => (/^ready$/m.test(text) ? 'a program of one line ran and ended' : undefined),
  },
]
const MOUNTS = '/proc/self/mountinfo'
const TYPES = '/sys/kernel/btf/'
const LOCKDOWN = '/sys/kernel/security/lockdown'

/** One trial after the other: two that count at once would disturb each other's answer. */
export async function readinessOf(host: Host, context: Context): Promise<Readiness[]> {
  const found: Readiness[] = []
  const signal = new AbortController().signal
  for (const trial of TRIALS) {
    const path = host.which(trial.argv[0])
    if (isUnavailable(path)) {
      const reason = path.unavailable === 'not installed' ? `${trial.argv[0]} is not installed` : path.reason
      found.push(cured(trial.name, reason, path.cure ?? installHint(trial.argv[0], context)))
      continue
    }
    const id = `trial:${trial.id}`
    const asked: Asked = {
      source: id,
      tier: 'count',
      request: { kind: 'run', argv: trial.argv, at: 'start', graceMs: LIMIT_MS },
    }
    found.push(judged(trial, (await host.look([asked], NOW, signal)).get(id)?.[0]))
  }
  const paths = [MOUNTS, TYPES, LOCKDOWN, headersOf(context)]
  const files: Asked = { source: 'readiness', tier: 'read', request: { kind: 'read', paths, at: 'start' } }
  const look = (await host.look([files], NOW, signal)).get('readiness')?.[0]
  return [...found, ...passive(look?.text ?? '', context)]
}

/** What the kernel shows without being asked to do anything. */
export function passive(text: string, context: Context): Readiness[] {
  const read = files(text)
  return [
    tracefs(read.get(MOUNTS) ?? '', context),
    /^vmlinux$/m.test(read.get(TYPES) ?? '')
      ? { name: 'types of the kernel (BTF)', works: true, text: 'small BPF tools run without headers and compiler' }
      : cured('types of the kernel (BTF)', 'this kernel was built without CONFIG_DEBUG_INFO_BTF'),
    headers(read, context),
    lockdown(read.get(LOCKDOWN), unreadable(text).get(LOCKDOWN)),
  ]
}

export function judged({ name, argv, proof }: Trial, look: Observation | undefined): Readiness {
  if (look === undefined) return cured(name, 'it was not tried')
  const proven = look.outcome === 'ok' ? proof(look) : undefined
  if (proven !== undefined) return { name, works: true, text: proven }
  if (look.outcome === 'timeout') return cured(name, `${argv[0]} did not end within ${LIMIT_MS / 1000} s`)
  return cured(name, complaint(look) ?? `${argv[0]} ended and had counted nothing`)
}

/** A count above zero. `<not supported>` and `<not counted>` come with exit status 0. */
function counted({ text, stderr }: Observation, event: string): string | undefined {
  for (const line of `${stderr ?? ''}\n${text}`.split('\n')) {
    const [value = '', , name = ''] = line.split(',')
    if (name.replace(/:[a-zA-Z]+$/, '') !== event && name !== event) continue
    return /^\d+(?:\.\d+)?$/.test(value) && Number(value) > 0 ? `counted ${value} ${event}` : undefined
  }
  return undefined
}

/** The first line that says something; perf begins with the word Error and a frame of the event's name. */
function complaint({ text, stderr }: Observation): string | undefined {
  const lines = `${stderr ?? ''}\n${text}`.split('\n').map((line) => line.trim())
  const absent = lines.find((line) => line.startsWith('<not '))
  if (absent !== undefined) return `this machine has no such counter (${clean(absent.split(',')[0] ?? '', 40)})`
  const said = lines.find(
    (line) => /\w/.test(line) && !/^(?:Error:?|event syntax error:.*|WARNING:.*|\\.*|#.*)$/i.test(line),
  )
  return said === undefined ? undefined : clean(said.replace(/^error:\s*/i, ''), 160)
}

function tracefs(mounts: string, { privileges }: Context): Readiness {
  const name = 'Ftrace: tracefs'
  const mount = mounts.split('\n').find((line) => / - tracefs /.test(line))
  if (mount === undefined) return cured(name, 'tracefs is not mounted', 'mount -t tracefs tracefs /sys/kernel/tracing')
  const [, , , , place = '', options = ''] = mount.split(' ')
  const where = clean(place, 80)
  if (!options.split(',').includes('rw')) return cured(name, `${where} is mounted read-only`)
  if (!privileges.root) return cured(name, `${where} is for root`, 'run as root')
  return { name, works: true, text: `${where} is mounted and can be written` }
}

function headersOf({ kernel }: Context): string {
  return `/lib/modules/${/^[\w.+~-]+$/.test(kernel) ? kernel : 'unknown'}/build/`
}

function headers(read: ReadonlyMap<string, string>, context: Context): Readiness {
  const name = 'headers of the kernel'
  return /^Makefile$/m.test(read.get(headersOf(context)) ?? '')
    ? { name, works: true, text: 'bcc and SystemTap can compile against them' }
    : cured(name, `${headersOf(context)} is not there: bcc’s Python tools and SystemTap cannot compile`)
}

function lockdown(text: string | undefined, code: string | undefined): Readiness {
  const name = 'lockdown of the kernel'
  const mode = /\[(\w+)\]/.exec(text ?? '')?.[1]
  if (mode === 'confidentiality') return cured(name, 'confidentiality: even root may not trace the kernel')
  if (mode !== undefined) return { name, works: true, text: `${mode}: tracing is allowed` }
  return code === 'EACCES' || code === 'EPERM'
    ? cured(name, `${LOCKDOWN} may not be read`, 'run as root')
    : { name, works: true, text: 'this kernel has none' }
}

function cured(name: string, text: string, cure?: string): Readiness {
  return { name, works: false, text, ...(cure === undefined ? {} : { cure }) }
}
