// A directory that `capture` wrote → a Host that answers with what was seen then: no waiting, no programs, no rights needed.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from '../generated/validators.js'
import type { Observation } from '../model/observation.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { decode } from './decode.ts'
import { messageOf } from './error.ts'
import type { Asked, Host } from './host.ts'
import { INDEX, latest, ordered, type RecordedLook, type Recording } from './recording.ts'

export interface RecordedHost extends Host {
  readonly kind: 'recorded'
  readonly recording: Recording
}

/** Of an armed act: it recorded, so whether it happens was asked. */
const WAITED: ReadonlySet<Observation['outcome']> = new Set(['ok', 'timeout', 'truncated'])
const LARGEST_INDEX = 64 * 1024 * 1024
const LARGEST_TEXT = 64 * 1024 * 1024

export function recordedHost(directory: string): RecordedHost | Unavailable {
  const recording = load(directory)
  if ('unavailable' in recording) return recording
  const known = new Map(Object.entries(recording.known ?? {}))
  const { turn, now, next, take, notRecorded } = player(directory, recording)
  const answer = (asked: Asked): readonly Observation[] => {
    const found = take((look) => look.source === asked.source && look.kind === asked.request.kind)
    return found.length > 0 ? found : [notRecorded(asked)]
  }
  return {
    kind: 'recorded',
    recording,
    startedAt: recording.startedAt,
    now,
    which: (tool) => whichOf(recording, tool),
    look: async (asked, window) =>
      turn(() => {
        const found = new Map<string, Observation[]>(asked.map(({ source }) => [source, []]))
        const seen = new Set<string>()
        for (const one of asked) {
          // Several requests of one kind are answered together, as they were recorded.
          const key = `${one.request.kind} ${one.source}`
          if (seen.has(key) || (one.request.at === 'end' && window.count === 0)) continue
          seen.add(key)
          found.get(one.source)?.push(...answer(one))
        }
        for (const looks of found.values()) looks.sort((a, b) => a.atMs - b.atMs)
        return found
      }),
    instrument: async ({ source, acts, until }, signal) => {
      const wanted = (look: RecordedLook) => look.source === source
      const armed = next(wanted)[acts.findIndex((act) => act.armed)]
      // What it waited for was looked at before its own looks were over.
      if (armed && WAITED.has(armed.outcome)) await until?.(signal)
      const looks = turn(() => new Map([[source, take(wanted)]])).get(source) ?? []
      return looks.length > 0 ? looks : [notRecorded({ source, tier: 'trace' })]
    },
    recall: (key) => known.get(key),
    remember: (key, value) => void known.set(key, value),
    pause: async () => {},
    own: () => recording.own,
    cost: () => recording.cost,
  }
}

/** Gives out each recorded look once, and moves the clock with them. */
function player(directory: string, recording: Recording) {
  const used = new Set<RecordedLook>()
  const absent = new Map<string, number>()
  let round = 0
  let time = 0
  return {
    now: () => time,
    turn: (act: () => Map<string, Observation[]>): Map<string, Observation[]> => {
      round++
      const found = act()
      time = latest(time, [...found.values()].flat())
      if (used.size === recording.observations.length) time = Math.max(time, recording.elapsedMs)
      return found
    },
    /** Those that would be given out, as they stand in the index. */
    next: (wanted: (look: RecordedLook) => boolean): RecordedLook[] => {
      const left = recording.observations.filter((look) => wanted(look) && !used.has(look))
      return left.filter((look) => look.round === left[0]?.round)
    },
    take: (wanted: (look: RecordedLook) => boolean): Observation[] => {
      const left = recording.observations.filter((look) => wanted(look) && !used.has(look))
      // Rounds differ when another runbook is replayed than was recorded: then the earliest looks not given out yet.
      const from = left.some((look) => look.round === round) ? round : left[0]?.round
      const chosen = left.filter((look) => look.round === from)
      for (const look of chosen) used.add(look)
      return chosen.map((look) => replay(directory, look))
    },
    notRecorded: (asked: Absent): Observation => {
      const { source } = asked
      const recorded = recording.observations.filter((look) => look.source === source).length
      const number = (absent.get(source) ?? recorded) + 1
      absent.set(source, number)
      return missing(asked, number === 1 ? source : `${source}#${number}`, time)
    },
  }
}

type Absent = Pick<Asked, 'source' | 'tier'> & Partial<Pick<Asked, 'request'>>

function missing({ source, tier, request }: Absent, id: string, atMs: number): Observation {
  const what =
    request?.kind === 'run' ? { argv: request.argv } : request?.kind === 'read' ? { paths: request.paths } : {}
  const stderr = `${source} is not in the recording`
  return { id, source, tier, ...what, atMs, elapsedMs: 0, cpuMs: 0, outcome: 'missing', text: '', stderr, bytes: 0 }
}

function replay(directory: string, look: RecordedLook): Observation {
  const { kind: _kind, round: _round, file, ...observation } = look
  try {
    const path = join(directory, file)
    if (statSync(path).size > LARGEST_TEXT) throw new Error('too long')
    return ordered({ ...observation, text: decode(readFileSync(path)) })
  } catch (error) {
    const stderr = `${file} of the recording could not be read: ${messageOf(error)}`
    return ordered({ ...observation, outcome: 'missing', text: '', stderr })
  }
}

function whichOf(recording: Recording, tool: string): string | Unavailable {
  const known = Object.hasOwn(recording.which, tool) ? recording.which[tool] : undefined
  if (known !== undefined) return known
  const ran = recording.observations.some((look) => look.argv?.[0] === tool && look.outcome !== 'missing')
  return ran ? tool : unavailable('not measured', `whether ${tool} was installed is not in the recording`)
}

function load(directory: string): Recording | Unavailable {
  const path = join(directory, INDEX)
  let index: unknown
  try {
    if (statSync(path).size > LARGEST_INDEX)
      return unavailable('not understood', `${path} is too long to be the index of a recording`)
    index = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    return unavailable(
      'not measured',
      `${directory} is not a recording: ${INDEX}: ${messageOf(error)}`,
      'record one with: tracebook capture DIR',
    )
  }
  if (isRecording(index)) return index
  const first = capture.errors?.[0]
  return unavailable(
    'not understood',
    `${path} is not the index of a recording: ${first?.instancePath ?? ''} ${first?.message ?? ''}`,
  )
}

function isRecording(index: unknown): index is Recording {
  return capture(index)
}
