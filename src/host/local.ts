// This machine as a Host: programs from trusted directories in a scrubbed environment, files read in place, nothing changed.
// TRACEBOOK_PATH=dir:dir replaces the directories programs are looked up in (odd hosts, tests); root trusts them no more than others.
import type { ReadRequest, RunRequest, ScanRequest } from '../model/source.ts'
import { isUnavailable, type Unavailable } from '../model/unavailable.ts'
import { meter } from './accounting.ts'
import { clock, round, until, type Clock } from './clock.ts'
import { DIRECTORIES } from './environment.ts'
import { hostCpu, type HostCpu } from './guard.ts'
import type { Asked, Host } from './host.ts'
import type { Means, Seen, Subject } from './instrument.ts'
import { ledgerFiles } from './ledger.ts'
import { memory } from './memory.ts'
import { deadlineOf, look, type Taken } from './look.ts'
import { read, type Expansions } from './read.ts'
import { scan } from './scan.ts'
import { ordered } from './recording.ts'
import { programs } from './which.ts'

export interface LocalOptions {
  /** Replaces the directories programs are looked up in. */
  readonly directories?: readonly string[]
  /** Bytes kept of what one program prints. */
  readonly cap?: number
}

const CAP = 4 * 1024 * 1024
/** What files and processes may come to: 5,000 processes with three files each are 9 MiB. */
const FILES_CAP = 16 * 1024 * 1024

export function localHost({ directories = lookedUp(), cap = CAP }: LocalOptions = {}): Host {
  const now = clock()
  const { reaped, cost } = meter()
  const which = programs(directories, process.getuid?.() === 0)
  const own: number[] = [process.pid]
  const observe = observer(now)
  let earlier: HostCpu | undefined
  let swept: Promise<unknown> | undefined
  /** What a run that was killed left in the kernel would be measured as the host's. */
  const sweep = () =>
    (swept ??=
      ledgerFiles().length === 0
        ? Promise.resolve()
        : import('./sweep.ts').then((it) => it.sweep(which, it.BRIEFLY_MS)))
  return {
    kind: 'local',
    startedAt: new Date().toISOString(),
    now,
    which,
    own: () => own,
    cost,
    ...memory(),
    pause: (ms, signal) => until(now() + ms, now, signal),
    instrument: async (task, signal, progress) => {
      await sweep()
      const means: Means = { now, which, cap, reaped, own, observe, earlier }
      earlier ??= hostCpu()
      return (await import('./instrument.ts')).instrument(task, signal, means, progress)
    },
    look: async (asked, window, signal, progress) => {
      await sweep()
      earlier ??= hostCpu()
      // Before the window opens: the module takes 20 ms to load.
      const spawn = asked.some(({ request }) => request.kind === 'run') ? await import('./spawn.ts') : undefined
      const expansions: Expansions = new Map()
      const run = (done: Done, request: RunRequest): Taken => {
        const path = which(request.argv[0])
        if (isUnavailable(path) || !spawn) return { done: Promise.resolve(done(refused(path))) }
        const deadlineMs = deadlineOf(request, window)
        const running = spawn.start(path, request.argv, { deadlineMs, cap, accept: request.accept ?? [], reaped })
        if (running.pid !== undefined) own.push(running.pid)
        return { done: running.done.then(done), stop: () => running.stop('interrupted') }
      }
      const take = (one: Asked): Taken => {
        const { request } = one
        const done = observe(subjectOf(one))
        if (request.kind === 'run') return run(done, request)
        const files =
          request.kind === 'read' ? read(request.paths, expansions, FILES_CAP) : scan(request.files, FILES_CAP)
        return { done: Promise.resolve(done(files)) }
      }
      const interrupted = (one: Asked) => observe(subjectOf(one))({ outcome: 'interrupted', text: '', bytes: 0 })
      return look(asked, window, signal, { now, take, interrupted }, progress)
    },
  }
}

type Done = ReturnType<Means['observe']>

/** Numbers the looks of each source and takes their times: called as a look begins, its answer as it ends. */
function observer(now: Clock): Means['observe'] {
  const numbers = new Map<string, number>()
  return (subject) => {
    const { source } = subject
    const number = (numbers.get(source) ?? 0) + 1
    numbers.set(source, number)
    const atMs = now()
    const id = number === 1 ? source : `${source}#${number}`
    return (seen) => ordered({ id, ...subject, atMs, elapsedMs: round(now() - atMs), cpuMs: 0, ...seen })
  }
}

function subjectOf({ source, tier, request }: Asked): Subject {
  return { source, tier, ...(request.kind === 'run' ? { argv: request.argv } : { paths: pathsOf(request) }) }
}

function refused(why: string | Unavailable): Seen {
  const known = isUnavailable(why) ? why : undefined
  const outcome = known?.unavailable === 'not permitted' ? 'denied' : 'missing'
  return { outcome, text: '', bytes: 0, stderr: known?.reason ?? '' }
}

function pathsOf(request: ReadRequest | ScanRequest): readonly string[] {
  return request.kind === 'read' ? request.paths : ['stat', ...request.files].map((file) => `/proc/*/${file}`)
}

function lookedUp(): readonly string[] {
  const told = (process.env['TRACEBOOK_PATH'] ?? '').split(':').filter((directory) => directory.startsWith('/'))
  return told.length > 0 ? told : DIRECTORIES
}
