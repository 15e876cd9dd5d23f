// A Host → the same Host that also writes down everything it sees: one text file per look and an index, private to its owner.
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Observation } from '../model/observation.ts'
import type { Cost } from '../model/report.ts'
import type { Request } from '../model/source.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { encode } from './decode.ts'
import { codeOf, messageOf } from './error.ts'
import type { Asked, Host } from './host.ts'
import { INDEX, latest, type About, type RecordedLook, type Recording } from './recording.ts'

export interface Capturing extends Host {
  /** Writes the final index. Afterwards cost and clock stand still, so that the report of this run equals its replay's. */
  readonly finish: (more?: Partial<About>) => Unavailable | undefined
}

/** Refuses a directory that has anything in it, or that another could write to. */
export function capturing(host: Host, directory: string, about: About): Capturing | Unavailable {
  const problem = makePrivate(directory)
  if (problem) return problem
  const which: Record<string, string | Unavailable> = {}
  const known = new Map<string, string | undefined>()
  const book = observationBook(directory)
  let time = 0
  let cost: Cost | undefined
  let finished = false
  const index = (changes: Partial<About>, complete: boolean): Recording => ({
    schemaVersion: 1,
    ...about,
    ...changes,
    complete,
    startedAt: host.startedAt,
    elapsedMs: time,
    own: host.own(),
    cost: cost ?? host.cost(),
    which,
    ...(known.size > 0 && { known: Object.fromEntries([...known].filter(isKnown)) }),
    observations: book.observations,
  })
  const store = (found: readonly Observation[], kindOf: (look: Observation) => RecordedLook['kind']) => {
    time = latest(time, found)
    book.add(found, kindOf, () => index({}, false))
  }
  return {
    ...host,
    now: () => time,
    which: (tool) => (which[tool] = host.which(tool)),
    cost: () => (cost = finished && cost ? cost : host.cost()),
    recall: (key) => {
      const value = host.recall(key)
      // The first answer: what the run learns itself a replay learns too.
      if (!known.has(key)) known.set(key, value)
      return value
    },
    look: async (asked, window, signal, progress) => {
      const looks = await host.look(asked, window, signal, progress)
      store([...looks.values()].flat(), (look) => kindOf(look, asked))
      return looks
    },
    instrument: async (task, signal, progress) => {
      const looks = await host.instrument(task, signal, progress)
      store(looks, (look) => (look.argv ? 'run' : 'ftrace'))
      return looks
    },
    finish: (more = {}) => {
      finished = true
      cost ??= host.cost()
      return book.close(index(more, true))
    },
  }
}

function isKnown(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined
}

/** The texts and the index on disk. After the first failure nothing more is written. */
function observationBook(directory: string) {
  const observations: RecordedLook[] = []
  let round = 0
  let failure: Unavailable | undefined
  const attempt = (write: () => void) => {
    try {
      if (!failure) write()
    } catch (error) {
      failure = unavailable('failed', `the recording in ${directory} could not be written: ${messageOf(error)}`)
    }
  }
  return {
    observations,
    add: (
      found: readonly Observation[],
      kindOf: (look: Observation) => RecordedLook['kind'],
      index: () => Recording,
    ) => {
      round++
      attempt(() => {
        for (const look of found.toSorted((a, b) => a.atMs - b.atMs))
          observations.push(keep(directory, observations.length + 1, look, kindOf(look), round))
        // After every measurement: also a run that is killed leaves a recording.
        writeIndex(directory, index(), false)
      })
    },
    close: (index: Recording): Unavailable | undefined => {
      attempt(() => writeIndex(directory, index, true))
      return failure
    },
  }
}

function keep(
  directory: string,
  number: number,
  { text, ...look }: Observation,
  kind: RecordedLook['kind'],
  round: number,
): RecordedLook {
  const file = `${String(number).padStart(2, '0')}-${look.source.replace(/[^\w.-]/g, '_')}.txt`
  writeNew(join(directory, file), encode(text, look.bytes), false)
  return { ...look, kind, round, file }
}

function kindOf(look: Observation, asked: readonly Asked[]): Request['kind'] {
  if (look.argv) return 'run'
  const kinds = new Set(asked.filter((one) => one.source === look.source).map((one) => one.request.kind))
  return kinds.has('scan') && (!kinds.has('read') || look.paths?.[0] === '/proc/*/stat') ? 'scan' : 'read'
}

/** A new directory only its owner may enter. An empty one that is ours will do; a link will not (T10). */
function makePrivate(directory: string): Unavailable | undefined {
  try {
    mkdirSync(directory, { mode: 0o700 })
    return undefined
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return unavailable('failed', `${directory} could not be made: ${messageOf(error)}`)
  }
  try {
    const found = lstatSync(directory)
    if (!found.isDirectory()) return unavailable('failed', `${directory} is there already and is not a directory`)
    if (found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0)
      return unavailable('not permitted', `others may write to ${directory}`, `chmod go-w ${directory}`)
    if (readdirSync(directory).length > 0)
      return unavailable('failed', `${directory} is not empty`, 'name a directory that does not exist yet')
    return undefined
  } catch (error) {
    return unavailable('failed', `${directory} could not be read: ${messageOf(error)}`)
  }
}

/** Never half an index: written beside, then renamed over the one before. */
function writeIndex(directory: string, recording: Recording, durable: boolean): void {
  const beside = join(directory, `.${INDEX}.tmp`)
  try {
    unlinkSync(beside)
  } catch {
    // The usual case: there is none.
  }
  writeNew(beside, Buffer.from(`${JSON.stringify(recording, null, 1)}\n`), durable)
  renameSync(beside, join(directory, INDEX))
}

function writeNew(path: string, content: Buffer, durable: boolean): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    for (let at = 0; at < content.length;) at += writeSync(file, content, at)
    if (durable) fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
