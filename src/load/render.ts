// Diagnostics → text for a person, with the line and a caret below the place, or JSON for a program.
import type { Diagnostic } from '../model/diagnostic.ts'

/** What colours words; picocolors has this shape. */
export interface Palette {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
}

const same = (text: string) => text
const PLAIN: Palette = { bold: same, dim: same, red: same, yellow: same, green: same }

export function renderDiagnostics(diagnostics: readonly Diagnostic[], palette: Palette = PLAIN): string {
  return diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, palette)}\n`).join('\n')
}

/**
 * checks/cpu/jam.yaml:7:10: error: no metric cpu.runable [unknown-metric]
 *   |
 * 7 |   warn: cpu.runable.median > 3
 *   |         ^~~~~~~~~~~
 *   = did you mean cpu.runnable?
 */
export function renderDiagnostic(
  { code, severity, message, position, excerpt, hint }: Diagnostic,
  palette: Palette = PLAIN,
): string {
  const colour = severity === 'error' ? palette.red : palette.yellow
  const { file, line, column, length } = position
  const number = String(line)
  const gutter = ' '.repeat(number.length)
  const lines = [
    `${palette.bold(`${visible(file)}:${line}:${column}:`)} ${colour(`${severity}:`)} ${visible(message)} ${palette.dim(`[${code}]`)}`,
  ]
  if (excerpt !== undefined && column <= excerpt.length + 1) {
    const { text, at } = clipped(excerpt, column - 1)
    const caret = '^'.padEnd(Math.max(1, columns(text.slice(at, at + length))), '~')
    lines.push(
      palette.dim(`${gutter} |`),
      `${palette.dim(`${number} |`)} ${visible(text)}`,
      `${palette.dim(`${gutter} |`)} ${' '.repeat(columns(text.slice(0, at)))}${colour(caret)}`,
    )
  }
  if (hint !== undefined) lines.push(`${gutter} ${palette.dim('=')} ${palette.green(visible(hint))}`)
  return lines.join('\n')
}

const WIDEST = 200

/** The part of a long line that holds the place, and where the place is in it. */
function clipped(line: string, at: number): { readonly text: string; readonly at: number } {
  if (line.length <= WIDEST) return { text: line, at }
  const from = Math.max(0, Math.min(at - WIDEST / 4, line.length - WIDEST))
  const text = line.slice(from, from + WIDEST)
  return {
    text: `${from > 0 ? '…' : ''}${text}${from + WIDEST < line.length ? '…' : ''}`,
    at: at - from + (from > 0 ? 1 : 0),
  }
}

/** `2 errors and 1 warning in 1 of 12 files` */
export function summaryLine(diagnostics: readonly Diagnostic[], files: number): string {
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
  if (diagnostics.length === 0) return `${count(files, 'file')}, no mistakes`
  const errors = diagnostics.filter((d) => d.severity === 'error').length
  const warnings = diagnostics.length - errors
  const parts = [...(errors > 0 ? [count(errors, 'error')] : []), ...(warnings > 0 ? [count(warnings, 'warning')] : [])]
  return `${parts.join(' and ')} in ${new Set(diagnostics.map((d) => d.position.file)).size} of ${count(files, 'file')}`
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify(
    diagnostics.map(({ position, ...rest }) => ({ ...position, ...rest })),
    null,
    2,
  )}\n`
}

/** An author's bytes must not steer the terminal. A tab is shown as two spaces, other controls as a dot. */
function visible(text: string): string {
  return text
    .replaceAll('\t', '  ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '·')
}

/** Terminal columns of a text: wide characters take two, marks that combine none. */
function columns(text: string): number {
  let width = 0
  for (const character of visible(text)) {
    if (/\p{Mark}/u.test(character)) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}
