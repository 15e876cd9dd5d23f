// What a command is: one file src/cli/commands/<name>.ts exports `summary` and `command`; scripts/generate.mjs finds both.
import type { Command } from 'commander'

export interface CliCommand {
  /** Adds arguments, options, examples. `action` is called with what was given; it returns the exit status. */
  readonly configure: (program: Command) => void
  readonly action: (...given: readonly never[]) => Promise<number>
}
