// Test helper: the fixture files of a source → texts, options and the expected reading; readings compared and written.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from '../../src/model/context.ts'
import type { Reading, Source, Window } from '../../src/model/source.ts'
import { isUnavailable, type Unavailable } from '../../src/model/unavailable.ts'
import { context } from './context.ts'
import { observe, type LookOptions } from './looks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders = ['src/tools', 'src/probes']

interface Options {
  readonly looks?: readonly LookOptions[]
  readonly window?: Window
  readonly context?: Partial<Context>
  readonly reading?: Reading | Unavailable
}

export interface Fixture {
  /** `procps-4.0.2-idle` */
  readonly name: string
  readonly texts: readonly string[]
  readonly options: Options
  /** Path without `.json`. */
  readonly path: string
}

/** All fixtures of a source, by name. Every text belongs to one; a `.json` without a text is an error of its author. */
export function fixturesOf(source: Source): Fixture[] {
  const folder = folders.map((dir) => join(root, dir, source.id, 'fixtures')).find((dir) => existsSync(dir))
  if (!folder) return []
  const files = readdirSync(folder).toSorted()
  const names = new Set(files.flatMap((file) => /^(.+?)(?:\.\d+)?\.(?:txt|json)$/.exec(file)?.[1] ?? []))
  return [...names].map((name) => fixture(folder, files, name))
}

function fixture(folder: string, files: readonly string[], name: string): Fixture {
  const numbered = files
    .filter((file) => file.startsWith(`${name}.`) && /^\d+\.txt$/.test(file.slice(name.length + 1)))
    .toSorted((a, b) => Number(a.slice(name.length + 1, -4)) - Number(b.slice(name.length + 1, -4)))
  const texts = files.includes(`${name}.txt`) ? [`${name}.txt`] : numbered
  if (texts.length === 0) throw new Error(`${folder}/${name}.json has no text beside it`)
  const json = join(folder, `${name}.json`)
  const options: Options = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {}
  return {
    name,
    path: join(folder, name),
    texts: texts.map((file) => readFileSync(join(folder, file), 'utf8')),
    options,
  }
}

/** `procps-4.0.2-idle` → `procps 4.0.2`; undefined for a name without a version, such as `garbage`. */
export function versionOf(name: string): string | undefined {
  const match = /^(.+?)-(\d[^-]*)-/.exec(name)
  return match ? `${match[1]} ${match[2]}` : undefined
}

/** What the source reads in a fixture. */
export function readFixture(source: Source, { texts, options }: Fixture): Reading | Unavailable {
  const host = context(options.context)
  const window = options.window ?? { intervalMs: 1000, count: 5 }
  return source.parse(observe(source, texts, window, host, options.looks), { window, context: host })
}

export function writeExpected({ path, options }: Fixture, reading: Reading | Unavailable): void {
  writeFileSync(`${path}.json`, `${layout({ ...options, reading })}\n`)
}

/** Where two readings differ: `host.cpu.runnable[2]: 3 is not 4`. Numbers may differ by one part in a million. */
export function differences(actual: unknown, expected: unknown, path = 'reading'): string[] {
  if (typeof actual === 'number' && typeof expected === 'number') {
    const near = Math.abs(actual - expected) <= 1e-6 * Math.max(Math.abs(actual), Math.abs(expected))
    return near ? [] : [`${path}: ${actual} is not ${expected}`]
  }
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual) !== Array.isArray(expected)) {
    return Object.is(actual, expected) ? [] : [`${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`]
  }
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)])
  return [...keys].flatMap((key) =>
    differences(actual[key], expected[key], Array.isArray(actual) ? `${path}[${key}]` : `${path}.${key}`),
  )
}

/** All numbers of a reading with the metric they belong to. */
export function numbers(reading: Reading | Unavailable): { readonly metric: string; readonly value: number }[] {
  if (isUnavailable(reading)) return []
  const all = [reading.host ?? {}, ...(reading.instances ?? []).map((instance) => instance.values)]
  return all.flatMap((values) =>
    Object.entries(values).flatMap(([metric, value]) =>
      typeof value === 'string' ? [] : [value].flat().map((number) => ({ metric, value: number })),
    ),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** JSON with one metric per line: samples side by side are easier to read against the text. */
function layout(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /\[\s+((?:-?[\d.e+-]+,?\s*)+)\]/g,
    (_, list: string) => `[${list.trim().split(/,\s*/).join(', ')}]`,
  )
}
