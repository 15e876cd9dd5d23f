// A SystemTap script of ours → two back ends: its module as built before for this kernel, and building it now.
import type { Act, BackEnd, Plan, RunAct } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import { spoiled } from './outcome.ts'
import type { Reader } from './reading.ts'
import { readStap, type StapOutput } from './stap-text.ts'

export interface SystemtapOptions {
  /** Text of the script, a `.stp` file: tracepoints (`kernel.trace`), which need no debugging information. Globals `seconds` and `target` are set from outside. */
  readonly program: string
  readonly events: readonly string[]
  readonly microseconds: number
  readonly mostEvents?: number
  readonly output: StapOutput
  readonly read: Reader
}

/** Translating and compiling take 10 to 20 s, ten times that where the CPU is emulated; loading a module half a second. */
const BUILD_MS = 60_000
const BUILD_GRACE_MS = 240_000
const LOAD_GRACE_MS = 20_000
/** Root's: modules are loaded from it. A module fits one kernel release and one text of the script; both are in its path. */
const CACHE = '/var/lib/tracebook/systemtap'

/** Modules can be built elsewhere and put there: `stap -r RELEASE -p4 -m NAME SCRIPT`. Never without a person's consent: a module can take a kernel down. */
export function systemtap(options: SystemtapOptions): readonly [BackEnd, BackEnd] {
  const name = moduleName(options.program)
  const kept = (plan: Plan) => `${CACHE}/${plan.context.kernel}/${name}.ko`
  const cached = (plan: Plan, tool: string): readonly Act[] => [load(kept(plan), name, plan, tool)]
  const built = (plan: Plan, tool: string): readonly Act[] => [
    // stap writes the module into the folder it is in.
    {
      kind: 'run',
      argv: ['env', '-C', '{scratch}', 'SYSTEMTAP_DIR={scratch}', tool, '-p4', '-m', name, '-'],
      input: options.program,
      lastsMs: BUILD_MS,
      graceMs: BUILD_GRACE_MS,
      tracing: false,
    },
    load(`{scratch}/${name}.ko`, name, plan, 'staprun'),
    {
      kind: 'run',
      argv: ['install', '-D', '-m', '600', `{scratch}/${name}.ko`, kept(plan)],
      lastsMs: 0,
      tracing: false,
    },
  ]
  return [backEnd(options, 'systemtap', 'staprun', cached, 0), backEnd(options, 'systemtap-build', 'stap', built, 1)]
}

function backEnd(options: SystemtapOptions, id: string, tool: string, acts: BackEnd['acts'], at: number): BackEnd {
  return {
    id,
    instrument: 'systemtap',
    mechanism: 'module',
    tools: [tool],
    events: options.events,
    microseconds: options.microseconds,
    ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }),
    consent: 'always',
    acts,
    read: (looks) => {
      const found = spoiled(looks, at + 1) ?? readStap(looks[at]?.text ?? '', options.output)
      return 'unavailable' in found ? found : options.read(found)
    },
    lost: skipped,
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
