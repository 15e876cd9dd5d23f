// A runbook + a host → a Report. The one entry of a diagnosis; a stopped or failed run ends in a report as well.
import { compileRunbook } from '../compile/flatten.ts'
import { drive } from './machine.ts'
import { readContext } from './context.ts'
import { findTarget, TARGET_RUNBOOK, tell } from './target.ts'
import { overridesOf } from './overrides.ts'
import { nameCulprits } from './name-culprits.ts'
import { assemble } from './assemble.ts'
import { newSession, type Settings } from './session.ts'
import type { Report } from '../model/report.ts'

export interface RunOptions extends Omit<Settings, 'context'> {
  readonly runbook: string
  readonly target?: string
}

export interface Finished {
  readonly report: Report
  /** Faults of tracebook itself, to be told on stderr: the report is still good for what it says. */
  readonly failures: readonly Error[]
}

export async function run(options: RunOptions): Promise<Finished> {
  const { runbook: id, target, ...given } = stoppable(options)
  const rest = { ...given, overrides: overridesOf(id, given.library, given.overrides) }
  const runbook = compileRunbook(id, rest.library, rest.catalogue)
  const { context, looks } = await readContext(rest.host, rest.signal)
  const found = target === undefined ? undefined : await findTarget(target, rest.host, rest.allow, rest.signal)
  const session = newSession({ ...rest, context: found ? { ...context, target: found.target } : context })
  if (found) {
    tell(found, session)
    if (id !== TARGET_RUNBOOK && rest.library.runbooks.has(TARGET_RUNBOOK))
      await drive(compileRunbook(TARGET_RUNBOOK, rest.library, rest.catalogue), session)
  }
  await drive(runbook, session)
  if (!rest.signal.aborted) await nameCulprits(session)
  const interrupted = rest.signal.aborted ? reasonOf(rest.signal) : undefined
  const report = assemble({
    runbook,
    session,
    contextLooks: looks,
    ...(target === undefined ? {} : { target }),
    ...(interrupted === undefined ? {} : { interrupted }),
  })
  return { report, failures: session.failures }
}

/** Whoever says quit at a question ends the run, not the step. */
function stoppable(options: RunOptions): RunOptions {
  const { guide } = options
  const quit = new AbortController()
  const heard = <T extends string>(said: T): T => {
    if (said === 'quit') quit.abort(new Error('the person said so'))
    return said
  }
  const { consent } = guide
  return {
    ...options,
    signal: AbortSignal.any([options.signal, quit.signal]),
    guide: {
      ...guide,
      before: async (step) => heard(await guide.before(step)),
      ...(consent ? { consent: async (one) => heard(await consent(one)) } : {}),
    },
  }
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason)
}
