// Stacks → folded lines or a flame graph on standard output. Bundled by flame.bench.mjs: node BUNDLE fold|svg FILE; - is standard input.
import { openSync, readSync, writeSync } from 'node:fs'
import { foldPerfScript, toFolded, toSvg } from '../src/flame/index.ts'

const [what, file] = process.argv.slice(2)
const folder = foldPerfScript({ annotate: what !== 'fold' })
const input = file === '-' ? 0 : openSync(file)
const chunk = Buffer.alloc(1 << 16)
for (let count; (count = readSync(input, chunk)) > 0;) folder.push(chunk.subarray(0, count))
const stacks = folder.end()
const text = Buffer.from(what === 'fold' ? toFolded(stacks) : toSvg(stacks, { title: 'bench' }))
for (let at = 0; at < text.length;) at += writeSync(1, text, at)
