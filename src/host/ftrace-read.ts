// Files of one Ftrace instance → one text, each below its frame `==> events/sched/sched_switch/hist <==`, up to a cap.
import { Buffer } from 'node:buffer'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Outcome } from '../model/observation.ts'
import { allowed } from './allowed.ts'
import { decode, wholeLines } from './decode.ts'
import { codeOf } from './error.ts'
import { expand } from './glob.ts'

export interface Read {
  readonly outcome: Outcome
  readonly text: string
  readonly bytes: number
  readonly stderr?: string
}

const CHUNK = 256 * 1024
/** So long an abort may have to wait for us. */
const TURN = 1024 * 1024

/** `patterns` are relative to the instance. Reading `trace` consumes nothing; what would is refused, as in every look. */
export async function readInstance(instance: string, patterns: readonly string[], cap: number): Promise<Read> {
  const parts: Buffer[] = []
  let length = 0
  const append = (part: Buffer) => {
    parts.push(part)
    length += part.length
  }
  const codes: string[] = []
  for (const path of patterns.flatMap((pattern) => below(instance, pattern))) {
    const room = Math.max(0, cap - length)
    const { content, code, longer } = await readFile(join(instance, path), room)
    append(Buffer.from(`==> ${path} <==${code === undefined ? '' : ` ${code}`}\n`))
    if (code !== undefined) codes.push(code)
    append(longer ? wholeLines(content) : content)
    if (content.length > 0 && content.at(-1) !== 10) append(Buffer.from('\n'))
    if (longer) return seen(parts, 'truncated', `what was recorded is longer than ${cap} bytes`)
  }
  const whole = codes.length === 0
  return seen(
    parts,
    whole ? 'ok' : 'failed',
    whole ? undefined : `of the instance could not be read: ${codes.join(', ')}`,
  )
}

function seen(parts: readonly Buffer[], outcome: Outcome, stderr?: string): Read {
  const all = Buffer.concat(parts)
  return { outcome, text: decode(all), bytes: all.length, ...(stderr !== undefined && { stderr }) }
}

function below(instance: string, pattern: string): string[] {
  if (!pattern.includes('*')) return [pattern]
  return expand(join(instance, pattern)).paths.map((path) => path.slice(instance.length + 1))
}

/** A trace of 16 MiB takes a tenth of a second: in turns, so that a stop is heard in between. */
async function readFile(
  path: string,
  most: number,
): Promise<{ readonly content: Buffer; readonly code?: string; readonly longer?: true }> {
  const parts: Buffer[] = []
  let length = 0
  let file: number | undefined
  try {
    if (!allowed(path)) return { content: Buffer.alloc(0), code: 'REFUSED' }
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    for (let turn = TURN; ;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, most - length + 1))
      const filled = fill(file, chunk)
      parts.push(chunk.subarray(0, filled))
      length += filled
      if (length > most) return { content: Buffer.concat(parts).subarray(0, most), longer: true }
      if (filled < chunk.length) return { content: Buffer.concat(parts) }
      if (length < turn) continue
      turn += TURN
      await setImmediate()
    }
  } catch (error) {
    return { content: Buffer.alloc(0), code: codeOf(error) ?? 'EIO' }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** tracefs gives a page at a time. */
function fill(file: number, chunk: Buffer): number {
  let filled = 0
  while (filled < chunk.length) {
    const got = readSync(file, chunk, filled, chunk.length - filled, null)
    if (got === 0) break
    filled += got
  }
  return filled
}
