// Files of a look → one line, one number, or the instances of a path pattern.

export type Files = ReadonlyMap<string, string>

/** First line of a file, trimmed; undefined when it was not read or is empty. */
export function line(files: Files, path: string): string | undefined {
  const text = files.get(path)?.split('\n', 1)[0]?.trim()
  return text === undefined || text === '' ? undefined : text
}

/** A file that holds one whole number. */
export function integer(files: Files, path: string): number | undefined {
  const text = line(files, path)
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined
}

/** `/sys/block/` and the paths below it → the names directly below: `sda`, `vda`. */
export function below(files: Files, folder: string): string[] {
  const names = new Set<string>()
  for (const path of files.keys()) {
    if (path.startsWith(folder)) names.add(path.slice(folder.length).split('/', 1)[0] ?? '')
  }
  names.delete('')
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** Value of `Key:   value` or `key	: value` in a status-like file. */
export function field(text: string | undefined, key: string): string | undefined {
  for (const row of text?.split('\n') ?? []) {
    const colon = row.indexOf(':')
    if (colon > 0 && row.slice(0, colon).trim() === key) return row.slice(colon + 1).trim()
  }
  return undefined
}
