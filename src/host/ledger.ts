// What a run is about to make in the kernel → a line in a file, on disk before the thing exists; and the files of earlier runs → their lines.
//   {"tracebook":1,"token":"9f2c41d07b3a6e58","pid":4711,"started":880123,"since":880410,"boot":"0c5e…","pids":"pid:[4026531836]"}
//   {"kind":"instance","name":"tracebook-9f2c41d07b3a6e58-1"}
//   {"kind":"kprobe","name":"tb_9f2c41d07b3a6e58/connect"}
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { messageOf } from './error.ts'
import { bootId, inRunFolder, runFolders, strangeness } from './run-folder.ts'

const KINDS = ['instance', 'trigger', 'kprobe', 'uprobe', 'synthetic', 'lttng', 'module', 'scratch'] as const

/** Something that would outlive us. Processes need no line: they are known by the token in their environment. */
export interface Thing {
  readonly kind: (typeof KINDS)[number]
  /** Of a trigger: its file below `instances`, a space, and what was written to it. */
  readonly name: string
}

export interface Owner {
  /** 16 hexadecimal digits nobody else has: in the environment of every program, and in every name. */
  readonly token: string
  readonly pid: number
  /** When the owner was started, and when the ledger was: ticks since boot, as in /proc/PID/stat. */
  readonly started: number
  readonly since: number
  readonly boot: string
  /** The PID namespace `pid` is a number of. */
  readonly pids: string
}

export interface Ledger {
  readonly owner: Owner
  readonly folder: string
  /** In the order they were made. */
  readonly things: readonly Thing[]
}

export interface OpenLedger extends Ledger {
  /** On disk when this returns. Throws when it cannot be: then nothing may be made. */
  readonly add: (thing: Thing) => void
  /** Everything is gone. */
  readonly remove: () => void
}

const SUFFIX = '.jsonl'
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | constants.O_NOFOLLOW
const LONGEST = 1024 * 1024

/** Throws, with all reasons, when no folder is ours alone. */
export function openLedger(token: string): OpenLedger {
  try {
    return inRunFolder((folder) => begin(folder, token))
  } catch (error) {
    throw new Error(`no ledger could be written, and without one nothing is instrumented (${messageOf(error)})`, {
      cause: error,
    })
  }
}

function begin(folder: string, token: string): OpenLedger {
  const path = join(folder, `${token}${SUFFIX}`)
  const file = openSync(path, NEW, 0o600)
  const things: Thing[] = []
  const put = (line: object) => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    if (writeSync(file, bytes) !== bytes.length) throw new Error(`${path} is on a full disk`)
    fsyncSync(file)
  }
  const owner: Owner = {
    token,
    pid: process.pid,
    started: startOf(process.pid) ?? 0,
    since: ticks(),
    boot: bootId(),
    pids: namespace(),
  }
  put({ tracebook: 1, ...owner })
  return {
    owner,
    folder,
    things,
    add: (thing) => {
      if (things.some(({ kind, name }) => kind === thing.kind && name === thing.name)) return
      put(thing)
      things.push(thing)
    },
    remove: () => {
      unlinkSync(path)
      closeSync(file)
    },
  }
}

/** Ledger files that are there at all: one listing, for the start of every run. */
export function ledgerFiles(): readonly string[] {
  return runFolders().flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => join(folder, name))
    } catch {
      return []
    }
  })
}

/** Undefined: not one of ours, or another could have written it. */
export function readLedger(path: string): Ledger | undefined {
  const folder = path.slice(0, path.lastIndexOf('/'))
  try {
    const { uid, nlink, size } = lstatSync(path)
    if (strangeness(folder) !== undefined || uid !== process.getuid?.() || nlink !== 1 || size > LONGEST)
      return undefined
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const ledger = parseLedger(readFileSync(file, 'utf8'), folder)
      return ledger && path === join(folder, `${ledger.owner.token}${SUFFIX}`) ? ledger : undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

/** A last line without an end was being written as the run died: what it names was not made. */
export function parseLedger(text: string, folder: string): Ledger | undefined {
  const [first = '', ...lines] = text.split('\n').slice(0, -1)
  const owner = json(first)
  if (!isOwner(owner)) return undefined
  return { owner, folder, things: lines.map(json).filter(isThing) }
}

/** Of this boot, and its process still runs. In another PID namespace that cannot be known: it is left alone. */
export function isAlive({ boot, pids, pid, started }: Owner): boolean {
  if (boot !== bootId()) return false
  return pids !== namespace() || startOf(pid) === started
}

export function isOfThisBoot({ boot }: Owner): boolean {
  return boot === bootId()
}

/** Ticks since boot at which a process was started. */
export function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The 22nd field; the name may contain spaces and brackets, and the state after it is the 3rd.
    const started = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    return Number.isFinite(started) ? started : undefined
  } catch {
    return undefined
  }
}

function ticks(): number {
  return Math.floor(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 100)
}

function namespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}

function json(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isOwner(value: unknown): value is Owner {
  const owner = value as Partial<Owner> | undefined | null
  return (
    typeof owner === 'object' &&
    owner !== null &&
    /^[0-9a-f]{16}$/.test(owner.token ?? '') &&
    [owner.pid, owner.started, owner.since].every((number) => Number.isSafeInteger(number)) &&
    typeof owner.boot === 'string' &&
    typeof owner.pids === 'string'
  )
}

function isThing(value: unknown): value is Thing {
  const thing = value as Partial<Thing> | undefined | null
  return (
    typeof thing === 'object' &&
    thing !== null &&
    KINDS.some((kind) => kind === thing.kind) &&
    typeof thing.name === 'string'
  )
}
