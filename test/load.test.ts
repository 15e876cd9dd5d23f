// Loading and linting: every `.yaml` below test/diagnostics has an `.out` with exactly what lint says about it.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { openReader } from '../src/load/document.ts'
import { libraryFromJson, libraryToJson, lintFiles, loadBuiltin, loadLibrary } from '../src/load/library-loader.ts'
import { libraryNames } from '../src/load/lint-files.ts'
import { pageOf } from '../src/load/parse-files.ts'
import { diagnosticsJson, renderDiagnostic, renderDiagnostics, summaryLine } from '../src/load/render.ts'
import { lintPage } from '../src/load/rules.ts'
import { LIMITS, scan } from '../src/load/scan.ts'
import type { Diagnostic } from '../src/model/diagnostic.ts'
import { hostileFiles } from './support/hostile-yaml.ts'

const folder = 'test/diagnostics'
const library = await loadBuiltin(`${folder}/library`, undefined)
const below = (name: string) =>
  readdirSync(`${folder}/${name}`, { recursive: true }).map((file) => `${folder}/${name}/${String(file)}`)
const files = ['checks', 'runbooks', 'files']
  .flatMap(below)
  .filter((file) => /\.ya?ml$/.test(file))
  .sort()
const folders = readdirSync(`${folder}/folders`, { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map(({ name }) => `${folder}/folders/${name}`)

/** `UPDATE=1 npx vitest run test/load.test.ts` writes what is new; read it before it is committed. */
const update = process.env['UPDATE'] === '1'

const scratch = mkdtempSync(join(tmpdir(), 'tracebook-load-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test('the library the bad files refer to has no mistakes', () => {
  expect(renderDiagnostics(library.diagnostics)).toBe('')
  expect([...library.checks.keys()].sort()).toEqual(['cpu.busy_cpus', 'cpu.run_queue', 'disk.queueing', 'load.high'])
})

describe('what lint says', () => {
  test.each([...files, ...folders])('%s', async (path) => {
    const out = `${path.replace(/\.ya?ml$/, '')}.out`
    const text = renderDiagnostics(await lintFiles([path], library))
    if (update) writeFileSync(out, text)
    expect(text).toBe(readFileSync(out, 'utf8'))
  })

  test('every code has a file that shows it', async () => {
    const sources = ['src/load', 'src/expr'].flatMap((name) =>
      readdirSync(name).map((file) => readFileSync(`${name}/${file}`, 'utf8')),
    )
    const codes = new Set(
      sources.flatMap((text) =>
        [
          ...text.matchAll(/\bcode: '([a-z0-9-]+)'/g),
          ...text.matchAll(/(?:problem\(token|atStart\(\w+(?:\([^)]*\))?), '([a-z0-9-]+)'/g),
        ].map((match) => match[1] ?? ''),
      ),
    )
    const shown = new Set(
      [...files, ...folders].flatMap((path) =>
        [...readFileSync(`${path.replace(/\.ya?ml$/, '')}.out`, 'utf8').matchAll(/\[([a-z0-9-]+)\]$/gm)].map(
          (match) => match[1],
        ),
      ),
    )
    // Shown by tests below: they need a large file, a missing one, or an option. `bad-name` guards against a change in the CEL library.
    const elsewhere = ['too-large', 'too-many-keys', 'cannot-read', 'tracing-metric', 'not-recordable', 'bad-name']
    expect(codes.size).toBeGreaterThan(70)
    expect([...codes].filter((code) => !shown.has(code) && !elsewhere.includes(code))).toEqual([])
  })

  test('a file that is too large, and one that is not there', async () => {
    const large = join(scratch, 'large.yaml')
    writeFileSync(large, `check: x\nwhy: ${'x'.repeat(LIMITS.runbook)}\n`)
    expect(codesOf(await lintFiles([large, join(scratch, 'absent.yaml')], library))).toEqual([
      'cannot-read',
      'too-large',
    ])
  })

  test('a check that needs instrumentation is refused under check:, and accepted behind its escalate step', async () => {
    const path = join(scratch, 'probe.yaml')
    const steps = (before: string) => `runbook: x\ngoal: y\nsteps:\n${before}  - check: cpu.run_queue\n`
    const lint = async (text: string) => {
      writeFileSync(path, text)
      return (await lintFiles([path], library, { probeMetrics: new Set(['cpu.runnable']) })).map(
        (d) => `${d.code}:${d.position.line}`,
      )
    }
    expect(await lint(steps(''))).toEqual(['tracing-metric:4'])
    expect(await lint(steps('  - escalate: cpu.runnable\n'))).toEqual([])
  })
})

test('what is recorded while a step waits is something an instrument can record; then checks may read it', async () => {
  const path = join(scratch, 'record.yaml')
  const lint = async (record: string, more = '') => {
    const wait = `  - wait: disk.queueing\n    until: disk.queueing.firing\n    every: 10s\n    up-to: 1h\n    record: ${record}\n`
    writeFileSync(path, `runbook: x\ngoal: y\nsteps:\n${wait}${more}`)
    const rules = { probeMetrics: new Set(['cpu.runnable']), recordable: new Set(['cpu.runnable', 'block.latency']) }
    return (await lintFiles([path], library, rules)).map((d) => `${d.code}:${d.position.line}: ${d.hint ?? ''}`)
  }
  expect(await lint('block.latency')).toEqual([])
  expect(await lint('cpu.runnable', '  - check: cpu.run_queue\n')).toEqual([])
  expect(await lint('block.stacks')).toEqual(['not-recordable:8: ask for it behind this step: escalate: block.stacks'])
  expect(await lint('disk.latency')).toEqual([expect.stringMatching(/^unknown-metric:8: /)])
})

describe('the library', () => {
  test('survives JSON, only the tests of checks are left behind; files are named relative to the root', () => {
    const json = JSON.stringify(libraryToJson(library, resolve(`${folder}/library`)))
    const again = libraryFromJson(json)
    expect([...again.checks.values()].map((c) => c.document)).toEqual(
      [...library.checks.values()].map(({ document: { tests: _tests, ...shipped } }) => shipped),
    )
    expect(again.runbooks.get('cpu')?.file).toBe('runbooks/cpu.yaml')
    expect([...again.causes]).toEqual([...library.causes])
  })

  test('keeps scalars with units as texts and numbers as numbers', () => {
    expect(library.checks.get('cpu.busy_cpus')?.document.params?.['busy']?.default).toBe('90%')
    expect(library.checks.get('cpu.run_queue')?.document.params?.['jam_per_cpu']?.default).toBe(3)
  })

  test('puts the steps of a runbook that extends behind their anchors and merges its overrides', async () => {
    const team = await loadLibrary(library, [`${folder}/team`])
    expect(renderDiagnostics(team.diagnostics)).toBe('')
    const document = team.runbooks.get('our_cpu')?.document
    expect(document?.steps.map((step) => step.id ?? Object.keys(step)[0])).toEqual([
      'first-look',
      'disks',
      'also-load',
      'cleared',
      'saturated',
      'conclude',
      'conclude',
    ])
    expect(document).not.toHaveProperty('extends')
    expect(document?.params).toEqual({
      'cpu.run_queue.jam_per_cpu': { value: 5, because: 'batch hosts' },
      'cpu.run_queue.queue_per_cpu': { value: 2, because: 'batch hosts' },
    })
    expect(team.checks.get('team.slow_disk')?.document.check).toBe('Our disk is slow')
    expect(team.runbooks.get('cpu')).toEqual(library.runbooks.get('cpu'))
  })

  test('is not parsed again while no byte changes', async () => {
    const kept = new Map<string, string>()
    const cache = {
      read: (key: string) => Promise.resolve(kept.get(key)),
      write: (key: string, text: string) => Promise.resolve(void kept.set(key, text)),
    }
    const root = join(scratch, 'cached')
    cpSync(`${folder}/team`, root, { recursive: true })
    const first = await loadLibrary(library, [root], undefined, cache)
    expect(await loadLibrary(library, [root], undefined, cache)).toEqual(first)
    expect(kept.size).toBe(1)
    const [key] = kept.keys()
    kept.set(key ?? '', 'damaged')
    expect(await loadLibrary(library, [root], undefined, cache)).toEqual(first)
    writeFileSync(join(root, 'runbooks/our_cpu.yaml'), 'runbook: [\n')
    const changed = await loadLibrary(library, [root], undefined, cache)
    expect(codesOf(changed.diagnostics)).toEqual(['yaml-syntax'])
    expect(kept.size).toBe(2)
    await loadLibrary(library, [root], { probeMetrics: new Set(['cpu.runnable']) }, cache)
    expect(kept.size).toBe(3)
  })

  test('leaves out files with errors and keeps the built-in of the same id', async () => {
    const bad = await loadLibrary(library, [`${folder}/runbooks`])
    expect(bad.diagnostics.length).toBeGreaterThan(10)
    expect(bad.runbooks.has('good')).toBe(true)
    expect(bad.runbooks.has('no-verb')).toBe(false)
    expect(bad.runbooks.get('cpu')).toEqual(library.runbooks.get('cpu'))
  })

  test('lints its own files as built-ins', async () => {
    expect(await lintFiles([`${folder}/library`], library, { builtinRoots: [`${folder}/library`] })).toEqual([])
    expect(new Set(codesOf(await lintFiles([`${folder}/library`], library)))).toEqual(new Set(['shadows-builtin']))
  })
})

describe('hostile files', () => {
  test('all of them in one process, each answered', async () => {
    const large = Object.entries(hostileFiles(LIMITS.runbook)).filter((_, i) => i % 3 === 0)
    const texts = [
      ...Object.entries(hostileFiles(LIMITS.check)),
      ...large.map(([name, text]) => [`${name}-large`, text] as const),
    ]
    const paths = texts.map(([name]) => join(scratch, `${name}.yaml`))
    for (const [i, [, text]] of texts.entries()) writeFileSync(paths[i] ?? '', text)
    const diagnostics = await lintFiles(paths, library)
    const answered = new Set(diagnostics.map((d) => resolve(d.position.file)))
    expect(paths.filter((path) => !answered.has(path))).toEqual([])
    expect(codesOf(diagnostics)).toContain('too-many-keys')
  }, 120_000)

  test('an editor, a terminal: nothing an author writes steers it', () => {
    const diagnostic: Diagnostic = {
      code: 'x',
      severity: 'error',
      message: 'a \u001b[31mb',
      hint: '\u009b2J',
      excerpt: '\u001b]0;title\u0007\tx',
      position: { file: 'f\nf', line: 1, column: 12, length: 1 },
    }
    expect(renderDiagnostic(diagnostic)).toBe(
      'f·f:1:12: error: a ·[31mb [x]\n  |\n1 | ·]0;title·  x\n  |             ^\n  = ·2J',
    )
  })
})

test('no change to a valid file makes lint throw or point outside the file', async () => {
  const read = await openReader()
  const names = libraryNames(library, library)
  const valid = {
    check: readFileSync(`${folder}/library/checks/cpu/run_queue.yaml`, 'utf8'),
    runbook: readFileSync(`${folder}/library/runbooks/cpu.yaml`, 'utf8'),
    causes: readFileSync(`${folder}/library/causes.yaml`, 'utf8'),
  }
  const piece = fc.oneof(
    fc.constantFrom(
      ...Array.from('{}[]:,#&*!|>\'"%@`-?\n \t$'),
      ': ',
      '- ',
      '\n  ',
      '${',
      '}',
      '? ',
      '<<: ',
      '---\n',
      '[]',
      '{}',
      'null',
      '1e999',
      '.inf',
      '\u{1F600}',
    ),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  )
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat(12), put: piece })
  fc.assert(
    fc.property(
      fc.constantFrom('check' as const, 'runbook' as const, 'causes' as const),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      (kind, edits) => {
        const text = edits.reduce(
          (now, { at, drop, put }) =>
            now.slice(0, Math.floor(at * now.length)) + put + now.slice(Math.floor(at * now.length) + drop),
          valid[kind],
        )
        // Cutting a character in half is no longer UTF-8: that has a file of its own.
        if (/\p{Surrogate}/u.test(text)) return
        for (const { position, excerpt } of lintText(kind, text)) expectInside(text, position, excerpt)
      },
    ),
    { numRuns: 2000 },
  )

  function lintText(kind: 'check' | 'runbook' | 'causes', text: string): readonly Diagnostic[] {
    const scanned = scan('file.yaml', Buffer.from(text), LIMITS[kind])
    if ('mistake' in scanned) return [scanned.mistake]
    const { page, diagnostics } = pageOf(
      { path: '/file.yaml', file: 'file.yaml', kind, id: 'team.file', builtin: false },
      scanned.source,
      read(scanned.source),
    )
    const found = [...diagnostics, ...(page ? lintPage(page, names) : [])]
    renderDiagnostics(found)
    return found
  }
})

test('the summary counts, and JSON has one object for each mistake', async () => {
  const diagnostics = await lintFiles(
    [`${folder}/checks/team/culprit.yaml`, `${folder}/checks/team/no_tests.yaml`],
    library,
  )
  expect(summaryLine(diagnostics, 2)).toBe('6 errors and 1 warning in 2 of 2 files')
  expect(summaryLine([], 1)).toBe('1 file, no mistakes')
  const json = JSON.parse(diagnosticsJson(diagnostics)) as unknown[]
  expect(json).toHaveLength(7)
  expect(json[0]).toMatchObject({
    file: `${folder}/checks/team/culprit.yaml`,
    line: 9,
    column: 5,
    length: 7,
    code: 'culprit-form',
    severity: 'error',
  })
})

function codesOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((d) => d.code)
}

function expectInside(
  text: string,
  { line, column, length }: Diagnostic['position'],
  excerpt: string | undefined,
): void {
  const lines = text.split('\n')
  const here = lines[line - 1]
  if (
    here === undefined ||
    column < 1 ||
    column > here.length + 1 ||
    length < 1 ||
    (length > 1 && column - 1 + length > here.length)
  )
    throw new Error(`${line}:${column}+${length} is outside ${JSON.stringify(here)}`)
  if (excerpt !== undefined && !here.startsWith(excerpt))
    throw new Error(`the excerpt ${JSON.stringify(excerpt)} is not line ${line}`)
}
