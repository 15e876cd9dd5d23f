// A report → standard output and files, in the formats asked for. A file that cannot be written does not lose the others.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { formats, type LazyFormat } from '../generated/formats.ts'
import type { Report } from '../model/report.ts'
import { nearest } from '../expr/nearest.ts'
import { EXIT, Exit } from './exit.ts'
import { err, out } from './io.ts'
import { colorsOf, widthOf } from './layout.ts'

export interface OutputOptions {
  readonly format?: string
  readonly out: readonly string[]
}

export function formatNamed(id: string): LazyFormat {
  const found = formats.find((format) => format.id === id)
  if (found) return found
  const near = nearest(
    id,
    formats.map((format) => format.id),
  )
  throw new Exit(
    EXIT.usage,
    `no format ${JSON.stringify(id)}${near ? `; did you mean ${near}?` : ''} (${formats.map((f) => f.id).join(', ')})`,
  )
}

export function formatOfFile(file: string): LazyFormat {
  const found = formats.find((format) => file.endsWith(`.${format.extension}`))
  if (found) return found
  throw new Exit(
    EXIT.usage,
    `--out ${file}: the format is told by the ending: ${formats.map((f) => `.${f.extension}`).join(', ')}`,
  )
}

/** Writes files first: a reader of standard output that goes away early must not cost them. Returns false when one failed. */
export async function writeReport(
  report: Report,
  options: OutputOptions,
  standard: LazyFormat | undefined,
): Promise<boolean> {
  let fine = true
  for (const file of options.out)
    fine = writeFileSafely(file, await (await formatOfFile(file).load()).render(report)) && fine
  const [first] = options.out
  if (first !== undefined && report.escalations?.some(({ answer }) => answer?.kind === 'stacks')) {
    const { flameFiles } = await import('./flames.ts')
    for (const { file, text } of flameFiles(first, report.escalations, report.host.name))
      fine = writeFileSafely(file, text) && fine
  }
  if (standard) await out(ended(await textFor(standard, report, options)))
  return fine
}

/** On a terminal the summary has its colours and width, and says where the full report went. */
async function textFor(standard: LazyFormat, report: Report, options: OutputOptions): Promise<string> {
  if (standard.id !== 'terminal') return (await standard.load()).render(report)
  const { renderTerminal } = await import('../report/terminal.ts')
  const [fullReport] = options.out
  return renderTerminal(report, {
    palette: colorsOf(),
    width: widthOf(),
    ...(fullReport === undefined ? {} : { fullReport }),
  })
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Whole or not at all: beside the target, synced, then renamed. Synchronous, so that no start pays for fs/promises. */
export function writeFileSafely(file: string, text: string): boolean {
  const beside = `${file}.${process.pid}.tmp`
  try {
    const descriptor = openSync(beside, 'wx', 0o600)
    try {
      writeFileSync(descriptor, ended(text))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(beside, file)
    return true
  } catch (error) {
    rmSync(beside, { force: true })
    err(`tracebook: cannot write ${file}: ${(error as Error).message}\n`)
    return false
  }
}
