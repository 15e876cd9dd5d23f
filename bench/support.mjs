// What the benches share: the product's command, cost of commands, formatting.
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, '..')
export const product = [process.execPath, join(root, 'dist/tracebook.js')]

/** Runs the commands in turn; [{cpu, wall, rss, status}] in the order given. */
export function cost(repeats, ...commands) {
  const argv = [
    join(here, 'cost.py'),
    String(repeats),
    ...commands.flatMap((command, i) => (i === 0 ? command : ['--', ...command])),
  ]
  return JSON.parse(execFileSync('python3', argv, { encoding: 'utf8', maxBuffer: 1e7 }))
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
