// `tracebook explain ID`: everything known about a check, metric, cause, runbook, source or probe, and how this host would answer.
import type { Command } from 'commander'
import { nearest } from '../../expr/nearest.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { explain, idsOf, type Explained } from '../explain/explain.ts'
import { pageOf } from '../explain/page.ts'
import { colorsOf, widthOf } from '../layout.ts'
import { fromOption, libraryOption } from '../options.ts'
import { catalogueOf, libraryFor, refuseMistakes } from '../setup.ts'
import { siteOf } from '../site.ts'
import { sourcesOf } from '../sources.ts'
import { outJson, outLines } from '../io.ts'

export const summary = 'why a check, metric, cause or runbook is as it is'

interface Options {
  readonly runbooks: readonly string[]
  readonly from?: string
  readonly json?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    fromOption(
      libraryOption(
        program.argument('<id>', 'of a check, metric, cause, runbook, source or probe; see: tracebook list'),
      ),
    )
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook explain cpu.run_queue     a check: why, thresholds with their reasons, what it needs here
  tracebook explain cpu.runnable      a metric: which source gives it on this host
  tracebook explain cpu.saturated     a cause: how it is proved and what to do
  tracebook explain sixty_seconds     a runbook: its steps
  tracebook explain wakeup_latency    a probe: what it attaches to, and who can answer`

async function action(id: string, options: Options): Promise<number> {
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  const catalogue = catalogueOf(library)
  const known = idsOf(library, catalogue, sourcesOf(library))
  if (!known.has(id))
    throw new Exit(EXIT.usage, `nothing is called ${JSON.stringify(id)}${suggestion(id, known)} (see: tracebook list)`)
  const found: readonly Explained[] = explain(id, library, catalogue, await siteOf(library, options.from))
  if (options.json) await outJson(Object.fromEntries(found.map(({ kind, ...rest }) => [kind, rest])))
  else await outLines(found.flatMap((one, i) => [...(i === 0 ? [] : ['']), ...pageOf(one, colorsOf(), widthOf())]))
  return EXIT.ok
}

/** The nearest by letters, else every id with such a word: `busy` and `runqueue` have no dots. */
function suggestion(id: string, known: ReadonlySet<string>): string {
  const near = nearest(id, known)
  if (near !== undefined) return `; did you mean ${near}?`
  const last = (one: string) => one.slice(one.lastIndexOf('.') + 1)
  const word = nearest(last(id), [...known].map(last))
  const found = [...known].filter((one) => last(one) === word || one.startsWith(`${id}.`))
  return found.length === 0 ? '' : `; did you mean ${found.slice(0, 6).join(', ')}?`
}
