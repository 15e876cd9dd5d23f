// Files → pages of data with places, and the diagnostics of those that cannot be read. Loaded only when there is YAML to read.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { FileEntry } from './discover.ts'
import { openReader } from './document.ts'
import type { Located } from './located.ts'
import { record, type Page, type PageKind } from './page.ts'
import { LIMITS, scan, tooLarge } from './scan.ts'
import { positionOf, sourceText, type SourceText } from './source.ts'

export interface Parsed {
  readonly pages: readonly Page[]
  /** Files that gave no page: their ids are known all the same. */
  readonly broken: readonly FileEntry[]
  readonly diagnostics: readonly Diagnostic[]
}

export async function parseFiles(files: readonly FileEntry[]): Promise<Parsed> {
  const read = await openReader()
  const pages: Page[] = []
  const broken: FileEntry[] = []
  const diagnostics: Diagnostic[] = []
  for (const file of files) {
    const result = parseFile(file, read)
    diagnostics.push(...result.diagnostics)
    if (result.page) pages.push(result.page)
    else broken.push(file)
  }
  return { pages, broken, diagnostics }
}

interface Result {
  readonly page?: Page
  readonly diagnostics: readonly Diagnostic[]
}

function parseFile(entry: FileEntry, read: Awaited<ReturnType<typeof openReader>>): Result {
  if (entry.path.endsWith('.yml'))
    return {
      diagnostics: [
        atStart(
          sourceText(entry.file, ''),
          'file-name',
          'files end in .yaml',
          `rename it to ${entry.file.replace(/\.yml$/, '.yaml')}`,
        ),
      ],
    }
  const limit = LIMITS[entry.kind ?? 'runbook']
  const bytes = bytesOf(entry, limit)
  if (!(bytes instanceof Uint8Array)) return { diagnostics: [bytes] }
  const scanned = scan(entry.file, bytes, limit)
  if ('mistake' in scanned) return { diagnostics: [scanned.mistake] }
  return pageOf(entry, scanned.source, read(scanned.source))
}

/** Text → page; what `lint` of an editor buffer and the tests use. */
export function pageOf(
  entry: FileEntry,
  source: SourceText,
  { root, diagnostics }: { readonly root?: Located; readonly diagnostics: readonly Diagnostic[] },
): Result {
  if (!root) return { diagnostics }
  const kind = entry.kind ?? kindOf(root)
  if (!kind)
    return {
      diagnostics: [
        ...diagnostics,
        atStart(source, 'unknown-kind', 'this is neither a check nor a runbook', 'begin with check: or runbook:'),
      ],
    }
  return { page: { kind, id: entry.id, builtin: entry.builtin, source, root }, diagnostics }
}

function kindOf({ data }: Located): PageKind | undefined {
  if ('check' in record(data)) return 'check'
  return 'runbook' in record(data) ? 'runbook' : undefined
}

function bytesOf({ path, file }: FileEntry, limit: number): Uint8Array | Diagnostic {
  let handle: number | undefined
  try {
    handle = openSync(path, 'r')
    const { size } = fstatSync(handle)
    return size > limit ? tooLarge(file, size, limit).mistake : readFileSync(handle)
  } catch (error) {
    return cannotRead(file, (error as NodeJS.ErrnoException).code ?? 'an error')
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

export function cannotRead(file: string, why: string): Diagnostic {
  return atStart(
    sourceText(file, ''),
    'cannot-read',
    `cannot be read (${why})`,
    'see that the file exists and may be read',
  )
}

function atStart(source: SourceText, code: string, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, hint, position: positionOf(source, 0, 1) }
}
