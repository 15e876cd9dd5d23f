// `14 of ${cpu.usable} CPUs` → the text with each `${…}` computed and printed with its unit. What is not known is printed as `?`.
import { isUnavailable } from '../model/unavailable.ts'
import { formatQuantity } from '../model/unit.ts'
import { compileExpression } from './compile.ts'
import type { Expression, Lookup, Problem, Result, Scope } from './types.ts'

export interface Template {
  readonly needs: readonly string[]
  readonly fill: (lookup: Lookup) => string
}

/** Text with `${expression}` → a template; offsets of problems are those of the whole text. */
export function compileTemplate(
  text: string,
  scope: Scope,
  trusted = false,
): { readonly template?: Template; readonly problems: readonly Problem[] } {
  const parts: (string | Expression)[] = []
  const problems: Problem[] = []
  let at = 0
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    const from = match.index + 2
    const { expression, problems: found } = compileExpression(match[1] ?? '', { ...scope, use: 'template' }, trusted)
    problems.push(...found.map((p) => ({ ...p, start: p.start + from, end: p.end + from })))
    parts.push(text.slice(at, match.index))
    if (expression) parts.push(expression)
    at = match.index + match[0].length
  }
  parts.push(text.slice(at))
  const open = text.indexOf('${', at)
  if (open >= 0) problems.push({ code: 'unclosed', message: '${ without a closing }', start: open, end: text.length })
  if (problems.some((p) => p.severity !== 'warning')) return { problems }
  return {
    problems,
    template: {
      needs: [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : part.needs)))],
      fill: (lookup) =>
        parts.map((part) => (typeof part === 'string' ? part : printed(part.evaluate(lookup)))).join(''),
    },
  }
}

export function printed(result: Result): string {
  if (isUnavailable(result)) return '?'
  if (typeof result === 'string') return result
  if (typeof result === 'boolean') return result ? 'yes' : 'no'
  return formatQuantity(result.value, result.dimension)
}
