// Overhead of each probe and back end that works here, on the two worst workloads there are: a process pair that does nothing but switch,
// and one that does nothing but enter the kernel. CPU seconds of the workload with the probe over without, in turn, medians.
// TRACEBOOK_OVERHEAD=FILE also writes the table of docs/reference/probe-overhead.md; PROBES=a,b only these.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { here, product } from './support.mjs'

const REPEATS = Number(process.env.REPEATS ?? 5)
const PIPE_LOOPS = 60_000
const CALLS = 3_000_000
/** Per loop of `sched pipe`: two switches and two wake-ups, four system calls. Per call of `syscall basic`: one enter and one exit. */
const WORKLOADS = [
  {
    name: 'sched pipe',
    argv: ['taskset', '-c', '0', 'perf', 'bench', 'sched', 'pipe', '-l', String(PIPE_LOOPS)],
    operations: PIPE_LOOPS,
  },
  {
    name: 'syscall',
    argv: ['taskset', '-c', '0', 'perf', 'bench', 'syscall', 'basic', '-l', String(CALLS)],
    operations: CALLS,
  },
]
const PROBE_SECONDS = 20
const ATTACHING_MS = 3200
/** Below, the noise is as large as the cost. */
const WORTH_PREDICTING = 1.2
const WORTH_NAMING = 1.1

export async function rows() {
  if (process.getuid?.() !== 0 || spawnSync('perf', ['--version']).status !== 0)
    return [{ what: 'overhead of probes', goal: '', value: 'needs root and perf' }]
  const wanted = process.env.PROBES?.split(',')
  const listed = JSON.parse(
    execFileSync(product[0], [product[1], 'list', 'probes', '--json'], { encoding: 'utf8' }),
  ).probes
  const found = []
  for (const { id } of listed.filter((one) => wanted === undefined || wanted.includes(one.id)))
    for (const by of backEndsOf(id)) {
      process.stderr.write(`  ${id} by ${by} …\n`)
      const of = []
      for (const workload of WORKLOADS) {
        const first = await overheadOf(id, by, workload)
        if (!first) break
        // A large cost that nothing foretold is mostly the noise of a shared machine: seen twice, it counts.
        const second = isSurprising(first) ? await overheadOf(id, by, workload) : undefined
        of.push(second && second.ratio < first.ratio ? second : first)
      }
      if (of.length < WORKLOADS.length) continue
      found.push({ id, by, rows: of })
      // After each row: whoever interrupts it keeps what was measured.
      if (process.env.TRACEBOOK_OVERHEAD) writeFileSync(process.env.TRACEBOOK_OVERHEAD, page(found))
      // These workloads have none of its events: by others it would be the same.
      if (of.every(({ ratio }) => ratio < WORTH_NAMING)) break
    }
  return found.flatMap(({ id, by, rows: of }) =>
    WORKLOADS.map(({ name }, i) => ({
      what: `${id} by ${by} on ${name}`,
      goal: '',
      value: cell(of[i]),
    })),
  )
}

/** Without those that nobody but a person may allow; none where a function must be named. */
function backEndsOf(id) {
  const { status, stdout } = spawnSync(product[0], [product[1], 'probe', id, '--print'], { encoding: 'utf8' })
  if (status !== 0) return []
  return stdout.split('\n').filter((line) => /^[a-z]/.test(line) && !/^(?:lttng|systemtap)/.test(line))
}

/** The workload runs all the time, before the probe and under it. Undefined: it does not work here. A ratio of one is what no probe shows as well: the noise. */
async function overheadOf(id, by, { argv, operations }) {
  const load = spawn('python3', [join(here, 'loop.py'), ...argv], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]()
  const sample = async () => {
    const [cpu, wall] = ((await lines.next()).value ?? '').split(' ').map(Number)
    return { cpu, wall }
  }
  const samples = async (probe) => {
    const taken = []
    while (taken.length < REPEATS) {
      if (probe?.done) break
      taken.push(await sample())
    }
    return taken
  }
  try {
    await sample()
    const without = await samples()
    const probe = start(id, by)
    const attached = performance.now() + ATTACHING_MS
    while (performance.now() < attached && !probe.done) await sample()
    await sample()
    const during = await samples(probe)
    const early = probe.done
    probe.child.kill('SIGINT')
    const { text } = await probe.ended
    const answer = answerOf(text)
    const reason = answer.why?.reason ?? ''
    if (/more than \S+ keeps up with/.test(reason)) return { refused: true }
    if (/stopped by the guard/.test(reason)) return { stopped: true }
    if (early) return undefined
    const [before, beside] = [without, during].map((taken) => median(taken.map(({ cpu }) => cpu)))
    return {
      ratio: beside / before,
      micros: ((beside - before) / operations) * 1e6,
      // A probe makes the workload slower, and so its events fewer: this and what is foretold are for the rate of events without it.
      share: (100 * (beside - before)) / median(without.map(({ wall }) => wall)),
      foretold: answer.tried?.[0]?.cost?.cpuShare ?? answer.cost?.cpuShare,
    }
  } finally {
    if (load.pid !== undefined) process.kill(-load.pid, 'SIGKILL')
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

function answerOf(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function start(id, by) {
  const argv = [
    product[1],
    'probe',
    id,
    '--by',
    by,
    '--seconds',
    `${PROBE_SECONDS}s`,
    '--max-overhead',
    'high',
    '--json',
  ]
  const child = spawn(product[0], argv, { stdio: ['ignore', 'pipe', 'ignore'] })
  const probe = { child, done: false }
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  probe.ended = new Promise((resolve) =>
    child.once('close', () => {
      probe.done = true
      resolve({ text })
    }),
  )
  return probe
}

function page(found) {
  const compared = found.flatMap(({ rows: of }) => of).filter(isWorthPredicting)
  const within = compared.filter(({ foretold, share }) => foretold <= 2 * share && share <= 2 * foretold)
  const micros = ({ micros: us }) => (us === undefined ? '' : `${Math.max(0, us).toFixed(2)} µs`)
  const both = (row) => (isWorthPredicting(row) ? `${percent(row.foretold)} / ${percent(row.share)}` : '')
  const lines = found.map(
    ({ id, by, rows: of }) =>
      `| ${id} | ${by} | ${of.map(cell).join(' | ')} | ${of.map(micros).join(' | ')} | ${of.map(both).join(' | ')} |`,
  )
  return `# Overhead of probes

Written by \`TRACEBOOK_OVERHEAD=FILE npm run bench overhead\`; do not edit. CPU time of the workload with the probe over without, medians of ${REPEATS},
on a shared machine (noise about ± 15 %). These are the two worst workloads: an ordinary one has a hundredth of their events.
The instrument is the one that answers on that host; the others are measured too where the first costs something here.
\`function_latency\` is about a function of one program, which these do not have: a call of it costs about 12 µs with its return.
\`stopped\`: the guard ended the probe, because the host spent more of its CPUs in the kernel than it may; \`refused\`: the pre-flight counts more events than the back end keeps up with.
Where a probe costs more than ${Math.round(100 * WORTH_PREDICTING - 100)} %, the last columns hold what its pre-flight foretold beside what was measured, in percent of a CPU at the rate of events without it:
${within.length} of ${compared.length} within a factor of two.

| probe | back end | on \`perf bench sched pipe\` | on \`perf bench syscall\` | added a loop (2 switches, 4 calls) | added a call | foretold / measured, pipe | foretold / measured, calls |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`
}

const isWorthPredicting = ({ ratio, foretold }) => ratio >= WORTH_PREDICTING && foretold !== undefined
const isSurprising = (row) => isWorthPredicting(row) && row.share > 2 * row.foretold
const cell = ({ ratio, stopped }) => (ratio === undefined ? (stopped ? 'stopped' : 'refused') : `${ratio.toFixed(2)} ×`)

function percent(share) {
  return `${share < 10 ? share.toPrecision(2) : Math.round(share)} %`
}
