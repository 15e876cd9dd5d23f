// The entry of the bundle: sets the engine up before anything compiles a regular expression, runs the command, sets the exit status.
import { setFlagsFromString } from 'node:v8'
import { main } from './main.ts'

// Hostile text meets our regular expressions: excessive backtracking falls back to V8's linear engine (safety.md T19).
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

process.exitCode = await main(process.argv.slice(2))
