// The import table of docs/architecture.md against the imports of the sources; file and function sizes; first lines.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve, dirname } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')
const sourcesBelow = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return name === 'fixtures' ? [] : sourcesBelow(path)
    return /\.(ts|js)$/.test(name) && !name.endsWith('.d.ts') ? [path] : []
  })
const files = sourcesBelow(src)
const doc = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
const rows = (heading: string) =>
  doc
    .slice(doc.indexOf(heading))
    .split('\n')
    .slice(2)
    .filter((line, i, all) => line.startsWith('|') && all.slice(0, i).every((l) => l.startsWith('|')))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
const cells = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
const table = new Map(rows('| folder | may import |').map(([folder, may]) => [folder!, cells(may)]))
const packages = new Map(
  rows('| package | enters through |').map(([name, where]) => [name!, cells(where).map((w) => w.replace('/', ''))]),
)
const folderOf = (path: string) => relative(src, path).split('/')[0]!

function imports(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [
    ...text.matchAll(
      /(?:^|[\s;])(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|^import\s+['"]([^'"]+)['"]/gm,
    ),
  ].map((m) => m[1] ?? m[2] ?? m[3] ?? '')
}

test('the table names every folder', () => {
  const folders = new Set(files.map(folderOf))
  expect([...folders].filter((folder) => !table.has(folder))).toEqual([])
})

test('folders import only what the table allows', () => {
  const wrong = files.flatMap((path) =>
    imports(path)
      .filter((name) => name.startsWith('.') && !name.endsWith('.schema.json'))
      .map((name) => folderOf(resolve(dirname(path), name)))
      .filter((to) => to !== folderOf(path) && !table.get(folderOf(path))?.includes(to))
      .map((to) => `${relative(root, path)} imports ${to}`),
  )
  expect(wrong).toEqual([])
})

test('packages enter through their modules only', () => {
  const wrong = files
    .filter((path) => folderOf(path) !== 'generated')
    .flatMap((path) =>
      imports(path)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map((name) => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0]!))
        .filter((name) => !packages.get(name)?.includes(folderOf(path)) && !/^(@types\/)?mdast$|^unist$/.test(name))
        .map((name) => `${relative(root, path)} imports ${name}`),
    )
  expect(wrong).toEqual([])
})

test('every module says in its first line what it is', () => {
  expect(
    files
      .filter((path) => !/^(#!.*\n)?\/[/*] ?\S/.test(readFileSync(path, 'utf8')) && !path.endsWith('validators.js'))
      .map((p) => relative(root, p)),
  ).toEqual([])
})

test('modules stay small: 300 lines at most, a median of 80', () => {
  const own = files.filter((path) => folderOf(path) !== 'generated')
  const lines = own.map((path) => [readFileSync(path, 'utf8').split('\n').length, relative(root, path)] as const)
  expect(lines.filter(([n]) => n > 301)).toEqual([])
  expect(lines.map(([n]) => n).sort((a, b) => a - b)[lines.length >> 1]).toBeLessThanOrEqual(80)
})

test('no path of a build machine and no registry host is in the project', () => {
  const tracked = [...files, ...sourcesBelow(join(root, 'test')), ...sourcesBelow(join(root, 'scripts'))]
  const bad = /\/w[o]rk\/|\/r[o]ot\/|registry\.npm[j]s\.org/
  expect(tracked.filter((path) => bad.test(readFileSync(path, 'utf8'))).map((p) => relative(root, p))).toEqual([])
})
