// Files beside a library → every mistake in them, and the library that has what is right in them. Loaded only when there is YAML to read.
import type { Cause, CheckDocument, Loaded } from '../model/check.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Metric } from '../model/metric.ts'
import type { RunbookDocument } from '../model/runbook.ts'
import type { FileEntry } from './discover.ts'
import { resolveExtends } from './extend.ts'
import type { Library } from './library.ts'
import { DOMAINS, type Names } from './names.ts'
import { builtinMetrics, catalogueOf, declaredIn, ownMetricsOf } from './own-metrics.ts'
import { diagnosticOf, lineOfPart, record, type Page } from './page.ts'
import { parseFiles, type Parsed } from './parse-files.ts'
import { lintPage } from './rules.ts'

export interface LintOptions {
  /** Metrics that only instrumentation gives: a check step may not need them. */
  readonly probeMetrics?: ReadonlySet<string>
  /** Metrics an instrument can record until something happens: a wait step may record no other. */
  readonly recordable?: ReadonlySet<string>
}

export async function addFiles(
  base: Library,
  builtin: Library,
  files: readonly FileEntry[],
  options: LintOptions = {},
): Promise<Library> {
  const parsed = await parseFiles(files)
  const { unique, duplicates } = withoutDuplicates(parsed.pages)
  const names = namesOf(base, builtin, parsed, unique, options)
  const diagnostics = [...parsed.diagnostics, ...duplicates]
  const unread = new Set(parsed.diagnostics.filter((d) => d.severity === 'error').map((d) => d.position.file))
  const good: Page[] = []
  for (const page of unique) {
    const found = lintPage(page, names)
    diagnostics.push(...found)
    if (!unread.has(page.source.file) && !found.some((d) => d.severity === 'error')) good.push(page)
  }
  return assemble(base, good, inOrder(diagnostics, files))
}

/** By file in the order given, then by line. */
function inOrder(diagnostics: readonly Diagnostic[], files: readonly FileEntry[]): readonly Diagnostic[] {
  const order = new Map(files.map(({ file }, i) => [file, i]))
  const rank = (d: Diagnostic) => order.get(d.position.file) ?? 0
  return [...diagnostics].sort(
    (a, b) => rank(a) - rank(b) || a.position.line - b.position.line || a.position.column - b.position.column,
  )
}

function withoutDuplicates(pages: readonly Page[]): {
  readonly unique: readonly Page[]
  readonly duplicates: readonly Diagnostic[]
} {
  const taken = new Map<string, Page>()
  const duplicates: Diagnostic[] = []
  for (const page of pages) {
    const key = page.kind === 'causes' ? page.source.file : `${page.kind} ${page.id}`
    const earlier = taken.get(key)
    if (earlier)
      duplicates.push(
        diagnosticOf(page, {
          code: 'duplicate-file',
          message: `${earlier.source.file} already is the ${page.kind} ${page.id}`,
          hint: 'give one of them another name',
          at: [],
          part: 'key',
        }),
      )
    else taken.set(key, page)
  }
  return { unique: [...taken.values()], duplicates }
}

function namesOf(
  base: Library,
  builtin: Library,
  { broken }: Parsed,
  pages: readonly Page[],
  options: LintOptions,
): Names {
  const { checks, runbooks, causes, metrics, declared, unclear, ...rest } = libraryNames(base, builtin)
  for (const { kind, id } of broken) {
    if (kind === 'check') checks.set(id, undefined)
    if (kind === 'runbook') runbooks.set(id, undefined)
  }
  for (const page of pages) {
    if (isShadow(page, builtin)) continue
    if (page.kind === 'check') {
      checks.set(page.id, page.root.data as CheckDocument)
      declare(page, metrics, declared, unclear)
    } else if (page.kind === 'runbook') runbooks.set(page.id, page.root.data as RunbookDocument)
    else for (const cause of causesOf(page)) causes.set(cause.id, cause)
  }
  return { checks, runbooks, causes, metrics, declared, unclear, ...rest, ...options }
}

function declare(
  page: Page,
  metrics: Map<string, Metric>,
  declared: Map<string, { readonly file: string; readonly line?: number }>,
  unclear: Set<string>,
): void {
  const { file } = page.source
  const understood = new Map(declaredIn(page.root.data as CheckDocument, file).map(({ metric }) => [metric.id, metric]))
  for (const id of Object.keys(record(record(page.root.data)['metrics']))) {
    if (builtinMetrics.has(id)) continue
    const earlier = declared.get(id)
    if (earlier && earlier.file !== file) continue
    declared.set(id, { file, line: lineOfPart(page, ['metrics', id]) })
    const metric = understood.get(id)
    if (metric) metrics.set(id, metric)
    else unclear.add(id)
  }
}

/** What is known without any file. */
export function libraryNames(base: Library, builtin: Library) {
  const taken = [
    ...[...builtin.checks.keys()].map((id) => `check ${id}`),
    ...[...builtin.runbooks.keys()].map((id) => `runbook ${id}`),
    ...[...builtin.causes.keys()].map((id) => `cause ${id}`),
  ]
  const own = [...ownMetricsOf(base)]
  return {
    metrics: new Map(catalogueOf(base)),
    declared: new Map<string, { readonly file: string; readonly line?: number }>(
      own.map(([id, { file }]) => [id, { file }]),
    ),
    unclear: new Set<string>(),
    families: new Set<string>([...[...builtinMetrics.keys(), ...builtin.checks.keys()].map(familyOf), ...DOMAINS]),
    checks: new Map<string, CheckDocument | undefined>([...base.checks].map(([id, loaded]) => [id, loaded.document])),
    runbooks: new Map<string, RunbookDocument | undefined>(
      [...base.runbooks].map(([id, loaded]) => [id, loaded.document]),
    ),
    causes: new Map(base.causes),
    builtin: new Set(taken),
  } satisfies Names
}

function familyOf(id: string): string {
  return id.split('.')[0] ?? id
}

function isShadow(page: Page, builtin: Library): boolean {
  if (page.builtin) return false
  return page.kind === 'check' ? builtin.checks.has(page.id) : page.kind === 'runbook' && builtin.runbooks.has(page.id)
}

function causesOf(page: Page): Cause[] {
  return Object.entries(record(page.root.data)).map(([id, cause]) => ({ id, ...(cause as Omit<Cause, 'id'>) }))
}

function assemble(base: Library, pages: readonly Page[], diagnostics: readonly Diagnostic[]): Library {
  const checks = new Map(base.checks)
  const raw = new Map<string, RunbookDocument | undefined>(
    [...base.runbooks].map(([id, loaded]) => [id, loaded.document]),
  )
  const causes = new Map(base.causes)
  const files = new Map([...base.runbooks].map(([id, { file }]) => [id, file]))
  for (const page of pages) {
    const { id, source } = page
    if (page.kind === 'check') checks.set(id, { id, file: source.file, document: page.root.data as CheckDocument })
    else if (page.kind === 'runbook') {
      raw.set(id, page.root.data as RunbookDocument)
      files.set(id, source.file)
    } else for (const cause of causesOf(page)) causes.set(cause.id, cause)
  }
  const runbooks = new Map<string, Loaded<RunbookDocument>>()
  for (const [id, file] of files) {
    const document = resolveExtends(id, raw)
    if (document) runbooks.set(id, { id, file, document })
  }
  return { checks, runbooks, causes, diagnostics: [...base.diagnostics, ...diagnostics] }
}
