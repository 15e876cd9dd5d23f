// What the benches share: the product's command, cost of commands, formatting.
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, '..')
export const product = [process.execPath, join(root, 'dist/tracebook.js')]

/** Runs the commands in turn; [{cpu, wall, rss, status}] in the order given. */
export function cost(repeats, ...commands) {
  return costWithin([], repeats, ...commands)
}

/** The same below a program that makes the surroundings, such as a crowd of processes. */
export function costWithin(prefix, repeats, ...commands) {
  const [file, ...argv] = [
    ...prefix,
    'python3',
    join(here, 'cost.py'),
    String(repeats),
    ...commands.flatMap((command, i) => (i === 0 ? command : ['--', ...command])),
  ]
  return JSON.parse(execFileSync(file, argv, { encoding: 'utf8', maxBuffer: 1e7 }))
}

export const seconds = (value) => `${value.toFixed(3)} s`
export const times = (value) => `${value.toFixed(2)} ×`
export const mebibytes = (value) => `${Math.round(value / 2 ** 20)} MiB`
export const atMost = (what, limit, value, print) => ({
  what,
  goal: `≤ ${print(limit)}`,
  value: print(value),
  met: value <= limit,
})
export const atLeast = (what, limit, value, print) => ({
  what,
  goal: `≥ ${print(limit)}`,
  value: print(value),
  met: value >= limit,
})
