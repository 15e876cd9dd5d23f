// A report → standard output and files, in the formats asked for. A file that cannot be written does not lose the others.
import { open, rename, rm } from 'node:fs/promises'
import { formats, type LazyFormat } from '../generated/formats.ts'
import type { Report } from '../model/report.ts'
import { nearest } from '../expr/nearest.ts'
import { EXIT, Exit } from './exit.ts'
import { err, out } from './io.ts'

export interface OutputOptions {
  readonly format?: string
  readonly out: readonly string[]
}

export function formatNamed(id: string): LazyFormat {
  const found = formats.find((format) => format.id === id)
  if (found) return found
  const near = nearest(id, formats.map((format) => format.id))
  throw new Exit(EXIT.usage, `no format ${JSON.stringify(id)}${near ? `; did you mean ${near}?` : ''} (${formats.map((f) => f.id).join(', ')})`)
}

export function formatOfFile(file: string): LazyFormat {
  const found = formats.find((format) => file.endsWith(`.${format.extension}`))
  if (found) return found
  throw new Exit(EXIT.usage, `--out ${file}: the format is told by the ending: ${formats.map((f) => `.${f.extension}`).join(', ')}`)
}

/** Writes files first: a reader of standard output that goes away early must not cost them. Returns false when one failed. */
export async function writeReport(report: Report, options: OutputOptions, standard: LazyFormat | undefined): Promise<boolean> {
  let fine = true
  for (const file of options.out) fine = (await writeFileSafely(file, await (await formatOfFile(file).load()).render(report))) && fine
  if (standard) await out(ended(await (await standard.load()).render(report)))
  return fine
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Whole or not at all: beside the target, synced, then renamed. */
async function writeFileSafely(file: string, text: string): Promise<boolean> {
  const beside = `${file}.${process.pid}.tmp`
  try {
    const handle = await open(beside, 'wx', 0o600)
    try {
      await handle.writeFile(ended(text))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
    return true
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {})
    err(`tracebook: cannot write ${file}: ${(error as Error).message}\n`)
    return false
  }
}
