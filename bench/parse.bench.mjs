// Reading the tools' output against jc: 10 MB of real output repeated, CPU of the whole process and its memory, flat up to 100 MB. Needs jc.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { atLeast, atMost, cost, here, mebibytes, root, times } from './support.mjs'

const MEGABYTE = 1e6
const fixture = (tool, name) => readFileSync(join(root, `src/tools/${tool}/fixtures/${name}.txt`), 'utf8')

/** Tool → what comes once, and what is repeated; how many times less CPU than jc is wanted; jc's name for it. */
const TOOLS = {
  vmstat: { goal: 4, text: fixture('vmstat', 'procps-3.3.16-write'), repeat: /^ *\d.*\n/gm },
  // Whole frames: jc makes objects of the processes, ours reads the line of task counts.
  top: { goal: 8, text: fixture('top', 'procps-3.3.16-busy'), repeat: /^top - [^]*/m },
  pidstat: { goal: 2.3, text: fixture('pidstat', 'sysstat-12.2.0-busy'), repeat: /^# Time[^]*/m },
  mpstat: { goal: 2.3, text: fixture('mpstat', 'sysstat-11.2.0-text'), repeat: /^\d[^]*?(?=Average)/m },
  iostat: { goal: 2.3, text: fixture('iostat', 'sysstat-12.2.0-text'), repeat: /^Device[^]*/m },
}

export async function rows() {
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-bench-'))
  try {
    const jc = version()
    if (jc === undefined) return [{ what: 'parsing against jc', goal: '', value: 'jc is not installed' }]
    const bundle = join(folder, 'ours.mjs')
    await build({
      entryPoints: [join(here, 'parse-ours.mjs')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
    })
    return Object.entries(TOOLS).flatMap(([tool, { goal, ...input }]) => {
      const [huge, large] = [100, 10].map((size) => made(join(folder, `${tool}-${size}`), input, size * MEGABYTE))
      // Where memory is plenty V8 lets garbage grow to 48 MiB before it looks: held small, what is kept shows.
      const ours = (file, ...bytes) => [process.execPath, '--max-semi-space-size=2', bundle, tool, file, ...bytes]
      const [theirs, ten, hundred] = cost(
        3,
        ['sh', '-c', `exec jc --${tool} < "$1"`, 'sh', large],
        ours(large),
        ours(huge),
      )
      // The most the host keeps of what one program prints, as one look.
      const cap = made(join(folder, `${tool}-cap`), input, 4 * MEGABYTE)
      const [whole] = cost(3, ours(cap, '8000000'))
      for (const { status } of [theirs, ten, hundred, whole])
        if (status !== 0) throw new Error(`${tool} ended with ${status}`)
      for (const file of [huge, large, cap]) rmSync(file)
      return [
        atLeast(`${tool}, 10 MB parsed: less CPU than ${jc}`, goal, theirs.cpu / ten.cpu, times),
        atLeast(`${tool}, 10 MB parsed: less memory than ${jc}`, 2, theirs.rss / ten.rss, times),
        atMost(`${tool}, 100 MB parsed: memory against 10 MB`, 1.2, hundred.rss / ten.rss, times),
        atMost(`${tool}, one look of 4 MB parsed: peak memory`, 100 * 2 ** 20, whole.rss, mebibytes),
      ]
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function made(file, { text, repeat }, bytes) {
  const block = [...text.matchAll(new RegExp(repeat, repeat.flags.includes('g') ? repeat.flags : `${repeat.flags}g`))]
    .map(([found]) => found)
    .join('')
  const head = text.slice(0, text.indexOf(block.slice(0, 40)))
  writeFileSync(file, head + block.repeat(Math.ceil((bytes - head.length) / block.length)))
  return file
}

function version() {
  try {
    return `jc ${/version:\s+(\S+)/.exec(execFileSync('jc', ['-v'], { encoding: 'utf8' }))?.[1] ?? ''}`
  } catch {
    return undefined
  }
}
