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
      if (measured) found.push({ id, by, ...measured })
    }
  if (process.env.TRACEBOOK_OVERHEAD) writeFileSync(process.env.TRACEBOOK_OVERHEAD, page(found))
  return found.flatMap(({ id, by, ratios }) =>
    WORKLOADS.map(({ name }, i) => ({
      what: `${id} by ${by} on ${name}`,
      goal: '',
      value: `${ratios[i].toFixed(2)} ×`,
    })),
  )
}

function backEndsOf(id) {
  const text = execFileSync(product[0], [product[1], 'probe', id, '--print'], { encoding: 'utf8' })
  return text.split('\n').filter((line) => line !== '' && !line.startsWith(' '))
}

/** Undefined: it does not work here. A null control (no probe) shows the noise. */
async function overheadOf(id, by) {
  const ratios = []
  const added = []
  for (const { argv, operations } of WORKLOADS) {
    const [without] = cost(REPEATS, argv)
    const probe = spawn(
      product[0],
      [product[1], 'probe', id, '--by', by, '--seconds', `${PROBE_SECONDS}s`, '--max-overhead', 'high', '--json'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    let text = ''
    probe.stdout.on('data', (chunk) => (text += chunk))
    const ended = new Promise((done) => probe.once('close', done))
    await Promise.race([sleep(ATTACHING_MS), ended])
    if (probe.exitCode !== null) return undefined
    const [beside] = cost(REPEATS, argv)
    const late = probe.exitCode !== null
    probe.kill('SIGINT')
    await ended
    if (late) return undefined
    ratios.push(beside.cpu / without.cpu)
    added.push(((beside.cpu - without.cpu) / operations) * 1e6)
  }
  return { ratios, added }
}

function page(found) {
  const lines = found.map(
    ({ id, by, ratios, added }) =>
      `| ${id} | ${by} | ${ratios.map((ratio) => `${ratio.toFixed(2)} ×`).join(' | ')} | ${added.map((us) => `${Math.max(0, us).toFixed(2)} µs`).join(' | ')} |`,
  )
  return `# Overhead of probes

Written by \`TRACEBOOK_OVERHEAD=FILE npm run bench overhead\`; do not edit. CPU time of the workload with the probe over without, medians of ${REPEATS} in turn,
on a shared machine (noise about ± 10 %). These are the two worst workloads: an ordinary one has a hundredth of their events.

| probe | back end | on \`perf bench sched pipe\` | on \`perf bench syscall\` | added a loop (2 switches, 4 calls) | added a call |
|---|---|---|---|---|---|
${lines.join('\n')}
`
}
