// One line of an event log → its fields by the names of the tracepoint's format, found when they are asked for.
//   irq=24 name=virtio2-req.0                      name=value, as most tracepoints print
//   uaddr: 0x7f10, op: 0x80, val: 0x2              name: value, as system calls do
//   dev 254,0 tid 1201 wait 0 request_delay 0      name value, as jbd2 and ext4 do
import { FORMAT_NAMES, PATTERNS, taskState, TCP_STATES } from './event-patterns.ts'

/** A class: a log has a hundred thousand of them. */
export class LogEvent {
  readonly seconds: number
  readonly cpu: number
  /** Thread that ran on the CPU, not necessarily whom the event is about. */
  readonly pid: number
  readonly comm: string
  /** `group:name` */
  readonly event: string
  /** Its process, where the log tells. */
  readonly process: number | undefined
  readonly #text: string
  #fields: ReadonlyMap<string, string> | undefined

  constructor(
    seconds: number,
    cpu: number,
    pid: number,
    comm: string,
    event: string,
    fields: string | ReadonlyMap<string, string>,
    process?: number,
  ) {
    this.seconds = seconds
    this.cpu = cpu
    this.pid = pid
    this.comm = comm
    this.event = event
    this.process = process
    this.#text = typeof fields === 'string' ? fields : ''
    this.#fields = typeof fields === 'string' ? undefined : fields
  }

  /** `@comm`, `@pid` (thread), `@process` (thread where the log does not tell), `@cpu`: of who ran; `@event`: its name without the group; else a field of the tracepoint. Undefined when this kernel does not print it. */
  field(name: string): string | undefined {
    if (name.startsWith('@')) return this.#own(name)
    this.#fields ??= fieldsOf(this.event, this.#text)
    return this.#fields.get(name)
  }

  /** A number however it is printed: decimal, hexadecimal (negative ones as 64 bits), a task state. */
  number(name: string): number | undefined {
    const text = this.field(name)
    return text === undefined ? undefined : numberOf(text, name)
  }

  #own(name: string): string | undefined {
    if (name === '@comm') return this.comm
    if (name === '@pid') return String(this.pid)
    if (name === '@process') return String(this.process ?? this.pid)
    if (name === '@event') return this.event.slice(this.event.indexOf(':') + 1)
    return name === '@cpu' ? String(this.cpu) : undefined
  }
}

function numberOf(text: string, name: string): number | undefined {
  if (/^-?\d+$/.test(text)) return Number(text)
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return Number(BigInt.asIntN(64, BigInt(text)))
  return name === 'prev_state' ? taskState(text) : TCP_STATES.includes(text) ? TCP_STATES.indexOf(text) + 1 : undefined
}

/** Text of an event → name → value; values that are printed under another name have the format's as well. */
export function fieldsOf(event: string, text: string): ReadonlyMap<string, string> {
  const found = printed(event, text)
  const names = FORMAT_NAMES[event]
  if (names === undefined) return found
  return new Map(
    [...found].flatMap(([name, value]) =>
      names[name] === undefined
        ? [[name, value]]
        : [
            [name, value],
            [names[name], value],
          ],
    ),
  )
}

function printed(event: string, text: string): ReadonlyMap<string, string> {
  const pattern = PATTERNS[event]
  if (pattern) {
    const found = pattern.exec(text.trimEnd())?.groups ?? {}
    return new Map(Object.entries(found).filter((pair) => pair[1] !== undefined))
  }
  if (event.startsWith('syscalls:sys_exit_')) return new Map([['ret', text.trim()]])
  const equal = after(text, /(?:^|[ ,([])([A-Za-z_][\w-]*)=/g)
  if (equal.size > 0) return equal
  const colon = after(text, /(?:^|, )([A-Za-z_]\w*): /g)
  return colon.size > 0
    ? colon
    : new Map([...text.matchAll(/([A-Za-z_]\w*) (\S+)/g)].map(([, name = '', value = '']) => [name, value]))
}

/** Each value ends where the next name begins. */
function after(text: string, names: RegExp): Map<string, string> {
  const found = [...text.matchAll(names)]
  return new Map(
    found.map((match, i) => {
      const value = text
        .slice(match.index + match[0].length, found[i + 1]?.index)
        .trim()
        .replace(/(?:,| \[ns\])$/, '')
      const bracketed = match[0].startsWith('[') || match[0].startsWith('(')
      return [match[1] ?? '', bracketed ? value.replace(/[\])]$/, '') : value]
    }),
  )
}
