// README and docs/ → every YAML file in them lints and passes its tests, every command line parses, every link leads somewhere, the reference is up to date.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { commands } from '../src/generated/commands.ts'
import { runTests } from '../src/judge/inline-tests.ts'
import { lintFiles, loadLibrary } from '../src/load/library-loader.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import { renderDiagnostics } from '../src/load/render.ts'
import { builtinLibrary, root } from './support/library.ts'

interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly text: string
}

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const written = pages.filter((page) => !page.startsWith('docs/reference/'))
const textOf = (page: string) => readFileSync(join(root, page), 'utf8')
const blocks = pages.flatMap(blocksOf)

function blocksOf(page: string): Block[] {
  const found: Block[] = []
  for (const match of textOf(page).matchAll(/^( *)(`{3,}|~{3,})(\w*)[^\n]*\n([\s\S]*?)^ *\2 *$/gm)) {
    const [, indent = '', , language = '', body = ''] = match
    const line = textOf(page).slice(0, match.index).split('\n').length
    found.push({
      page,
      line,
      language,
      text: body
        .split('\n')
        .map((text) => text.slice(indent.length))
        .join('\n'),
    })
  }
  return found
}

const folders = mkdtempSync(join(tmpdir(), 'tracebook-docs-'))
afterAll(() => rmSync(folders, { recursive: true }))

describe('YAML', async () => {
  const yaml = blocks.filter(({ language, page }) => language === 'yaml' && written.includes(page))
  const named = yaml.flatMap((block) => {
    const path = /^# (\S*(?:(?:checks|runbooks)\/\S+|causes)\.yaml)/.exec(block.text)?.[1]
    return path === undefined ? [] : [{ ...block, path }]
  })
  // Files of one folder of pages belong together: a runbook of one page may name a check of another.
  const roots = new Map<string, string>()
  for (const { page, path, text } of named) {
    const team = /^(.*?)\/?(?:checks|runbooks|causes\.yaml)/.exec(path)?.[1] ?? ''
    const folder = join(folders, dirname(page), team)
    roots.set(folder, page)
    const file = join(folders, dirname(page), path)
    expect(existsSync(file), `${page} writes ${path} twice`).toBe(false)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const builtin = await builtinLibrary()

  test.each(yaml.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s is YAML, and says which file it is when it is one',
    (_, { text }) => {
      expect(parseDocument(text).errors).toEqual([])
      if (/^(check|runbook):/m.test(text)) expect(text).toMatch(/^# \S+\/(checks|runbooks)\/\S+\.yaml\n/)
    },
  )

  test('there are examples', () => expect(named.length).toBeGreaterThan(4))

  test.each([...roots.keys()].map((folder) => [relative(folders, folder), folder] as const))(
    'files of %s lint without a word',
    async (_, folder) => {
      expect(renderDiagnostics(await lintFiles([folder], builtin))).toBe('')
    },
  )

  test.each([...roots.keys()].map((folder) => [relative(folders, folder), folder] as const))(
    'checks of %s pass their tests',
    async (_, folder) => {
      const library = await loadLibrary(builtin, [folder])
      const catalogue = catalogueOf(library)
      const own = [...library.checks.values()].filter(({ id }) => !builtin.checks.has(id))
      const outcomes = own.flatMap((check) => runTests(check, catalogue))
      expect(outcomes.filter(({ passed }) => !passed)).toEqual([])
      if (named.some(({ path, page }) => path.includes('checks/') && folder.startsWith(join(folders, dirname(page)))))
        expect(outcomes.length).toBeGreaterThan(0)
    },
  )
})

/** A line among the examples of a help text → the example without what it is for. */
function exampleIn({ at, text }: { readonly at: string; readonly text: string }) {
  return /^ {2}(?:sudo |[*\d/ ]+ root )?tracebook /.test(text)
    ? [{ at, text: text.trim().split(/ {2,}/)[0] ?? '' }]
    : []
}

describe('command lines', () => {
  const shown = [
    ...blocks
      .filter(({ language }) => ['sh', 'crontab', 'text', ''].includes(language))
      .flatMap(({ page, line, text }) =>
        text
          .split('\n')
          .map((one, i) => ({ at: `${page}:${line + 1 + i}`, text: one }))
          .flatMap((one) => (written.includes(page) ? [one] : exampleIn(one))),
      ),
    ...written.flatMap((page) =>
      [
        ...textOf(page)
          .replace(/^ *(`{3,})[\s\S]*?^ *\1 *$/gm, '')
          .matchAll(/`(tracebook [^`]+)`/g),
      ].map((m) => ({ at: page, text: m[1] ?? '' })),
    ),
  ]
  const lines = shown.flatMap(({ at, text }) =>
    [...text.matchAll(/(?:^|[\s;&|(/])tracebook(?:\.js)?((?: [^\s|><;&#)]+)+)/g)].map(
      (m) => [at, (m[1] ?? '').trim()] as const,
    ),
  )

  test('there are some', () => expect(lines.length).toBeGreaterThan(20))

  test.each([...new Map(lines.map(([at, line]) => [line, at])).entries()])('tracebook %s (%s)', async (line, at) => {
    expect(await mistakeIn(line, !at.includes(':'))).toBe('')
  })

  /** What the program would say about it, without doing it. */
  async function mistakeIn(line: string, inline: boolean): Promise<string> {
    const [name = '', ...args] = line
      .split(/ +/)
      .filter((word) => word !== '…')
      .map((word) => word.replace(/^(['"])(.*)\1$/, '$2'))
    if (['--help', '--version', 'help', 'COMMAND'].includes(name)) return ''
    const entry = commands.find((command) => command.name === name)
    if (!entry) return `no command ${name}`
    // A command that is only mentioned, in a sentence.
    if (args.length === 0 && inline) return ''
    let said = ''
    const program = new Command(name)
      .exitOverride()
      .configureOutput({ writeOut: () => {}, writeErr: (text) => (said += text) })
    program.action(() => {})
    const { command } = await entry.load()
    command.configure(program)
    try {
      program.parse(args, { from: 'user' })
    } catch (error) {
      return args.includes('--help') ? '' : said || String(error)
    }
    return said
  }
})

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (page) => {
    const links = [
      ...textOf(page)
        .replace(/^ *(`{3,})[\s\S]*?^ *\1 *$/gm, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map((m) => m[1] ?? '')
    expect(links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))).toEqual([])
  })

  test('every decision is in the list', () => {
    const list = textOf('docs/adr/README.md')
    expect(
      readdirSync(join(root, 'docs/adr')).filter((name) => name !== 'README.md' && !list.includes(`(${name})`)),
    ).toEqual([])
  })
})

const anchors = new Map<string, ReadonlySet<string>>()

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), path)
  if (!existsSync(file)) return false
  if (anchor === undefined) return true
  const known = anchors.get(file) ?? new Set(anchorsOf(readFileSync(file, 'utf8')))
  anchors.set(file, known)
  return known.has(anchor)
}

/** Heading → the anchor GitHub makes of it. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map((m) =>
    (m[1] ?? '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('the changelog knows this version and tells of changed verdicts', () => {
  const version = /"version": "(.*)"/.exec(textOf('package.json'))?.[1] ?? ''
  expect(textOf('CHANGELOG.md')).toContain(`## [${version}]`)
  expect(textOf('CHANGELOG.md')).toContain('### Changed verdicts')
})

test('docs/reference is what `npm run docs` makes', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/reference.mjs'), '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(`${stdout}${stderr}`).toBe('')
  expect(status).toBe(0)
})
