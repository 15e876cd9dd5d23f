// The entry of the bundle: sets the engine up before anything compiles a regular expression, runs the command, sets the exit status.
import { setFlagsFromString } from 'node:v8'
import { EXIT } from './exit.ts'
import { err } from './io.ts'
import { main } from './main.ts'

// Hostile text meets our regular expressions: excessive backtracking falls back to V8's linear engine (safety.md T19).
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  // A fault of ours: one line for the operator, the stack for who asks for it.
  const fault = error instanceof Error ? error : new Error(String(error))
  err(`tracebook: a fault of its own: ${process.env['TRACEBOOK_DEBUG'] ? fault.stack : fault.message} (TRACEBOOK_DEBUG=1 shows where)\n`)
  process.exitCode = EXIT.fault
}
