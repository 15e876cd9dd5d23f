// The text of a read look (`==> PATH <==` before each file) → the files; `key value` files → numbers.

/** Framed text → path → content. A file that could not be read is framed as `==> PATH <== CODE` and is not in the map. */
export function files(text: string): Map<string, string> {
  const found = new Map<string, string>()
  // Not a dot: the name of an interface may hold a line separator of Unicode.
  const frame = /^==> ([^\n]+?) <==( \w+)?$/gm
  let last: { path: string; from: number; code: string | undefined } | undefined
  for (let match = frame.exec(text); ; match = frame.exec(text)) {
    if (last && last.code === undefined) found.set(last.path, text.slice(last.from, match ? match.index : undefined))
    if (!match) return found
    last = { path: match[1] ?? '', from: match.index + match[0].length + 1, code: match[2] }
  }
}

/** Framed text → path → error code, of the files that could not be read. */
export function unreadable(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const match of text.matchAll(/^==> ([^\n]+?) <== (\w+)$/gm)) found.set(match[1] ?? '', match[2] ?? '')
  return found
}

/** Frames one file for a look. The inverse of `files`. */
export function frame(path: string, content: string): string {
  return `==> ${path} <==\n${content}${content === '' || content.endsWith('\n') ? '' : '\n'}`
}

/** Lines `name value` or `name: value kB` → numbers. `kB` is multiplied out to bytes. */
export function keyed(text: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^([^\s:]+):?\s+(-?\d+)(\s+kB)?$/.exec(line.trim())
    if (match) found.set(match[1] ?? '', Number(match[2]) * (match[3] ? 1024 : 1))
  }
  return found
}

/** The name in `/proc/PID/comm`, where it was read. */
export function commOf(read: ReadonlyMap<string, string>, pid: number | string): string | undefined {
  return read.get(`/proc/${pid}/comm`)?.replace(/\n$/, '')
}
