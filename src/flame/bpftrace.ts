// bpftrace's maps whose keys hold stacks, as text or as JSON → Stacks.
//   @[
//       ksys_read+133
//   ,
//       __libc_read+13
//   , bash]: 12                        ← kstack, ustack, comm
//   {"type": "map", "data": {"@": {"\n    ksys_read+133\n,\n    __libc_read+13\n,bash": 12}}}
import type { Stacks } from '../model/stacks.ts'
import { frameName, kernelDepth } from './frame-name.ts'
import { SmallTable } from './small-table.ts'
import type { WeightUnit } from './weight-unit.ts'

export interface BpftraceOptions {
  readonly unit?: WeightUnit
  /** Name of the map, with its @; default: every map with stacks. */
  readonly map?: string
  /** Root of the stacks whose keys have no name. */
  readonly comm?: string
}

/** One part of a key: a stack, or one word or number. */
interface Part {
  readonly frames: string[]
  word: string
}

interface Entry {
  readonly parts: readonly Part[]
  readonly weight: number
}

const OPENS = /^(@\w*)\[(.*)$/
const CLOSES = /^(.*)\]: (-?\d+)$/
/** kstack(perf), ustack(perf): address, symbol, object. */
const PERF_FRAME = /^([\da-f]{4,16}) (.+?)(?: \((.*)\))?$/
const IS_JSON = /^\s*\{"type"/

export function foldBpftrace(text: string, options: BpftraceOptions = {}): Stacks {
  const table = new SmallTable(options.unit ?? 'count')
  const maps = IS_JSON.test(text) ? jsonMaps(text, table) : textMaps(text, table)
  for (const [name, entries] of maps)
    if (options.map === undefined || options.map === name) addMap(table, entries, options.comm)
  return table.stacks()
}

function textMaps(text: string, table: SmallTable): Map<string, Entry[]> {
  const maps = new Map<string, Entry[]>()
  let name: string | undefined
  let key: string[] = []
  for (const line of text.split('\n')) {
    const [, map, rest] = OPENS.exec(line) ?? []
    if (map !== undefined) {
      name = map
      key = []
    }
    const part = map === undefined ? line : (rest ?? '')
    const [, last, weight] = CLOSES.exec(part) ?? []
    if (name !== undefined && weight !== undefined) {
      entriesOf(maps, name).push({ parts: parts([...key, last ?? ''].join('\n')), weight: Number(weight) })
      name = undefined
    } else if (name !== undefined) key.push(part)
    else if (part !== '' && !/^Attach(?:ing|ed) \d+ probes?/.test(part)) table.unread++
  }
  return maps
}

function jsonMaps(text: string, table: SmallTable): Map<string, Entry[]> {
  const maps = new Map<string, Entry[]>()
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const document = parsed(line)
    if (!isObject(document)) table.unread++
    else if (document['type'] === 'map' && isObject(document['data']))
      for (const [name, values] of Object.entries(document['data']))
        if (isObject(values))
          for (const [key, weight] of Object.entries(values))
            if (typeof weight === 'number') entriesOf(maps, name).push({ parts: parts(key), weight })
            else table.unread++
  }
  return maps
}

/** Frames stand on lines of their own, indented; what is between the stacks is separated by commas. */
function parts(text: string): readonly Part[] {
  // 0.23 escapes the line feeds of a JSON key twice.
  const key = text.includes('\n') ? text : text.replaceAll('\\n', '\n')
  let part: Part = { frames: [], word: '' }
  const all = [part]
  for (const line of key.split('\n')) {
    if (/^\s+[^\s,]/.test(line)) {
      part.frames.push(line.trim())
      continue
    }
    const [first = '', ...more] = line.split(',')
    part.word += first.trim()
    for (const word of more) all.push((part = { frames: [], word: word.trim() }))
  }
  return all
}

/** Of two stacks in a key the first is the kernel's, as everybody writes it; of one, what lies above the entry into the kernel. */
function addMap(table: SmallTable, entries: readonly Entry[], comm: string | undefined): void {
  const most = entries.reduce((sum, { parts }) => Math.max(sum, parts.length), 0)
  const places = Array.from({ length: most }, (_, i) => i)
  const stacks = places.filter((i) => entries.some(({ parts }) => (parts[i]?.frames.length ?? 0) > 0))
  if (stacks.length === 0) return
  const first = stacks[0] as number
  for (const { parts, weight } of entries) {
    if (weight <= 0) continue
    const kernel = (parts[first]?.frames ?? []).map(frame)
    const user = stacks.slice(1).flatMap((i) => (parts[i]?.frames ?? []).map(frame))
    const name = parts.find(({ word }, i) => !stacks.includes(i) && word !== '' && !/^\d+$/.test(word))?.word
    table.add(
      name ?? comm ?? '[unknown]',
      [...kernel, ...user],
      stacks.length > 1 ? kernel.length : kernelDepth(kernel),
      weight,
    )
  }
}

function frame(line: string): string {
  const [, , symbol, object] = PERF_FRAME.exec(line) ?? []
  const name = frameName(symbol ?? line)
  return name === '[unknown]' && object !== undefined && object !== '[unknown]'
    ? `[${object.replace(/.*\//, '')}]`
    : name
}

function entriesOf(maps: Map<string, Entry[]>, name: string): Entry[] {
  const entries = maps.get(name) ?? []
  maps.set(name, entries)
  return entries
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
