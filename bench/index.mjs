// npm run bench [NAME…]: ratios measured in one run, medians of pairs in turn. Prints a Markdown table; asserts nothing.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const wanted = process.argv.slice(2)
const names = readdirSync(here)
  .filter((name) => name.endsWith('.bench.mjs'))
  .map((name) => name.replace('.bench.mjs', ''))
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are: ${names.join(', ')}`)
  process.exit(64)
}
console.log('| what | goal | measured | |\n|---|---|---|---|')
for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  process.stderr.write(`bench ${name} …\n`)
  const { rows } = await import(join(here, `${name}.bench.mjs`))
  for (const { what, goal, value, met } of await rows())
    console.log(`| ${what} | ${goal} | ${value} | ${met === undefined ? '' : met ? 'met' : '**missed**'} |`)
}
