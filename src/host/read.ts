// A read request → the files, each below its frame `==> PATH <==`. What could not be read is framed with its error code.
import { readdirSync } from 'node:fs'
import type { Outcome } from '../model/observation.ts'
import { allowed, planted } from './allowed.ts'
import { bytes, type Bytes } from './bytes.ts'
import { wholeLines } from './decode.ts'
import { codeOf } from './error.ts'
import { expand, isPattern, type Expanded } from './glob.ts'

export interface Seen {
  readonly outcome: Outcome
  readonly text: string
  readonly bytes: number
  readonly stderr?: string
}

/** Patterns expanded in this measurement: the looks at both ends of a window must read the same files. */
export type Expansions = Map<string, Expanded>

const MOST_BYTES = 1024 * 1024
/** Codes of ours beside the kernel's: the path is one a look must not read; it is no plain file; it is longer than 1 MiB. */
const REFUSED = 'REFUSED'
const NOT_PLAIN = 'EFTYPE'
const TOO_LONG = 'EFBIG'
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ESRCH'])

export function read(paths: readonly string[], expansions: Expansions, cap: number): Seen {
  const into = bytes()
  const codes: string[] = []
  let good = 0
  const one = (path: string, matched: boolean) => {
    const code = readOne(path, into, matched)
    if (code === undefined) good++
    else if (code !== '') codes.push(code)
    return into.length < cap
  }
  const all = () => paths.every((path) => (isPattern(path) && allowed(path) ? pattern(path) : one(path, false)))
  const pattern = (path: string) => {
    const found = expansions.get(path) ?? expand(path)
    expansions.set(path, found)
    for (const [directory, code] of found.blind) {
      header(into, `${directory}/`, code)
      codes.push(code)
    }
    return found.paths.every((match) => one(match, true))
  }
  const complete = all()
  const seen = { text: into.text(), bytes: into.length }
  if (!complete) return { ...seen, outcome: 'truncated', stderr: `the files are longer than ${cap} bytes together` }
  return { ...seen, outcome: good > 0 ? 'ok' : outcome(codes) }
}

/** Undefined: read. Empty: a match of a pattern that has no such file. Else: the code it was framed with. */
function readOne(path: string, into: Bytes, matched: boolean): string | undefined {
  const from = into.length
  let code = allowed(path) ? undefined : REFUSED
  try {
    if (code === undefined && planted(path)) code = NOT_PLAIN
    if (code === undefined) {
      header(into, path)
      return content(path, into)
    }
  } catch (error) {
    code = codeOf(error) ?? 'EIO'
    into.length = from
    if (matched && GONE.has(code)) return ''
  }
  header(into, path, code)
  return code
}

function content(path: string, into: Bytes): string | undefined {
  const start = into.length
  if (path.endsWith('/')) {
    into.append(
      readdirSync(path)
        .sort()
        .map((name) => `${printable(name)}\n`)
        .join(''),
    )
    return undefined
  }
  const longer = into.appendFile(path, MOST_BYTES, false)
  const lines = longer ? wholeLines(into.slice(start)) : into.slice(start)
  into.length = start + lines.length
  if (lines.includes('==> ')) neutralize(into, start)
  if (lines.length > 0 && lines.at(-1) !== 10) into.append('\n')
  // In the frame, so that nobody takes the part for the whole.
  if (longer) into.insert(start - 1, ` ${TOO_LONG}`)
  return longer ? TOO_LONG : undefined
}

/** A log line or a name that looks like a frame would pass for a file of its own: it is moved by one space. */
function neutralize(into: Bytes, start: number): void {
  const safe = into.slice(start).toString('latin1').replace(/^==> /gm, ' ==> ')
  into.length = start
  into.append(safe, 'latin1')
}

function header(into: Bytes, path: string, code?: string): void {
  into.append(`==> ${printable(path)} <==${code === undefined ? '' : ` ${code}`}\n`)
}

/** A control group or a file may be named by anyone: a line feed in it would forge a frame. */
function printable(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f]/g, '?')
}

/** Nothing was read. No match of any pattern is an answer; an error is none. */
function outcome(codes: readonly string[]): Outcome {
  if (codes.length === 0) return 'ok'
  if (codes.every((code) => GONE.has(code))) return 'missing'
  return codes.every((code) => code === 'EACCES' || code === 'EPERM' || code === REFUSED) ? 'denied' : 'failed'
}
