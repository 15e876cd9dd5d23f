// `tracebook list [KIND]`: what there is: runbooks, checks, metrics, causes, sources.
import { probes } from '../../generated/probes.ts'
import type { Command } from 'commander'
import { nearest } from '../../expr/nearest.ts'
import type { Library } from '../../load/library.ts'
import { BASE } from '../../model/unit.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { colorsOf, rows } from '../layout.ts'
import { libraryOption } from '../options.ts'
import { catalogueOf, libraryFor, refuseMistakes } from '../setup.ts'
import { sourcesOf } from '../sources.ts'
import { outJson, outLines } from '../io.ts'

export const summary = 'what there is: runbooks, checks, metrics, causes, sources'

interface Options {
  readonly runbooks: readonly string[]
  readonly json?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    libraryOption(
      program.argument('[kind]', 'runbooks, checks, metrics, causes or sources (default: runbooks and checks)'),
    )
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLES),
  action: list,
}

const EXAMPLES = `
Examples
  tracebook list                      runbooks and checks, with their titles
  tracebook list metrics              everything a condition can read
  tracebook list probes               questions to the kernel, and the instruments that answer them
  tracebook list causes --json        the cause catalogue for a program
  tracebook list --runbooks ./ours    the team's own beside the built-in ones`

const KINDS = ['runbooks', 'checks', 'metrics', 'causes', 'sources', 'probes'] as const
type Kind = (typeof KINDS)[number]
/** First column is the id, last the title. */
type Entry = Readonly<Record<string, string | undefined>>

async function list(kind: string | undefined, options: Options): Promise<number> {
  const kinds: readonly Kind[] = kind === undefined ? ['runbooks', 'checks'] : [kindOf(kind)]
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  const found = Object.fromEntries(kinds.map((one) => [one, entriesOf(one, library)]))
  if (options.json) await outJson(found)
  else {
    const colors = colorsOf()
    const pages = kinds.map((one) => [
      ...(kinds.length > 1 ? [colors.bold(titled(one))] : []),
      ...lines(found[one] ?? [], colors.cyan, kinds.length > 1 ? '  ' : ''),
    ])
    await outLines(pages.flatMap((page, i) => (i === 0 ? page : ['', ...page])))
  }
  return EXIT.ok
}

function kindOf(text: string): Kind {
  const found = KINDS.find((kind) => kind === text || kind === `${text}s`)
  if (found) return found
  const near = nearest(text, KINDS)
  throw new Exit(
    EXIT.usage,
    `list: no kind ${JSON.stringify(text)}${near ? `; did you mean ${near}?` : ''} (${KINDS.join(', ')})`,
  )
}

function lines(entries: readonly Entry[], paint: (text: string) => string, indent: string): string[] {
  return rows(
    entries.map((entry) => Object.values(entry).map((cell) => cell ?? '-')),
    [paint],
    indent,
  )
}

function titled(kind: Kind): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
}

function entriesOf(kind: Kind, library: Library): Entry[] {
  const sorted = <T extends { readonly id: string }>(all: Iterable<T>): T[] =>
    [...all].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (kind === 'runbooks')
    return sorted(library.runbooks.values()).map(({ id, document }) => ({ id, title: document.runbook }))
  if (kind === 'checks')
    return sorted(library.checks.values()).map(({ id, document }) => ({ id, use: document.use, title: document.check }))
  if (kind === 'causes')
    return sorted(library.causes.values()).map(({ id, use, culprit, title }) => ({ id, use, culprit, title }))
  if (kind === 'probes')
    return sorted(probes).map(({ id, answers, backEnds, asks }) => ({
      id,
      answers,
      by: [...new Set(backEnds.map(({ instrument }) => instrument))].join(' '),
      title: asks,
    }))
  if (kind === 'sources')
    return sorted(sourcesOf(library)).map(({ id, tier, tool, asks }) => ({ id, tier, tool, title: asks }))
  return sorted(catalogueOf(library).values()).map((metric) => ({
    id: metric.id,
    kind: metric.kind,
    unit: BASE[metric.dimension] || 'count',
    per: metric.per,
    title: metric.help,
  }))
}
