// A command + its arguments → its exit status. Parsing, option errors and help are commander's.
import { Command, CommanderError, Help, type Option } from 'commander'
import { EXIT, Exit } from './exit.ts'
import { err, out } from './io.ts'
import type { CliCommand } from './command.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: CliCommand }>
}

export async function invoke(entry: CommandEntry, argv: readonly string[]): Promise<number> {
  const { command } = await entry.load()
  let status: Promise<number> = Promise.resolve(EXIT.ok)
  let text = ''
  const program = new Command(`tracebook ${entry.name}`)
    .description(entry.summary)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ optionDescription })
    .configureOutput({
      writeOut: (t) => (text += t),
      writeErr: (t) => err(t.startsWith('error: ') ? `tracebook: ${t.slice(7)}` : t),
    })
    .action((...given) => {
      status = command.action(...(given as never[]))
    })
  command.configure(program)
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (text !== '') await out(text)
    if (error.exitCode === 0) return EXIT.ok
    err(`See: tracebook ${entry.name} --help\n`)
    throw new Exit(EXIT.usage, '')
  }
  return status
}

/** A default that is a list or a map is none to tell: nobody reads `[]`. */
function optionDescription(option: Option): string {
  return typeof option.defaultValue === 'object' ? option.description : new Help().optionDescription(option)
}
