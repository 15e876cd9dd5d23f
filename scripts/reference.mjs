// Sources, checks, runbooks, causes, metrics and commands → docs/reference. With --check: says which pages differ and writes nothing.
import { build } from 'esbuild'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { causes, checks, commands, metrics, runbooks, tool, tools, useCells } from './reference-pages.mjs'
import { probe, probes } from './reference-probes.mjs'

const MEASURED = ['faults.md', 'peers.md', 'probe-overhead.md']

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, 'docs/reference')
const checkOnly = process.argv.includes('--check')

if (!existsSync(join(root, 'src/generated/sources.ts'))) await import('./generate.mjs')
const product = await loadProduct()
const pages = new Map(await makePages(product))
const stale = existing(out).filter((name) => !pages.has(name))
const different = [...pages]
  .filter(([name, text]) => !existsSync(join(out, name)) || readFileSync(join(out, name), 'utf8') !== text)
  .map(([name]) => name)

if (checkOnly) {
  for (const name of [...different, ...stale])
    process.stdout.write(`docs/reference/${name} is out of date: npm run docs\n`)
  process.exitCode = different.length + stale.length > 0 ? 1 : 0
} else {
  for (const name of different) {
    mkdirSync(dirname(join(out, name)), { recursive: true })
    writeFileSync(join(out, name), pages.get(name))
  }
  for (const name of stale) rmSync(join(out, name))
  process.stdout.write(`${pages.size} pages, ${different.length} written, ${stale.length} removed\n`)
}

/** The product's own modules, bundled from source: what is documented is what runs. */
async function loadProduct() {
  const folder = join(root, `node_modules/.cache/tracebook-reference-${process.pid}`)
  const contents = `
    export { sources } from './src/generated/sources.ts'
    export { probes } from './src/generated/probes.ts'
    export { metrics } from './src/generated/metrics.ts'
    export { commands } from './src/generated/commands.ts'
    export { loadBuiltin } from './src/load/library-loader.ts'
    export { compileRunbook } from './src/compile/flatten.ts'
    export { mermaid } from './src/compile/graph.ts'
    export { checkProgram } from './src/judge/program.ts'
    export { renderDiagnostics } from './src/load/render.ts'
    export { BASE, parseQuantity, formatQuantity } from './src/model/unit.ts'
    export { commandLine } from './src/model/observation.ts'
    export { isUnavailable } from './src/model/unavailable.ts'
    export { installCommand } from './src/measure/packages.ts'
    export { context } from './test/support/context.ts'
    export { Command } from 'commander'`
  try {
    await build({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      outdir: folder,
      entryNames: 'product',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      loader: { '.bt': 'text' },
      outExtension: { '.js': '.mjs' },
      // CommonJS parts of dependencies ask for Node's own modules by require.
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
      define: { TRACEBOOK_VERSION: '"reference"' },
      logLevel: 'error',
    })
    const product = await import(pathToFileURL(join(folder, 'product.mjs')).href)
    const library = await product.loadBuiltin(root, undefined)
    const errors = library.diagnostics.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new Error(`mistakes in the built-in files\n${product.renderDiagnostics(errors)}`)
    const loaded = await Promise.all(product.commands.map(async (entry) => ({ ...entry, ...(await entry.load()) })))
    return {
      ...product,
      library,
      cells: parse(readFileSync(join(root, 'cells.yaml'), 'utf8')),
      commands: loaded,
      catalogue: new Map(product.metrics.map((metric) => [metric.id, metric])),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function makePages(product) {
  const sorted = [...product.sources].sort((a, b) => a.id.localeCompare(b.id))
  return [
    ['README.md', index(product)],
    ['cli.md', commands(product)],
    ['checks.md', checks(product)],
    ['runbooks.md', runbooks(product)],
    ['metrics.md', metrics(product)],
    ['causes.md', causes(product)],
    ['use-cells.md', useCells(product)],
    ['tools/README.md', tools(product, sorted)],
    ...sorted.map((source) => [
      `tools/${source.id}.md`,
      tool(product, source, headerOf(source.id), fixturesOf(source.id)),
    ]),
    ['probes/README.md', probes(product)],
    ...product.probes.map((one) => [`probes/${one.id}.md`, probe(product, one, probeFixtures(one.id))]),
  ]
}

function index({ library, cells, metrics: all, sources, probes: questions, commands: every }) {
  const rows = [
    ['commands', 'cli.md', every.length],
    ['checks', 'checks.md', library.checks.size],
    ['runbooks', 'runbooks.md', library.runbooks.size],
    ['metrics', 'metrics.md', all.length],
    ['causes', 'causes.md', library.causes.size],
    ['cells of the USE method', 'use-cells.md', Object.keys(cells).length],
    ['tools and kernel files', 'tools/README.md', sources.length],
    ['questions to the kernel', 'probes/README.md', questions.length],
  ]
  return `# Reference\n\nMade by \`npm run docs\` from the program itself; do not edit.\n\n| | number |\n|---|---|\n${rows.map(([name, file, number]) => `| [${name}](${file}) | ${number} |`).join('\n')}\n`
}

/** The comment at the head of a source: what it reads, with three lines of it. */
function headerOf(id) {
  const lines = readFileSync(join(root, 'src/tools', id, 'index.ts'), 'utf8').split('\n')
  const end = lines.findIndex((line) => !line.startsWith('//'))
  return lines.slice(0, end).map((line) => line.replace(/^\/\/ ?/, ''))
}

/** `procps-4.0.2-idle.txt` → package and version of every recorded output the parser is tested with. */
function fixturesOf(id) {
  const folder = join(root, 'src/tools', id, 'fixtures')
  if (!existsSync(folder)) return []
  const found = readdirSync(folder).flatMap(
    (name) => /^([a-z][\w+]*(?:-[a-z][\w+]*)*-\d[\w.]*)-.*\.json$/.exec(name)?.[1] ?? [],
  )
  return [...new Set(found)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** `bpftrace-0.17.0-busy.txt` → back ends and versions of every recorded output. */
function probeFixtures(id) {
  const folder = join(root, 'src/probes', id, 'fixtures')
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).flatMap((name) => /^(.+)\.(?:txt|out)$/.exec(name)?.[1] ?? [])
  return [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** What was measured is written by who measured it (test/faults/run.mjs, bench/), not made from the program. */
function existing(folder) {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md') && !MEASURED.includes(name))
}
