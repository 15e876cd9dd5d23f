// One tool's output → its readings as JSON lines on standard output, by our parser. Bundled by parse.bench.mjs: node BUNDLE TOOL FILE [BYTES].
// A reading holds every sample, so a long file is taken as many looks: whole samples of together at most BYTES (default 256 KiB).
import { closeSync, openSync, readSync } from 'node:fs'
import { source as iostat } from '../src/tools/iostat/index.ts'
import { source as mpstat } from '../src/tools/mpstat/index.ts'
import { source as pidstat } from '../src/tools/pidstat/index.ts'
import { source as top } from '../src/tools/top/index.ts'
import { source as vmstat } from '../src/tools/vmstat/index.ts'

/** What a sample begins with. */
const SAMPLE = { vmstat: '\n', top: '\ntop - ', pidstat: '\n# Time', mpstat: '\n\n', iostat: '\n\n' }
/** What the parser wants before the samples of each look: vmstat's header comes once, top's first frame is left out. */
const begun = {
  vmstat: (text) => text.split('\n', 2).join('\n') + '\n',
  top: (text) => text.slice(0, text.indexOf(SAMPLE.top) + 1),
}

const [id, file, most = '262144'] = process.argv.slice(2)
const source = [iostat, mpstat, pidstat, top, vmstat].find((one) => one.id === id)
let header = ''
let first = true
for (const text of pieces(file, Number(most), SAMPLE[id])) {
  if (first) header = begun[id]?.(text) ?? ''
  // Only the first line of the first look is since boot: -y says there is none.
  const look = {
    id,
    source: id,
    tier: 'run',
    argv: first ? [id] : [id, '-y'],
    atMs: 0,
    elapsedMs: 5000,
    cpuMs: 0,
    outcome: 'ok',
    text: first ? text : header + text,
    bytes: text.length,
  }
  const reading = source.parse([look], { window: { intervalMs: 1000, count: 5 }, context: { interfaces: [] } })
  if ('unavailable' in reading) throw new Error(reading.reason)
  process.stdout.write(JSON.stringify(reading) + '\n')
  first = false
}

function* pieces(path, size, mark) {
  const descriptor = openSync(path)
  const buffer = Buffer.alloc(size)
  let rest = ''
  for (;;) {
    const read = readSync(descriptor, buffer, 0, size, null)
    // The tools' output is ASCII here; a name cut in two would matter only to it.
    const text = rest + buffer.latin1Slice(0, read)
    const end = read === 0 ? text.length : text.lastIndexOf(mark) + 1
    if (text.slice(0, end).trim() !== '') yield text.slice(0, end)
    rest = text.slice(end)
    if (read === 0) break
  }
  closeSync(descriptor)
}
