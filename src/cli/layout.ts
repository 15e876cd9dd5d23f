// Texts and rows → lines of aligned columns and wrapped paragraphs, coloured only on a terminal.
import { createColors } from 'picocolors'
import { columns } from '../report/escape.ts'

export type Colors = ReturnType<typeof createColors>

export function colorsOf(stream: NodeJS.WriteStream = process.stdout): Colors {
  return createColors('isTTY' in stream && stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb')
}

/** Columns of the terminal; a pipe or a file gets what a mail shows well. */
export function widthOf(stream: NodeJS.WriteStream = process.stdout): number {
  return Math.max(60, Math.min(stream.isTTY ? stream.columns : 100, 120))
}

/** Cells aligned under each other; the last of a row is as long as it is. `paint` colours a column after it was measured. */
export function rows(
  cells: readonly (readonly string[])[],
  paint: readonly ((text: string) => string)[] = [],
  indent = '  ',
): string[] {
  const widths = cells.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, columns(cell))), [])
  return cells.map((row) => {
    const line = row.map((cell, i) => {
      const painted = (paint[i] ?? ((text: string) => text))(cell)
      return i === row.length - 1 ? painted : painted + ' '.repeat((widths[i] ?? 0) - columns(cell))
    })
    return (indent + line.join('  ')).trimEnd()
  })
}

/** Breaks at spaces; a longer word stays whole, so that it can be copied. */
export function wrapped(text: string, width: number, indent = '  '): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && indent.length + columns(line) + 1 + columns(word) > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, indent + line]
}

/** A heading and its lines, or nothing at all. */
export function section(colors: Colors, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', colors.bold(title), ...lines]
}
