// JSON text that a tool printed → a value of unknown shape, looked into with guards. Broken JSON is undefined, never an exception.

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON a tool printed, with whole lines before it left out: a library it loads may have warned on standard output. */
export function printedJson(text: string): unknown {
  const from = /^[{[]/m.exec(text)?.index ?? 0
  return parseJson(from === 0 ? text : text.slice(from))
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a counter can be. `1e999` in JSON is Infinity. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
