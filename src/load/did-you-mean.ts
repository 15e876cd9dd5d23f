// A name nobody knows → the hint that names what was meant, or what there is.
import { nearest } from '../expr/nearest.ts'

/** Nearest by edits, else the one name it begins or that begins it; else all of a short list. */
export function didYouMean(name: string, known: Iterable<string>, otherwise?: string): string | undefined {
  const names = [...known]
  const near = nearest(name, names) ?? byPrefix(name, names) ?? byLastWord(name, names)
  if (near !== undefined) return `did you mean ${near}?`
  if (otherwise !== undefined) return otherwise
  return names.length > 0 && names.length <= 16 ? `one of: ${names.join(', ')}` : undefined
}

function byPrefix(name: string, names: readonly string[]): string | undefined {
  if (name.length < 3) return undefined
  const found = names.filter((other) => other.startsWith(name) || (other.length >= 3 && name.startsWith(other)))
  return found.length === 1 ? found[0] : undefined
}

/** `runnable` for `cpu.runnable`. */
function byLastWord(name: string, names: readonly string[]): string | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1)
  const found = names.filter((other) => other.endsWith(`.${last}`))
  return last.length >= 3 && found.length === 1 ? found[0] : undefined
}
