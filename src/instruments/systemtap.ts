// A question asked of tracepoints → two back ends by SystemTap: the module of its script as built before for this kernel, and building it now.
import type { Act, BackEnd, Plan, RunAct } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import type { LogOptions } from './perf-log.ts'
import { pointsOf, type Question } from './question.ts'
import { stapOutput, stapProgram } from './stap-program.ts'
import { readStap } from './stap-text.ts'

/** Twice what bpftrace takes: every probe locks the arrays it writes to. */
const MICROSECONDS = 0.9
/** Translating and compiling take 10 to 20 s, ten times that where the CPU is emulated; loading a module half a second. */
const BUILD_MS = 60_000
const BUILD_GRACE_MS = 240_000
const LOAD_GRACE_MS = 20_000
/** Root's: modules are loaded from it. A module fits one kernel release and one text of the script; both are in its path. */
const CACHE = '/var/lib/tracebook/systemtap'

/** Modules can be built elsewhere and put there: `stap -r RELEASE -p4 -m NAME SCRIPT`. Never without a person's consent: a module can take a kernel down. */
export function systemtap(options: LogOptions): BackEnd {
  const acts = (plan: Plan, tool: string): readonly Act[] => {
    const name = moduleName(stapProgram(options.question))
    return [load(kept(plan, name), name, plan, tool)]
  }
  return backEnd(options, 'systemtap', 'staprun', acts, 0)
}

export function systemtapBuild(options: LogOptions): BackEnd {
  const acts = (plan: Plan, tool: string): readonly Act[] => {
    const input = stapProgram(options.question)
    const name = moduleName(input)
    return [
      // stap writes the module into the folder it is in.
      {
        kind: 'run',
        argv: ['env', '-C', '{scratch}', 'SYSTEMTAP_DIR={scratch}', tool, '-p4', '-m', name, '-'],
        input,
        lastsMs: BUILD_MS,
        graceMs: BUILD_GRACE_MS,
        tracing: false,
      },
      load(`{scratch}/${name}.ko`, name, plan, 'staprun'),
      {
        kind: 'run',
        argv: ['install', '-D', '-m', '600', `{scratch}/${name}.ko`, kept(plan, name)],
        lastsMs: 0,
        tracing: false,
      },
    ]
  }
  return backEnd(options, 'systemtap-build', 'stap', acts, 1)
}

function kept({ context }: Plan, name: string): string {
  return `${CACHE}/${context.kernel}/${name}.ko`
}

function backEnd(options: LogOptions, id: string, tool: string, acts: BackEnd['acts'], at: number): BackEnd {
  const { question, events, mostEvents, read } = options
  return {
    id,
    instrument: 'systemtap',
    mechanism: 'module',
    tools: [tool],
    events: events ?? [...new Set(pointsOf(question).map(({ event }) => event))],
    microseconds: MICROSECONDS,
    ...(mostEvents === undefined ? {} : { mostEvents }),
    consent: 'always',
    acts,
    read: (looks) => {
      const found = spoiled(looks, at + 1) ?? readStap(looks[at]?.text ?? '', stapOutput(question))
      return 'unavailable' in found ? found : read(named(found, question))
    },
    lost: skipped,
  }
}

/** The script prints numbers; the question may have names for them. */
function named(measured: Measured, { labels = {} }: Question): Measured {
  const renamed = (own: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(own).map(([label, value]) => [label, labels[label]?.names?.[value] ?? value]))
  return {
    ...measured,
    ...(measured.rows ? { rows: measured.rows.map((row) => ({ ...row, labels: renamed(row.labels) })) } : {}),
    ...(measured.parts ? { parts: measured.parts.map((part) => ({ ...part, labels: renamed(part.labels) })) } : {}),
  }
}

function load(path: string, module: string, plan: Plan, tool: string): RunAct {
  const seconds = Math.max(1, Math.round(plan.seconds))
  return {
    kind: 'run',
    argv: [tool, path, `seconds=${seconds}`, `target=${plan.pid ?? 0}`],
    lastsMs: seconds * 1000,
    graceMs: LOAD_GRACE_MS,
    tracing: true,
    leaves: [{ kind: 'module', name: module }],
  }
}

/** The same text, the same name: FNV-1a, for a name, not for safety. */
export function moduleName(program: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < program.length; i++) hash = Math.imul(hash ^ program.charCodeAt(i), 0x0100_0193) >>> 0
  return `tracebook_${hash.toString(16).padStart(8, '0')}`
}

/** `WARNING: Number of errors: 0, skipped probes: 12` */
function skipped(looks: readonly Observation[]): number {
  return looks
    .flatMap(({ stderr }) => [...(stderr ?? '').matchAll(/skipped probes: (\d+)/g)])
    .reduce((sum, [, count]) => sum + Number(count), 0)
}
