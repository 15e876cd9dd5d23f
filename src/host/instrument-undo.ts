// Things of a ledger → gone, in the order in which they let go of each other; what would not go, with the reason. Only what the ledger names.
import { lstatSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable, type Unavailable } from '../model/unavailable.ts'
import { childEnvironment } from './environment.ts'
import { codeOf, messageOf } from './error.ts'
import { findTracefs, removeDefinition, removeInstance, removeTrigger } from './ftrace-files.ts'
import { endProcesses } from './instrument-processes.ts'
import { isOfThisBoot, type Ledger, type Thing } from './ledger.ts'

export interface Undone {
  readonly removed: readonly Thing[]
  readonly processes: number
  readonly left: readonly { readonly thing: Thing; readonly why: string }[]
}

export type Which = (tool: string) => string | Unavailable

const ORDER: readonly Thing['kind'][] = [
  'lttng',
  'module',
  'trigger',
  'instance',
  'kprobe',
  'uprobe',
  'synthetic',
  'scratch',
]
const PATIENCE_MS = 2000
const AGAIN_MS = 50
const TOOL_MS = 5000
/** A session daemon and SystemTap’s loader take their modules out of the kernel as they end. */
const UNLOADING_MS = 10_000

/** Programs first: they hold what they use. Waits a little for what is busy. */
export async function undo(ledger: Ledger, which: Which, patienceMs = PATIENCE_MS): Promise<Undone> {
  const now = isOfThisBoot(ledger.owner)
  const slow = ledger.things.some(({ kind }) => kind === 'lttng' || kind === 'module')
  const processes = now ? await endProcesses(ledger.owner, slow ? UNLOADING_MS : undefined) : 0
  const removed: Thing[] = []
  const left: { thing: Thing; why: string }[] = []
  const until = performance.now() + patienceMs
  // Another boot: the kernel has forgotten it all, only files remain.
  for (const thing of inOrder(ledger.things).filter(({ kind }) => now || kind === 'scratch')) {
    let why = await undoOne(thing, ledger, which)
    while (why === 'EBUSY' && performance.now() < until) {
      await sleep(AGAIN_MS)
      why = await undoOne(thing, ledger, which)
    }
    if (why === undefined) removed.push(thing)
    else left.push({ thing, why })
  }
  return { removed, processes, left }
}

/** As far as it goes without waiting: for the last moment of a process that ends. True when all is gone. */
export function undoAtOnce(ledger: Ledger): boolean {
  return inOrder(ledger.things)
    .map((thing) => undoFile(thing, ledger))
    .every((why) => why === undefined)
}

function inOrder(things: readonly Thing[]): readonly Thing[] {
  return things.toReversed().sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}

async function undoOne(thing: Thing, ledger: Ledger, which: Which): Promise<string | undefined> {
  const { name } = thing
  if (thing.kind === 'lttng' && !name.includes(ledger.owner.token)) return 'REFUSED'
  if (thing.kind === 'lttng')
    // Without starting a session daemon for it: where there is none, there is no session.
    return tool(which, ['lttng', '--no-sessiond', 'destroy', name], /not found|No session daemon|Can't find/i, ledger)
  if (thing.kind !== 'module') return undoFile(thing, ledger)
  return isLoaded(name) ? tool(which, ['staprun', '-d', name], /doesn't exist|not loaded/i, ledger) : undefined
}

function undoFile({ kind, name }: Thing, { folder, owner }: Ledger): string | undefined {
  if (kind === 'scratch') return removeScratch(name, folder, owner.token)
  if (kind === 'lttng' || kind === 'module') return 'needs a program'
  // A line that names anything else was not written by us.
  if (!name.includes(owner.token)) return 'REFUSED'
  const tracefs = findTracefs()
  if (typeof tracefs !== 'string') return tracefs.why
  if (kind === 'trigger') return removeTrigger(tracefs, name)
  return kind === 'instance' ? removeInstance(tracefs, name) : removeDefinition(tracefs, kind, name)
}

export function scratchPath(folder: string, token: string): string {
  return join(folder, `${token}.scratch`)
}

function removeScratch(name: string, folder: string, token: string): string | undefined {
  if (name !== scratchPath(folder, token)) return 'REFUSED'
  try {
    if (!lstatSync(name).isDirectory()) return 'it is not a directory'
    rmSync(name, { recursive: true, force: true })
    return undefined
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : messageOf(error)
  }
}

export function isLoaded(module: string): boolean {
  try {
    return readFileSync('/proc/modules', 'latin1')
      .split('\n')
      .some((line) => line.startsWith(`${module} `))
  } catch {
    return false
  }
}

/** `gone`: what it says when there was nothing to do. */
async function tool(
  which: Which,
  argv: readonly [string, ...string[]],
  gone: RegExp,
  { folder, owner }: Ledger,
): Promise<string | undefined> {
  if (!/^\w[\w.-]*$/.test(argv.at(-1) ?? '')) return 'REFUSED'
  const path = which(argv[0])
  if (isUnavailable(path)) return path.reason
  const { start } = await import('./spawn.ts')
  const environment = childEnvironment(owner.token, scratchPath(folder, owner.token))
  const ran = await start(path, argv, { deadlineMs: TOOL_MS, cap: 65_536, accept: [], reaped: () => 0, environment })
    .done
  if (ran.outcome === 'ok' || gone.test(ran.text + ran.stderr)) return undefined
  return `${argv.join(' ')}: ${ran.stderr.trim().split('\n').at(-1) || ran.outcome}`
}
