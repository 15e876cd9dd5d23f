// A file's text → lines, so that an offset becomes a position with its excerpt.
import type { Position } from '../model/diagnostic.ts'

export interface SourceText {
  readonly file: string
  readonly text: string
  /** Offset of the first character of each line. */
  readonly lines: readonly number[]
}

/** Longer lines are cut: a diagnostic is for a person. */
const EXCERPT = 2000

export function sourceText(file: string, text: string): SourceText {
  const lines = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  return { file, text, lines }
}

/** Characters start..end → line, column and a length that stays on the line. */
export function positionOf(source: SourceText, start: number, end: number): Position {
  const from = Math.max(0, Math.min(start, source.text.length))
  const line = lineOf(source.lines, from)
  const begin = source.lines[line] ?? 0
  const length = Math.min(end, begin + lineText(source, line).length) - from
  return { file: source.file, line: line + 1, column: from - begin + 1, length: Math.max(1, length) }
}

export function excerptAt(source: SourceText, line: number): string {
  return lineText(source, line - 1).slice(0, EXCERPT)
}

function lineText({ text, lines }: SourceText, index: number): string {
  return text.slice(lines[index] ?? 0, (lines[index + 1] ?? text.length + 1) - 1).replace(/\r$/, '')
}

function lineOf(lines: readonly number[], offset: number): number {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
