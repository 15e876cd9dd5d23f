// `tracebook graph RUNBOOK`: its state machine as Mermaid text or as the JSON configuration that XState takes.
import { Option, type Command } from 'commander'
import { compileRunbook } from '../../compile/flatten.ts'
import { mermaid } from '../../compile/graph.ts'
import { machineOf } from '../../compile/machine.ts'
import type { CliCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { out, outJson } from '../io.ts'
import { libraryOption } from '../options.ts'
import { catalogueOf, libraryFor, refuseMistakes, requireRunbook } from '../setup.ts'

export const summary = 'a runbook as a state machine: Mermaid or XState'

interface Options {
  readonly format: 'mermaid' | 'xstate'
  readonly runbooks: readonly string[]
}

export const command: CliCommand = {
  configure: (program: Command) =>
    libraryOption(program.argument('<runbook>', 'id of a runbook; see: tracebook list runbooks'))
      .addOption(
        new Option('--format <name>', 'mermaid: text that renders in Markdown; xstate: JSON for createMachine')
          .choices(['mermaid', 'xstate'])
          .default('mermaid'),
      )
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook graph cpu                      paste it into a Markdown file between mermaid fences
  tracebook graph cpu --format xstate      for the XState visualizer, or any program that takes its configuration`

async function action(id: string, options: Options): Promise<number> {
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  requireRunbook(library, id)
  const runbook = compileRunbook(id, library, catalogueOf(library))
  if (options.format === 'xstate') await outJson(machineOf(runbook))
  else await out(mermaid(runbook))
  return EXIT.ok
}
