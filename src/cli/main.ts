// argv → one command, loaded alone; help and version without loading anything. Exit statuses of design §8.
import { commands } from '../generated/commands.ts'
import { nearest } from '../expr/nearest.ts'
import { EXIT, Exit } from './exit.ts'
import { err, out } from './io.ts'
import { VERSION } from '../run/version.ts'

export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    await out(help())
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  if (name === '--version' || name === '-V') {
    await out(`tracebook ${VERSION}\n`)
    return EXIT.ok
  }
  const wanted = name === 'help' ? (rest[0] ?? '') : name
  const found = commands.find((command) => command.name === wanted)
  if (!found) {
    const near = nearest(
      wanted,
      commands.map((command) => command.name),
    )
    err(
      `tracebook: no command ${JSON.stringify(wanted)}${near ? `; did you mean ${near}?` : ''}\nSee: tracebook --help\n`,
    )
    return EXIT.usage
  }
  try {
    const { invoke } = await import('./invoke.ts')
    return await invoke(found, name === 'help' ? ['--help'] : rest)
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    if (error.message !== '') err(`tracebook: ${error.message}\n`)
    return error.status
  }
}

export function help(): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  return `tracebook ${VERSION}: what is wrong with this Linux host, who is to blame, and what to do

Usage: tracebook COMMAND [ARGUMENTS] [OPTIONS]

Commands
${commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`).join('\n')}

Start here
  tracebook run                    follow the sixty-second checklist; on a terminal it asks before each step
  tracebook run --auto             the same without questions: a report in one measurement window
  tracebook check                  for cron: silent when well, one line and an exit status otherwise
  tracebook COMMAND --help         options and examples of a command

Exit status: 0 ok, 1 warning, 2 critical, 3 unknown or inconclusive, 64 usage, 65 bad YAML, 130 interrupted
`
}
