// A RunAct → its program run to its end within the guard: private folder, token, own deadline; what it printed and how it ended.
import type { RunAct } from '../model/probe.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { childEnvironment } from './environment.ts'
import { watch } from './guard.ts'
import type { Performing, Seen } from './instrument.ts'
import { isLoaded } from './instrument-undo.ts'
import { start } from './spawn.ts'
import { NOT_COME } from './trigger.ts'

const GRACE_MS = 10_000
/** Long enough for perf to write its headers and bpftrace its maps. */
const RUNG_MS = 2000

export async function runAct(act: RunAct, performing: Performing): Promise<Seen> {
  const { row, means, guard, before, signal, trigger } = performing
  const path = means.which(act.argv[0])
  if (isUnavailable(path)) {
    const outcome = path.unavailable === 'not permitted' ? 'denied' : 'missing'
    return { outcome, text: '', bytes: 0, stderr: path.reason }
  }
  row.begin()
  const argv = act.argv.map((word) => filled(word, row))
  for (const { kind, name } of act.leaves ?? []) {
    const own = filled(name, row)
    // A module of that name that is loaded already is another's: it would be taken away from him.
    if (kind === 'module' && isLoaded(own)) return refused(`a module ${own} is loaded already`)
    if (kind === 'lttng' && !own.includes(row.token)) return refused(`the session ${own} has no private name`)
    row.leave({ kind, name: own })
  }
  const running = start(path, argv, {
    deadlineMs: act.lastsMs + (act.graceMs ?? GRACE_MS),
    cap: act.cap ?? means.cap,
    accept: act.accept ?? [],
    reaped: means.reaped,
    rungMs: RUNG_MS,
    environment: childEnvironment(row.token, row.hasScratch()),
    ...(act.input !== undefined && { input: act.input }),
  })
  const { pid } = running
  let tripped = ''
  const trip = (why: string) => {
    tripped = `${why}\n`
    // What a ring holds by then is worth reading.
    running.stop(act.armed ? 'ok' : 'guarded')
  }
  const scratch = row.hasScratch()
  const unwatch =
    act.tracing && pid !== undefined
      ? watch({ pid, guard, before, ...(scratch !== undefined && { scratch }) }, means.now, trip)
      : () => {}
  if (pid !== undefined) means.own.push(pid)
  const interrupt = () => running.stop('interrupted')
  signal.addEventListener('abort', interrupt, { once: true })
  if (signal.aborted) interrupt()
  let happened = false
  if (act.armed)
    void trigger?.begin().then((it) => {
      happened = it
      running.stop(it ? 'ok' : 'timeout')
    })
  const ran = await running.done
  signal.removeEventListener('abort', interrupt)
  unwatch()
  // The line a person should read stands first: tracers say much as they are stopped.
  if (tripped !== '' && (ran.outcome === 'guarded' || act.armed)) return { ...ran, stderr: tripped + ran.stderr }
  return act.armed && !happened && (ran.outcome === 'ok' || ran.outcome === 'timeout')
    ? { ...ran, outcome: 'timeout', stderr: NOT_COME + ran.stderr }
    : ran
}

function filled(word: string, { id, scratch }: Performing['row']): string {
  const named = word.replaceAll('{id}', id)
  return named.includes('{scratch}') ? named.replaceAll('{scratch}', scratch()) : named
}

function refused(stderr: string): Seen {
  return { outcome: 'failed', text: '', bytes: 0, stderr }
}
