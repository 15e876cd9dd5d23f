// Folding and drawing against Brendan Gregg's FlameGraph: 100 MB of `perf script`, 100,000 stacks, and from perf.data to SVG against
// `perf script` alone. Set FLAMEGRAPH to the folder of stackcollapse-perf.pl and flamegraph.pl. Needs perf and the right to record.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { atLeast, atMost, cost, here, mebibytes, times } from './support.mjs'

const REPEATS = 5
const STACKS = 100_000

export async function rows() {
  const perl = process.env.FLAMEGRAPH
  if (!perl || !existsSync(join(perl, 'stackcollapse-perf.pl')))
    return [
      { what: 'flame graphs', goal: '', value: 'not measured: FLAMEGRAPH names no folder with stackcollapse-perf.pl' },
    ]
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-bench-'))
  try {
    const ours = join(folder, 'ours.mjs')
    await build({
      entryPoints: [join(here, 'flame-ours.mjs')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: ours,
    })
    const data = recorded(folder)
    const script = execFileSync('perf', ['script', '-i', data], {
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return [...folding(folder, ours, perl, script), ...drawing(folder, perl), ...pipeline(ours, data)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Ten seconds of compiling, searching and piping; nothing of it is kept. */
function recorded(folder) {
  const data = join(folder, 'perf.data')
  const code = join(folder, 'x.c')
  writeFileSync(
    code,
    Array.from(
      { length: 6000 },
      (_, i) => `int f${i}(int a){int s=0;for(int i=0;i<a;i++)s+=i^${i};return s%7;}\n`,
    ).join(''),
  )
  const work =
    'timeout 10 sh -c \'while :; do gcc -O2 -c -o /dev/null "$1"; find /usr/share | sort | gzip > /dev/null; perf bench sched pipe -l 20000; done\' sh "$1"'
  execFileSync(
    'perf',
    ['record', '-q', '-F', '999', '-g', '-a', '-o', data, '--', 'sh', '-c', `${work}; true`, 'sh', code],
    {
      stdio: 'ignore',
    },
  )
  return data
}

function folding(folder, ours, perl, script) {
  const file = join(folder, 'script.txt')
  for (let size = 0; size < 1e8; size += script.length) appendFileSync(file, script)
  const mine = [process.execPath, ours, 'fold', file]
  const theirs = ['perl', join(perl, 'stackcollapse-perf.pl'), file]
  const [us, them] = cost(REPEATS, mine, theirs)
  return [
    { what: 'folded lines', goal: 'the same bytes', value: '', met: digest(mine) === digest(theirs) },
    atLeast('100 MB of `perf script` folded: less CPU than stackcollapse-perf.pl', 9, them.cpu / us.cpu, times),
    atMost('its peak RSS', 80 * 2 ** 20, us.rss, mebibytes),
  ].map((row) => (row.value === '' ? { ...row, value: row.met ? 'the same bytes' : 'other bytes' } : row))
}

function drawing(folder, perl) {
  const file = join(folder, 'stacks.folded')
  writeFileSync(file, manyStacks())
  const [us, them] = cost(
    REPEATS,
    [process.execPath, join(here, '../bin/tracebook.js'), 'flame', file, '--format', 'svg'],
    ['perl', join(perl, 'flamegraph.pl'), file],
  )
  return [
    atLeast('100,000 stacks drawn: less CPU than flamegraph.pl', 25, them.cpu / us.cpu, times),
    atLeast('100,000 stacks drawn: less memory than flamegraph.pl', 5, them.rss / us.rss, times),
  ]
}

function pipeline(ours, data) {
  const bare = ['sh', '-c', 'perf script -i "$1" > /dev/null', 'sh', data]
  const all = ['sh', '-c', 'perf script -i "$1" | exec "$2" "$3" svg - > /dev/null', 'sh', data, process.execPath, ours]
  const [script, whole] = cost(REPEATS, bare, all)
  return [atMost('from perf.data to SVG, CPU against `perf script` alone', 1.8, whole.cpu / script.cpu, times)]
}

/** A tree as wide as profiles of large programs are: 30 frames deep, names of 20 letters, most stacks sharing half of their frames. */
function manyStacks() {
  let state = 1
  const random = (below) => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % below
  const names = Array.from({ length: 5000 }, (_, i) => `namespace${i % 97}::function_${i}`)
  const lines = []
  let path = []
  while (lines.length < STACKS) {
    path = path.slice(0, random(24))
    while (path.length < 20 + random(16)) path.push(names[random(names.length)])
    lines.push(`app;main;${path.join(';')} ${1 + random(20)}\n`)
  }
  return lines.sort().join('')
}

function digest([command, ...argv]) {
  const text = execFileSync(command, argv, { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] })
  return createHash('sha256')
    .update(Buffer.from(text.toString('latin1').split('\n').sort().join('\n'), 'latin1'))
    .digest('hex')
}
