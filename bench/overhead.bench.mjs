// Overhead of each probe and back end that works here, on the two worst workloads there are: a process pair that does nothing but switch,
// and one that does nothing but enter the kernel. CPU seconds of the workload with the probe over without, in turn, medians.
// TRACEBOOK_OVERHEAD=FILE also writes the table of docs/reference/probe-overhead.md; PROBES=a,b only these.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { cost, product } from './support.mjs'

const REPEATS = Number(process.env.REPEATS ?? 3)
const PIPE_LOOPS = 20_000
const CALLS = 400_000
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
const PROBE_SECONDS = 9
const ATTACHING_MS = 4000
/** Below, the noise is as large as the cost. */
const WORTH_PREDICTING = 1.15

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
      const measured = await overheadOf(id, by)
      if (!measured) continue
      found.push({ id, by, ...measured })
      // After each row: whoever interrupts it keeps what was measured.
      if (process.env.TRACEBOOK_OVERHEAD) writeFileSync(process.env.TRACEBOOK_OVERHEAD, page(found))
    }
  return found.flatMap(({ id, by, rows: of }) =>
    WORKLOADS.map(({ name }, i) => ({
      what: `${id} by ${by} on ${name}`,
      goal: '',
      value: `${of[i].ratio.toFixed(2)} ×`,
    })),
  )
}

function backEndsOf(id) {
  const text = execFileSync(product[0], [product[1], 'probe', id, '--print'], { encoding: 'utf8' })
  return text.split('\n').filter((line) => line !== '' && !line.startsWith(' '))
}

/** Undefined: it does not work here. A ratio of one is what the null control (no probe) shows as well: the noise. */
async function overheadOf(id, by) {
  const argvs = WORKLOADS.map(({ argv }) => argv)
  const without = cost(REPEATS, ...argvs)
  const probe = start(id, by)
  await Promise.race([sleep(ATTACHING_MS), probe.ended])
  if (probe.child.exitCode !== null) return undefined
  const beside = cost(REPEATS, ...argvs)
  const late = probe.child.exitCode !== null
  probe.child.kill('SIGINT')
  await probe.ended
  if (late) return undefined
  const rows = []
  for (const [i, { operations, argv }] of WORKLOADS.entries()) {
    const added = beside[i].cpu - without[i].cpu
    const ratio = beside[i].cpu / without[i].cpu
    const counts = ratio >= WORTH_PREDICTING ? await predicted(id, by, argv) : undefined
    rows.push({
      ratio,
      micros: (added / operations) * 1e6,
      ...(counts === undefined ? {} : { predicted: counts, measured: (100 * added) / beside[i].wall }),
    })
  }
  return { rows }
}

function start(id, by, seconds = PROBE_SECONDS) {
  const argv = [product[1], 'probe', id, '--by', by, '--seconds', `${seconds}s`, '--max-overhead', 'high', '--json']
  const child = spawn(product[0], argv, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  return { child, ended: new Promise((done) => child.once('close', () => done(text))) }
}

/** What the pre-flight foretells while the workload runs: percent of a CPU. */
async function predicted(id, by, argv) {
  const load = spawn('sh', ['-c', 'while :; do "$@" >/dev/null; done', 'sh', ...argv], {
    detached: true,
    stdio: 'ignore',
  })
  try {
    return JSON.parse(await start(id, by, 1).ended).cost?.cpuShare
  } catch {
    return undefined
  } finally {
    if (load.pid !== undefined) process.kill(-load.pid, 'SIGKILL')
  }
}

function page(found) {
  const foretold = found.flatMap(({ rows: of }) => of.filter(({ predicted: share }) => share !== undefined))
  const within = foretold.filter(({ predicted: share, measured }) => share <= 2 * measured && measured <= 2 * share)
  const cell = ({ ratio }) => `${ratio.toFixed(2)} ×`
  const micros = ({ micros: us }) => `${Math.max(0, us).toFixed(2)} µs`
  const share = ({ predicted: of, measured }) => (of === undefined ? '' : `${percent(of)} / ${percent(measured)}`)
  const lines = found.map(
    ({ id, by, rows: of }) =>
      `| ${id} | ${by} | ${of.map(cell).join(' | ')} | ${of.map(micros).join(' | ')} | ${of.map(share).join(' | ')} |`,
  )
  return `# Overhead of probes

Written by \`TRACEBOOK_OVERHEAD=FILE npm run bench overhead\`; do not edit. CPU time of the workload with the probe over without, medians of ${REPEATS},
on a shared machine (noise about ± 10 %). These are the two worst workloads: an ordinary one has a hundredth of their events.
Where a probe costs more than ${Math.round(100 * WORTH_PREDICTING - 100)} %, the last columns hold what its pre-flight foretold beside what was measured, in percent of a CPU:
${within.length} of ${foretold.length} within a factor of two.

| probe | back end | on \`perf bench sched pipe\` | on \`perf bench syscall\` | added a loop (2 switches, 4 calls) | added a call | foretold / measured, pipe | foretold / measured, calls |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`
}

function percent(share) {
  return `${share < 10 ? share.toPrecision(2) : Math.round(share)} %`
}
