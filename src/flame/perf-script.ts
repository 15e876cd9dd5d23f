// Text of `perf script`, in chunks → Stacks, in one pass: a line seen before is a number, a stack is a row of numbers.
//   java 24636/25607 [000] 4794564.109216:     250000 cpu-clock:ppp:
//           ffffffff8103ce3b native_safe_halt+0xb ([kernel.kallsyms])
//                     4005c1 main+0x14 (/usr/bin/app)
import type { Stacks } from '../model/stacks.ts'
import { ByteTable, markAt } from './byte-table.ts'
import { eventOf, type EventLine } from './perf-event.ts'
import { afterAddress, perfFrames } from './perf-frame.ts'
import { StackTable } from './stack-table.ts'
import { WholeLines } from './whole-lines.ts'

export interface PerfScriptOptions {
  /** Mark kernel frames `_[k]` and frames of code made at run time `_[j]`; default true. False: frames as stackcollapse-perf.pl has them. */
  readonly annotate?: boolean
  /** `period` (default): the sum of the periods where perf printed them, else samples. `samples`: always samples. */
  readonly weight?: 'period' | 'samples'
}

export interface Folder {
  push(chunk: Uint8Array): void
  end(): Stacks
}

const LINE_FEEDS = 0x0a0a0a0a
const LINE_FEED = 10,
  SPACE = 32,
  TAB = 9,
  HASH = 35
/** sysctl kernel.perf_event_max_stack is 127 by default; frames above this many are left out at the root. */
const DEEPEST = 4096
/** Bytes of distinct lines held; beyond, they are read anew. */
const MOST_BYTES = 12 << 20
const FIRST_LINES = 1 << 14
/** What a line is, when it is not the number of one frame: below, the place of several in a list. */
const NEW = -1,
  NOT_UNDERSTOOD = -2,
  SEVERAL = -3
const NOBODY = -1,
  OTHER_EVENT = -2

export function foldPerfScript(options: PerfScriptOptions = {}): Folder {
  return new PerfScriptFolder(options.annotate ?? true, options.weight === 'samples')
}

class PerfScriptFolder implements Folder {
  readonly #annotate: boolean
  readonly #samples: boolean
  readonly #lines = new WholeLines((bytes, view, end) => this.#block(bytes, view, end))
  readonly #known = new ByteTable()
  readonly #comms = new ByteTable()
  readonly #table = new StackTable()
  /** Line → frame, for threads that are not Java's and for those that are. */
  readonly #frameOf: [Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>] = [
    new Int32Array(FIRST_LINES).fill(NEW),
    new Int32Array(FIRST_LINES).fill(NEW),
  ]
  /** Line → the line that came after it the last time. */
  #after = new Int32Array(FIRST_LINES).fill(NEW)
  readonly #several: (readonly number[])[] = []
  readonly #commFrames: number[] = []
  readonly #commJava: number[] = []
  /** Filled from its end: leaves are printed first. The first place is for the thread. */
  readonly #stack = new Int32Array(DEEPEST + 1)
  readonly #event: EventLine = { commEnd: 0, period: 0, eventStart: 0, eventEnd: 0 }
  #root = DEEPEST + 1
  /** Frame of the thread whose stack this is; none before the first sample, or the sample is of another event. */
  #comm = NOBODY
  #java = 0
  #weight = 1
  /** The first event is the one that counts; undefined until a line names it. */
  #counted: Buffer | undefined
  #unread = 0

  constructor(annotate: boolean, samples: boolean) {
    this.#annotate = annotate
    this.#samples = samples
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk)
  }

  end(): Stacks {
    this.#lines.end()
    return this.#table.stacks('count', this.#unread + this.#lines.dropped)
  }

  #block(bytes: Buffer, view: DataView, end: number): void {
    const known = this.#known
    if (known.bytes > MOST_BYTES) this.#forget()
    let last = 0
    for (let at = 0; at < end;) {
      const first = bytes[at] as number
      if (first === TAB || first === SPACE) {
        // Stacks share most of what lies towards the root: a line is likely followed by what followed it before.
        const guess = this.#after[last] ?? NEW
        const from = afterAddress(bytes, at)
        const line = guess >= 0 && known.is(guess, view, from, LINE_FEED) ? guess : known.until(view, from, LINE_FEEDS)
        if (line !== guess) this.#follow(last, line)
        last = line
        this.#frame(line, bytes, at, known.end)
        at = known.end + 1
      } else if (first === LINE_FEED) {
        this.#finish()
        at++
      } else {
        const feed = markAt(view, at, LINE_FEEDS)
        if (first !== HASH) this.#head(bytes, view, at, feed)
        at = feed + 1
      }
    }
  }

  #follow(last: number, line: number): void {
    while (last >= this.#after.length) this.#after = longer(this.#after)
    this.#after[last] = line
  }

  #frame(line: number, bytes: Buffer, at: number, end: number): void {
    if (this.#comm === OTHER_EVENT) return
    let frame = this.#frameOf[this.#java as 0 | 1][line] ?? NEW
    if (frame === NEW) frame = this.#read(line, bytes, at, end)
    if (frame >= 0 && this.#comm >= 0) this.#put(frame)
    else if (frame === NOT_UNDERSTOOD || this.#comm < 0) this.#unread++
    else for (const one of this.#several[SEVERAL - frame] as readonly number[]) this.#put(one)
  }

  #put(frame: number): void {
    if (this.#root > 1) this.#stack[--this.#root] = frame
  }

  /** A line not seen before with threads of this kind. */
  #read(line: number, bytes: Buffer, at: number, end: number): number {
    const java = this.#java as 0 | 1
    const style = { annotate: this.#annotate, java: java === 1 }
    const names = perfFrames(bytes.toString('latin1', at, end), style)
    let frame = NOT_UNDERSTOOD
    if (names?.length === 1) frame = this.#table.frame(names[0] as string)
    else if (names)
      frame = SEVERAL - (this.#several.push(names.toReversed().map((name) => this.#table.frame(name))) - 1)
    let table = this.#frameOf[java]
    while (line >= table.length) table = this.#frameOf[java] = longer(table)
    table[line] = frame
    return frame
  }

  #forget(): void {
    this.#known.clear()
    for (const table of this.#frameOf) table.fill(NEW)
    this.#after.fill(NEW)
    this.#several.length = 0
  }

  #head(bytes: Buffer, view: DataView, at: number, end: number): void {
    const event = this.#event
    if (!eventOf(bytes, at, end, event)) {
      this.#unread++
      return
    }
    if (event.eventEnd > event.eventStart && !this.#counts(bytes, event)) {
      this.#comm = OTHER_EVENT
      return
    }
    const before = this.#comms.size
    const comm = this.#comms.range(view, at, event.commEnd)
    if (comm === before) {
      const name = bytes.toString('utf8', at, event.commEnd).replaceAll(' ', '_')
      this.#commFrames[comm] = this.#table.frame(name)
      this.#commJava[comm] = name.startsWith('java') ? 1 : 0
    }
    this.#comm = this.#commFrames[comm] as number
    this.#java = this.#commJava[comm] as number
    this.#weight = (!this.#samples && event.period) || 1
  }

  /** A file with two kinds of events would show their sum, which is nothing: the first one counts. */
  #counts(bytes: Buffer, event: EventLine): boolean {
    this.#counted ??= Buffer.from(bytes.subarray(event.eventStart, event.eventEnd))
    const counted = this.#counted
    if (counted.length !== event.eventEnd - event.eventStart) return false
    for (let i = 0; i < counted.length; i++) if (counted[i] !== bytes[event.eventStart + i]) return false
    return true
  }

  #finish(): void {
    if (this.#comm >= 0) {
      this.#stack[--this.#root] = this.#comm
      this.#table.add(this.#stack, this.#root, DEEPEST + 1, this.#weight)
    }
    this.#comm = NOBODY
    this.#root = DEEPEST + 1
  }
}

function longer(table: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(table.length * 2).fill(NEW)
  more.set(table)
  return more
}
