// Instruments on this kernel: killed in the middle, stopped, past their deadline, too costly, refused. Each time nothing is left of ours, and all of the others'.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  closeSync,
  openSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cleanUp } from '../../src/cli/doctor/clean.ts'
import { findTracefs } from '../../src/host/ftrace-files.ts'
import type { Task } from '../../src/host/host.ts'
import { isAlive, ledgerFiles, readLedger } from '../../src/host/ledger.ts'
import { localHost } from '../../src/host/local.ts'
import { sweep } from '../../src/host/sweep.ts'
import { programs } from '../../src/host/which.ts'
import type { Act, FtraceAct, RunAct } from '../../src/model/probe.ts'
import type { Observation } from '../../src/model/observation.ts'

const tracefs = findTracefs()
const able = process.getuid?.() === 0 && typeof tracefs === 'string'
const at = (path: string) => join(typeof tracefs === 'string' ? tracefs : '/nowhere', path)
const have = (tool: string) => existsSync(`/usr/bin/${tool}`)
const never = new AbortController().signal
const home = mkdtempSync(join(tmpdir(), 'tracebook-live-'))
const bundle = join(home, 'child.mjs')
const children: ChildProcess[] = []
const which = programs(['/usr/bin', '/usr/sbin'], true)

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, '../support/instrument-child.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  spawnSync('chmod', ['755', home])
})
afterAll(() => rmSync(home, { recursive: true, force: true }))
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await sweep(which)
})

const task = (...acts: readonly Act[]): Task => ({ source: 'test/live', acts, guard: { cpuShare: 3, systemShare: 1 } })
const recording: FtraceAct = {
  kind: 'ftrace',
  lastsMs: 20_000,
  bufferKb: 512,
  write: [
    ['events/sched/sched_switch/filter', 'next_pid != 0'],
    ['events/sched/sched_switch/enable', '1'],
  ],
  read: ['trace', 'per_cpu/cpu*/stats'],
}
const run = (argv: RunAct['argv'], more: Partial<RunAct> = {}): RunAct => ({
  kind: 'run',
  argv,
  lastsMs: 20_000,
  tracing: true,
  ...more,
})
const entry = () =>
  /Entry point address:\s+(0x\w+)/.exec(spawnSync('readelf', ['-h', '/usr/bin/true']).stdout.toString())?.[1]

/** What is of ours in the kernel and on disk; another living run of somebody on this host does not count. */
function ours() {
  const pids = new Set([process.pid, ...children.map(({ pid }) => pid)])
  const others = ledgerFiles().flatMap((path) => {
    const owner = readLedger(path)?.owner
    return owner && isAlive(owner) && !pids.has(owner.pid) ? [owner.token] : []
  })
  const isOurs = (text: string) => others.every((token) => !text.includes(token))
  const marked = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1')
      return environment.includes('TRACEBOOK_RUN=') && isOurs(environment)
    } catch {
      return false
    }
  })
  return {
    instances: readdirSync(at('instances')).filter((name) => /^tracebook-[0-9a-f]{16}/.test(name) && isOurs(name)),
    definitions: readFileSync(at('uprobe_events'), 'latin1')
      .split('\n')
      .filter((line) => /\btb_[0-9a-f]{16}_/.test(line) && isOurs(line)),
    processes: marked,
    files: existsSync('/run/tracebook')
      ? readdirSync('/run/tracebook').filter((name) => name !== 'known.json' && isOurs(name))
      : [],
  }
}
const NOTHING = { instances: [], definitions: [], processes: [], files: [] }

/** Another run of tracebook, in the middle of a task. */
async function begun(what: Task, is: () => boolean, ...more: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [bundle, JSON.stringify(what), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await expect.poll(is, { timeout: 15_000, interval: 50 }).toBe(true)
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
}

const recordingNow = () => {
  const [name] = ours().instances
  return name !== undefined && readFileSync(at(`instances/${name}/tracing_on`), 'latin1').trim() === '1'
}
const runs = (comm: string) => () =>
  ours().processes.some((pid) => readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === comm)

describe.runIf(able)('a run that is killed in the middle', () => {
  // Somebody else traces beside us: names like ours, one event enabled, one probe, one process.
  const foreign = at('instances/tracebook-of-somebody')
  let neighbour: ChildProcess | undefined
  const dismiss = () => {
    if (existsSync(foreign)) rmdirSync(foreign)
    if (readFileSync(at('uprobe_events'), 'latin1').includes('tbforeign/tb_true'))
      writeFileSync(at('uprobe_events'), '-:tbforeign/tb_true\n', { flag: 'a' })
  }
  beforeEach(() => {
    // What these tests leave when they are killed themselves would fail the next run of them.
    dismiss()
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'events/sched/sched_switch/enable'), '1')
    writeFileSync(at('uprobe_events'), `p:tbforeign/tb_true /usr/bin/true:${entry()}\n`, { flag: 'a' })
    neighbour = spawn('sleep', ['100'], { env: { TRACEBOOK: 'x' }, stdio: 'ignore' })
  })
  afterEach(() => {
    expect(readFileSync(join(foreign, 'events/sched/sched_switch/enable'), 'latin1').trim()).toBe('1')
    expect(readFileSync(join(foreign, 'tracing_on'), 'latin1').trim()).toBe('1')
    expect(readFileSync(at('uprobe_events'), 'latin1')).toContain('tbforeign/tb_true')
    expect(neighbour?.exitCode).toBeNull()
    expect(neighbour?.signalCode).toBeNull()
    neighbour?.kill('SIGKILL')
    dismiss()
  })

  test('Ftrace: the kernel stops recording at once, the next start removes the rest', async () => {
    const child = await begun(task(recording), recordingNow)
    child.kill('SIGKILL')
    await ended(child)
    const left = ours()
    expect(left.instances).toHaveLength(1)
    expect(left.files).toHaveLength(1)
    const instance = at(`instances/${left.instances[0]}`)
    expect(readFileSync(join(instance, 'tracing_on'), 'latin1').trim()).toBe('0')
    expect(Number.parseInt(readFileSync(join(instance, 'buffer_size_kb'), 'latin1'), 10)).toBeLessThan(64)
    await localHost().look([], { intervalMs: 1, count: 0 }, never)
    expect(ours()).toEqual(NOTHING)
  })

  test.runIf(entry() !== undefined)('Ftrace with a probe of its own, enabled', async () => {
    const act: FtraceAct = {
      ...recording,
      define: [{ file: 'uprobe_events', line: `p:{id}/x /usr/bin/true:${entry()}`, name: '{id}/x' }],
      write: [
        ['events/{id}/enable', '1'],
        ['events/sched/sched_switch/trigger', 'stacktrace if next_pid == 1'],
      ],
    }
    const child = await begun(task(act), recordingNow)
    child.kill('SIGKILL')
    await ended(child)
    expect(ours().definitions).toHaveLength(1)
    const { lines, all } = await cleanUp()
    expect(all).toBe(true)
    expect(lines.map((line) => line.replace(/[0-9a-f]{16}/, 'RUN')).slice(0, 2)).toEqual([
      'removed: trace instance tracebook-RUN-1',
      'removed: user probe tb_RUN_1/x',
    ])
    expect(ours()).toEqual(NOTHING)
    expect((await cleanUp()).lines.join('\n')).toMatch(/Nothing was left behind|of a living run/)
  })

  test.runIf(have('perf'))('perf record', async () => {
    const argv = ['perf', 'record', '-q', '-a', '-F', '99', '-o', '{scratch}/perf.data', '--', 'sleep', '60'] as const
    const child = await begun(task(run([...argv])), runs('sleep'))
    child.kill('SIGKILL')
    await ended(child)
    const left = ours()
    expect(left.processes.length).toBeGreaterThanOrEqual(2)
    expect(left.files.map((name) => name.slice(16)).sort()).toEqual(['.jsonl', '.scratch'])
    await localHost().look([], { intervalMs: 1, count: 0 }, never)
    expect(ours()).toEqual(NOTHING)
  })

  test.runIf(have('bpftrace'))('bpftrace', async () => {
    const input = 'tracepoint:sched:sched_switch { @ = count(); } interval:s:60 { exit(); }'
    const child = await begun(task(run(['bpftrace', '-q', '-'], { input })), runs('bpftrace'))
    child.kill('SIGKILL')
    await ended(child)
    expect(ours().processes).toHaveLength(1)
    // The next probe, without a look before it.
    await localHost().instrument(task(run(['true'], { tracing: false })), never)
    expect(ours()).toEqual(NOTHING)
  })

  test.runIf(have('perf') && have('bpftrace') && entry() !== undefined)('at any moment', async () => {
    const define = [{ file: 'uprobe_events', line: `p:{id}/x /usr/bin/true:${entry()}`, name: '{id}/x' }] as const
    const traced: FtraceAct = { ...recording, lastsMs: 100, define }
    const counted = run(['bpftrace', '-q', '-'], { input: 'interval:ms:100 { exit(); }' })
    const sampled = run(['perf', 'record', '-q', '-a', '-o', '{scratch}/perf.data', '--', 'sleep', '0.1'])
    const printed = run(['perf', 'script', '-i', '{scratch}/perf.data'], { tracing: false })
    const row = JSON.stringify(task(traced, counted, traced, sampled, printed))
    // It takes some two seconds; the first 600 ms are Node and the look at the host before.
    for (let kill = 0; kill < 8; kill++) {
      const child = spawn(process.execPath, [bundle, row], { stdio: 'ignore' })
      children.push(child)
      await sleep(550 + kill * 190)
      child.kill('SIGKILL')
      await ended(child)
      await sweep(which)
      expect(ours()).toEqual(NOTHING)
    }
  })

  test('a run that lives is not touched', async () => {
    await begun(task(recording), recordingNow)
    expect(await sweep(which)).toEqual([])
    expect((await cleanUp()).lines).toEqual([expect.stringMatching(/^\d+ more ledgers? (is|are) of a living run/)])
    expect(recordingNow()).toBe(true)
  })

  test('a run that ends itself takes its instance with it', async () => {
    const child = await begun(task(recording), recordingNow, '1500')
    await ended(child)
    expect(child.exitCode).toBe(7)
    expect(ours().instances).toEqual([])
    await sweep(which)
    expect(ours()).toEqual(NOTHING)
  })

  test('what is busy is told, and goes as soon as it can', async () => {
    const child = await begun(task(recording), recordingNow)
    const [name] = ours().instances
    const reader = openSync(at(`instances/${name}/trace_pipe`), 'r')
    try {
      child.kill('SIGKILL')
      await ended(child)
      const { lines, all } = await cleanUp()
      expect(all).toBe(false)
      expect(lines[0]).toBe(`still there: trace instance ${name}: EBUSY`)
      expect(ours().files).toHaveLength(1)
    } finally {
      closeSync(reader)
    }
    expect((await cleanUp()).all).toBe(true)
    expect(ours()).toEqual(NOTHING)
  })
})

describe.runIf(able)('an instance', () => {
  const short = { ...recording, lastsMs: 500 }
  test('records, is read below frames, and goes', async () => {
    const host = localHost()
    const [look] = await host.instrument(task({ ...short, write: [['events/sched/sched_switch/enable', '1']] }), never)
    expect(look).toMatchObject({
      outcome: 'ok',
      tier: 'trace',
      paths: expect.arrayContaining([expect.stringContaining('{id}/trace')]),
    })
    expect(look!.text).toMatch(/^==> trace <==\n# tracer: nop\n/)
    expect(look!.text).toMatch(/sched_switch: prev_comm=/)
    expect(look!.text).toMatch(/^==> per_cpu\/cpu0\/stats <==\nentries: \d+\n/m)
    expect(look!.elapsedMs).toBeLessThan(1500)
    expect(ours()).toEqual(NOTHING)
  })

  test('a stop ends it within a second', async () => {
    const stop = new AbortController()
    const host = localHost()
    await host.look([], { intervalMs: 1, count: 0 }, never)
    setTimeout(() => stop.abort(), 400)
    const began = performance.now()
    const looks = await host.instrument(task(recording, run(['true'])), stop.signal)
    expect(performance.now() - began).toBeLessThan(1500)
    expect(looks.map((look) => look.outcome)).toEqual(['interrupted'])
    expect(ours()).toEqual(NOTHING)
  })

  test('what the kernel refuses is told in its words', async () => {
    const bad: FtraceAct = { ...short, write: [['events/sched/sched_switch/filter', 'nonsense == 1']] }
    const [filter] = await localHost().instrument(task(bad, run(['true'])), never)
    expect(filter!.outcome).toBe('failed')
    expect(filter!.stderr).toContain("'nonsense == 1' > events/sched/sched_switch/filter: EINVAL")
    const define = [{ file: 'uprobe_events', line: 'p:{id}/x /no/such/file:0x0', name: '{id}/x' }] as const
    const [probe] = await localHost().instrument(task({ ...short, define }), never)
    expect(probe!.outcome).toBe('missing')
    expect(probe!.stderr).toMatch(/> uprobe_events: ENOENT\n\[.*trace_uprobe: error/)
    const [absent] = await localHost().instrument(task({ ...short, write: [['events/no/such/enable', '1']] }), never)
    expect(absent).toMatchObject({
      outcome: 'missing',
      stderr: expect.stringContaining('events/no/such/enable: ENOENT'),
    })
    expect(ours()).toEqual(NOTHING)
  })

  test.each<[string, Partial<FtraceAct>]>([
    ['a file above it', { write: [['../../tracing_on', '0']] }],
    ['the switch that frees its buffers', { write: [['free_buffer', '0']] }],
    ['a name another could have', { define: [{ file: 'uprobe_events', line: 'p:x/x /usr/bin/true:0', name: 'x/x' }] }],
  ])('%s is refused before anything is made', async (_, more) => {
    const [look] = await localHost().instrument(task({ ...short, ...more }), never)
    expect(look!.outcome).toBe('failed')
    expect(look!.stderr).toMatch(/is not/)
  })

  test('what would be consumed is not read', async () => {
    const [look] = await localHost().instrument(task({ ...short, read: ['trace_pipe'] }), never)
    expect(look).toMatchObject({ outcome: 'failed', text: '==> trace_pipe <== REFUSED\n' })
  })
})

describe.runIf(able)('the guard', () => {
  test('stops a program that takes more CPU than it may, with figures', async () => {
    const busy = run(['awk', 'BEGIN{for(;;);}'])
    const [look] = await localHost().instrument({ ...task(busy), guard: { cpuShare: 0.1, systemShare: 1 } }, never)
    expect(look!.outcome).toBe('guarded')
    expect(look!.stderr).toMatch(
      /^stopped by the guard after \d\.\d s: it took \d+ % of a CPU for a second; 10 % is allowed\n/,
    )
    expect(look!.elapsedMs).toBeLessThan(6000)
    expect(ours()).toEqual(NOTHING)
  })

  test('stops what writes more than it may', async () => {
    const act = run(['bash', '-c', 'truncate -s 300M {scratch}/perf.data; sleep 20'])
    const [look] = await localHost().instrument(task(act), never)
    expect(look!.outcome).toBe('guarded')
    expect(look!.stderr).toMatch(/^stopped by the guard after \d\.\d s: it wrote 300 MiB; \d+(\.\d)? MiB are allowed\n/)
    expect(ours()).toEqual(NOTHING)
  })

  test('lets it compile first', async () => {
    const act = run(['bash', '-c', 'timeout 1.4 awk "BEGIN{for(;;);}"; sleep 1.5'])
    const [look] = await localHost().instrument({ ...task(act), guard: { cpuShare: 0.1, systemShare: 1 } }, never)
    expect(look).toMatchObject({ outcome: 'ok' })
  })

  test('lets one that only prints take what it needs', async () => {
    const busy = run(['timeout', '3.5', 'awk', 'BEGIN{for(;;);}'], { tracing: false, accept: [124] })
    const [look] = await localHost().instrument({ ...task(busy), guard: { cpuShare: 0.1, systemShare: 1 } }, never)
    expect(look!.outcome).toBe('ok')
  })

  test('stops what makes the kernel work, by the share of the whole host', async () => {
    const host = localHost()
    await host.look([], { intervalMs: 1000, count: 1 }, never)
    const load = run(['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64'])
    const [look] = await host.instrument({ ...task(load), guard: { cpuShare: 9, systemShare: 0.05 } }, never)
    expect(look!.outcome).toBe('guarded')
    expect(look!.stderr).toMatch(
      /the host spent \d+ % of its CPUs in the kernel for \d s, \d+ % before; \d+ % is allowed\n/,
    )
  })
})

describe.runIf(process.getuid?.() === 0)('where tracing is not to be had', () => {
  const observed = (prefix: readonly string[], what: Task): Observation[] => {
    const command = [...prefix, process.execPath, bundle, JSON.stringify(what)]
    const { stdout } = spawnSync(command[0] ?? '', command.slice(1), {
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
      cwd: '/',
    })
    return JSON.parse(stdout) as Observation[]
  }
  const nobody = [
    'setpriv',
    '--reuid',
    '65534',
    '--regid',
    '65534',
    '--clear-groups',
    '--bounding-set=-all',
    '--inh-caps=-all',
  ]

  test.runIf(able)('another user is denied it, and may still run programs', () => {
    const [look, ...more] = observed(nobody, task(recording, run(['true'])))
    expect(look).toMatchObject({
      outcome: 'denied',
      text: '',
      stderr: expect.stringMatching(/may not be entered: EACCES/),
    })
    expect(more).toEqual([])
    const [program] = observed(nobody, task(run(['id', '-u'])))
    expect(program).toMatchObject({ outcome: 'ok', text: '65534\n' })
    rmSync(join(tmpdir(), 'tracebook-65534'), { recursive: true, force: true })
  })

  test.runIf(able)('without tracefs it is missing, and nothing is mounted', () => {
    // debugfs mounts one of its own as soon as somebody looks at its folder `tracing`.
    const without = [
      'unshare',
      '-m',
      'sh',
      '-c',
      `awk '$3 ~ /^(trace|debug)fs$/ { print $2 }' /proc/self/mounts | xargs -r -n 1 umount -l; "$@"; grep -c ' tracefs ' /proc/self/mounts >&2`,
      'sh',
    ]
    const [look] = observed(without, task(recording))
    expect(look).toMatchObject({ outcome: 'missing', stderr: expect.stringContaining('tracefs is not mounted') })
    expect(ours()).toEqual(NOTHING)
  })

  test('a ledger of another boot, or one that lies, removes no more than its own files', async () => {
    const token = 'fedcba9876543210'
    const path = `/run/tracebook/${token}.jsonl`
    const header = { tracebook: 1, token, pid: 2 ** 22, started: 1, since: 1, pids: 'pid:[1]', boot: 'another boot' }
    const scratch = `/run/tracebook/${token}.scratch`
    mkdirSync(scratch, { mode: 0o700, recursive: true })
    const lines = [header, { kind: 'instance', name: 'theirs' }, { kind: 'scratch', name: scratch }]
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 })
    expect(ledgerFiles()).toContain(path)
    expect(readLedger(path)).toBeDefined()
    const swept = await sweep(which)
    expect(swept).toMatchObject([{ removed: [{ kind: 'scratch' }], left: [], processes: 0 }])
    expect(existsSync(path) || existsSync(scratch)).toBe(false)
  })
})
