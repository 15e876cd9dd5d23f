// Stacks in several lines, as libbpf-tools' and bcc's profile and offcputime print them → Stacks.
//     schedule
//     entry_SYSCALL_64_after_hwframe
//     -                billing-api (27109)
//         708202
import type { Stacks } from '../model/stacks.ts'
import { frameName, kernelDepth } from './frame-name.ts'
import { SmallTable } from './small-table.ts'
import type { WeightUnit } from './weight-unit.ts'

const FRAME = /^ {4}(\S.*)$/
const THREAD = /^ {4}- +(.*) \(\d+(?: \(.*\))?\)$/
const WEIGHT = /^ {4,}(\d+)$/
/** -d: between the kernel's frames, which come first, and the user's. */
const DELIMITER = '--'
/** What the tools say before they begin. */
const HEADING = /^(?:Sampling at |Tracing )/
/** The tracer's own frames, at the leaf of every stack. */
const TRACER = /^bpf_(?:prog_|trace_run)/

/** `unit`: `us` for offcputime. */
export function foldStackBlocks(text: string, unit: WeightUnit = 'count'): Stacks {
  const table = new SmallTable(unit)
  let frames: string[] = []
  let thread: string | undefined
  for (const line of text.split('\n')) {
    const weight = thread === undefined ? undefined : WEIGHT.exec(line)?.[1]
    const name = THREAD.exec(line)?.[1]
    const frame = FRAME.exec(line)?.[1]
    if (weight !== undefined && thread !== undefined) {
      add(table, thread, frames, Number(weight))
      frames = []
      thread = undefined
    } else if (name !== undefined) thread = name
    else if (frame !== undefined) frames.push(frame)
    else if (line !== '' && !HEADING.test(line)) table.unread++
  }
  return table.stacks()
}

function add(table: SmallTable, thread: string, all: readonly string[], weight: number): void {
  const own = all.filter((frame) => !TRACER.test(frame) && !frame.startsWith('[Missed '))
  const delimiter = own.indexOf(DELIMITER)
  const frames = own.filter((_, i) => i !== delimiter).map(frameName)
  table.add(thread, frames, delimiter < 0 ? kernelDepth(frames) : delimiter, weight)
}
