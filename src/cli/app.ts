// What the bundle gives its launcher (`start`) and the build (`help`, `exportBuiltin`, `warm`).
import { EXIT } from './exit.ts'
import { err } from './io.ts'
import { help, main } from './main.ts'
import { exportBuiltin } from '../load/export-builtin.ts'
import { warm } from './warm.ts'

export { exportBuiltin, help, warm }

/** Runs a command and sets the exit status. */
export function start(argv: readonly string[]): void {
  main(argv).then(
    (status) => (process.exitCode = status),
    (error: unknown) => {
      // A fault of ours: one line for the operator, the stack for who asks for it.
      const fault = error instanceof Error ? error : new Error(String(error))
      err(
        `tracebook: a fault of its own: ${process.env['TRACEBOOK_DEBUG'] ? fault.stack : fault.message} (TRACEBOOK_DEBUG=1 shows where)\n`,
      )
      process.exitCode = EXIT.fault
    },
  )
}
