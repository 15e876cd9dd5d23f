// One tool's output → its reading as JSON on standard output, by our parser. Bundled by parse.bench.mjs: node BUNDLE TOOL FILE.
import { readFileSync } from 'node:fs'
import { source as iostat } from '../src/tools/iostat/index.ts'
import { source as mpstat } from '../src/tools/mpstat/index.ts'
import { source as pidstat } from '../src/tools/pidstat/index.ts'
import { source as top } from '../src/tools/top/index.ts'
import { source as vmstat } from '../src/tools/vmstat/index.ts'

const [id, file] = process.argv.slice(2)
const source = [iostat, mpstat, pidstat, top, vmstat].find((one) => one.id === id)
const text = readFileSync(file, 'utf8')
const look = {
  id,
  source: id,
  tier: 'run',
  argv: [id],
  atMs: 0,
  elapsedMs: 5000,
  cpuMs: 0,
  outcome: 'ok',
  text,
  bytes: text.length,
}
const reading = source.parse([look], { window: { intervalMs: 1000, count: 5 }, context: { interfaces: [] } })
if ('unavailable' in reading) throw new Error(reading.reason)
process.stdout.write(JSON.stringify(reading))
