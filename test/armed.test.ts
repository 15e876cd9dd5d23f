// Questions that wait for something: what back ends do for a ring, what is read out of it, and how a row ends when its trigger comes, does not, or fails.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { watching } from '../src/escalate/armed.ts'
import { commandOf } from '../src/escalate/command.ts'
import { probes } from '../src/generated/probes.ts'
import { sources } from '../src/generated/sources.ts'
import { report as valid } from '../src/generated/validators.js'
import { localHost } from '../src/host/local.ts'
import type { Task } from '../src/host/host.ts'
import { recordedHost } from '../src/host/recorded.ts'
import { runFolders } from '../src/host/run-folder.ts'
import { ftraceLog, overruns } from '../src/instruments/ftrace-log.ts'
import { lttng } from '../src/instruments/lttng.ts'
import type { Pairs } from '../src/instruments/question.ts'
import { answering } from '../src/instruments/reading.ts'
import { loadLibrary } from '../src/load/library-loader.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import type { Observation } from '../src/model/observation.ts'
import type { Act, Plan, RunAct } from '../src/model/probe.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { parseQuantity } from '../src/model/unit.ts'
import { format as json } from '../src/report/json.ts'
import { format as markdown } from '../src/report/markdown.ts'
import { silentGuide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { progressLine } from '../src/ui/progress.ts'
import { context } from './support/context.ts'
import { builtinLibrary } from './support/library.ts'
import { bin, root } from './support/product.ts'

const plan: Plan = { seconds: 600, armed: true, cpus: 2, context: context({}) }
const able = probes.flatMap((probe) =>
  probe.backEnds.filter(({ ring }) => ring !== undefined).map((one) => [`${probe.id}/${one.id}`, probe, one] as const),
)

describe('back ends that can wait', () => {
  test('are those that log events into rings of the kernel', () => {
    expect(new Set(able.map(([, , { instrument }]) => instrument))).toEqual(new Set(['ftrace', 'lttng']))
    expect(able.length).toBeGreaterThan(40)
  })

  test.each(able)('%s: one act lasts until the trigger, and by hand it is whole', (_, probe, backEnd) => {
    const acts = backEnd.acts(plan, backEnd.tools?.[0] ?? '')
    expect(acts.filter(({ armed }) => armed).map(({ lastsMs }) => lastsMs)).toEqual([600_000])
    expect(backEnd.acts({ ...plan, armed: undefined } as never, '').some(({ armed }) => armed)).toBe(false)
    const command = commandOf(acts, probe, backEnd)
    expect(command).not.toMatch(/\{(?:id|scratch)\}/)
    expect(command).toMatch(backEnd.instrument === 'lttng' ? /snapshot record/ : /options\/overwrite/)
  })

  test.each([1, 2, 64, 512])('rings of %i CPUs are bounded', (cpus) => {
    const backEnd = lttng({ question, read })
    const args = backEnd.acts({ ...plan, cpus }, 'lttng').flatMap((act) => (act.kind === 'run' ? act.argv : []))
    const size = Number(/=(\d+)/.exec(args.find((arg) => arg.startsWith('--subbuf-size')) ?? '')?.[1])
    expect(Math.log2(size) % 1).toBe(0)
    expect(size).toBeGreaterThanOrEqual(4096)
    expect(size * 4 * Math.min(cpus, 384)).toBeLessThanOrEqual(6144 * 1024)
    const [act] = ftraceLog({ question, read }).acts({ ...plan, cpus }, '')
    expect(act?.kind === 'ftrace' && act.bufferKb * Math.min(cpus, 384)).toBeLessThanOrEqual(6144)
  })
})

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'sched:sched_wakeup', key: ['pid'] }],
  end: [{ event: 'sched:sched_switch', key: ['next_pid'] }],
}
const read = answering('sched.wakeup_latency')
const look = (text: string, more: Partial<Observation> = {}): Observation => ({
  id: 'x',
  source: 'x',
  tier: 'trace',
  outcome: 'ok',
  text,
  atMs: 0,
  elapsedMs: 0,
  cpuMs: 0,
  bytes: text.length,
  ...more,
})

describe('what is read out of a ring', () => {
  // CPU 0 had little to do and kept its wakeup of thread 7; the switch that ended it, on CPU 1, was overwritten.
  const trace = `==> trace <==
# tracer: nop
             dd-40      [000] d..2.    10.000000: sched_wakeup: comm=cat pid=7 prio=120 target_cpu=001
             dd-41      [001] d..2.    90.000000: sched_wakeup: comm=cat pid=8 prio=120 target_cpu=001
             dd-41      [001] d..2.    90.003000: sched_switch: prev_comm=dd prev_pid=41 prev_prio=120 prev_state=S ==> next_comm=cat next_pid=8 next_prio=120
             dd-41      [001] d..2.    92.000000: sched_switch: prev_comm=cat prev_pid=8 prev_prio=120 prev_state=S ==> next_comm=cat next_pid=7 next_prio=120
`
  const stats = (overrun: number) => `==> per_cpu/cpu0/stats <==
entries: 1
overrun: 0
commit overrun: 0
oldest event ts:    10.000000
dropped events: 0
==> per_cpu/cpu1/stats <==
entries: 3
overrun: ${overrun}
commit overrun: 0
oldest event ts:    89.500000
dropped events: 2
`
  const reading = (text: string) => {
    const found = ftraceLog({ question, read }).read([look(text)], plan)
    if (isUnavailable(found)) throw new Error(found.reason)
    return found
  }

  test('begins where the ring of every CPU has everything: no start finds the end of a later one', () => {
    const { answers, spanSeconds } = reading(trace + stats(5000))
    expect(answers?.['sched.wakeup_latency']).toMatchObject({ buckets: [{ count: 1 }] })
    expect(spanSeconds).toBe(2)
  })

  test('is all of it when nothing was overwritten', () => {
    const { answers, spanSeconds } = reading(trace + stats(0))
    expect(answers?.['sched.wakeup_latency']).toMatchObject({ buckets: [{ count: 1 }, { count: 1 }] })
    expect(spanSeconds).toBe(82)
  })

  test('has lost what never came in, not what was overwritten', () => {
    expect(overruns([look(stats(5000))], { armed: true })).toBe(2)
    expect(overruns([look(stats(5000))])).toBe(5002)
  })

  test('by LTTng: a CPU that printed less than fits was not overwritten', () => {
    const line = (cpu: number, seconds: number, name: string, fields: string) =>
      `[${seconds.toFixed(9)}] (+0.000001000) host ${name}: { cpu_id = ${cpu} }, { pid = 4, tid = 4, procname = "dd" }, { ${fields} }\n`
    const wakeup = (cpu: number, at: number, pid: number) =>
      line(cpu, at, 'sched_wakeup', `comm = "cat", tid = ${pid}, prio = 20, target_cpu = 1`)
    const end = (at: number, pid: number) =>
      line(
        1,
        at,
        'sched_switch',
        `prev_comm = "dd", prev_tid = 4, prev_prio = 20, prev_state = 1, next_comm = "cat", next_tid = ${pid}, next_prio = 20`,
      )
    const small = { ...plan, cpus: 512 }
    const read1 = (busy: number) => {
      const many = Array.from({ length: busy }, (_, i) => wakeup(1, 90 + i / 1000, 99)).join('')
      const looks = [...Array.from({ length: 9 }, () => look('')), look(wakeup(0, 10, 7) + many + end(95, 7))]
      const found = lttng({ question, read }).read(looks, small)
      return isUnavailable(found) ? found : [found.answers?.['sched.wakeup_latency'], found.spanSeconds]
    }
    expect(read1(3)).toEqual([expect.objectContaining({ buckets: [expect.objectContaining({ count: 1 })] }), 85])
    // Four pages of 4 KiB are a ring; this is more text than two of them.
    expect(read1(60)).toEqual([{ kind: 'distribution', buckets: [] }, 5])
  })
})

const sh = (script: string, more: Partial<RunAct> = {}): RunAct => ({
  kind: 'run',
  argv: ['bash', '-c', script],
  lastsMs: 10_000,
  tracing: false,
  ...more,
})
const armed = (script = 'sleep 10') => sh(script, { armed: true })
const mine = () => runFolders().flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))

describe('a row that is armed', () => {
  const perform = async (acts: readonly Act[], until: Task['until'], stop = new AbortController()) => {
    const began = performance.now()
    const task = { source: 'test/bash', acts, guard: { cpuShare: 1, systemShare: 1 }, ...(until ? { until } : {}) }
    const looks = await localHost().instrument(task, stop.signal)
    return { looks, ms: performance.now() - began, outcomes: looks.map(({ outcome }) => outcome) }
  }
  const after =
    (ms: number, happened = true) =>
    async (signal: AbortSignal) => {
      await sleep(ms, undefined, { signal }).catch(() => {})
      return happened && !signal.aborted
    }

  test('goes on when its trigger comes', async () => {
    const { looks, ms, outcomes } = await perform([sh('echo made'), armed(), sh('echo saved')], after(500))
    expect(outcomes).toEqual(['ok', 'ok', 'ok'])
    expect(looks[2]?.text).toBe('saved\n')
    expect(ms).toBeLessThan(5000)
  })

  test('ends when it does not: nothing is saved', async () => {
    const { looks, outcomes } = await perform([armed(), sh('echo saved')], after(300, false))
    expect(outcomes).toEqual(['timeout'])
    expect(looks[0]?.stderr).toContain('did not happen')
  })

  test('ends by its own limit, and then nobody asks any more', async () => {
    let stopped = false
    const until = (signal: AbortSignal) =>
      new Promise<boolean>((resolve) =>
        signal.addEventListener('abort', () => {
          stopped = true
          resolve(false)
        }),
      )
    const { outcomes } = await perform([sh('sleep 0.3', { armed: true }), sh('echo saved')], until)
    expect([outcomes, stopped]).toEqual([['timeout'], true])
  })

  test('does not ask before it records', async () => {
    let asked = 0
    const { outcomes } = await perform([sh('exit 3'), armed()], () => Promise.resolve(++asked > 0))
    expect([outcomes, asked]).toEqual([['failed'], 0])
  })

  test('is stopped as any other, and takes back what it made', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 600)
    const { outcomes, ms } = await perform([sh('echo {scratch}'), armed(), sh('echo saved')], after(9000), stop)
    expect(outcomes).toEqual(['ok', 'interrupted'])
    expect(ms).toBeLessThan(4000)
    expect(mine().filter((name) => name.endsWith('.scratch'))).toEqual([])
  })

  test('halted by the guard it is saved at once, and the trigger decides', async () => {
    const busy = sh('while :; do :; done', { armed: true, tracing: true })
    const task = (until: Task['until']): Task => ({
      source: 'test/bash',
      acts: [busy, sh('echo saved')],
      guard: { cpuShare: 0.1, systemShare: 1 },
      ...(until ? { until } : {}),
    })
    let savedAt = 0
    const looks = await localHost().instrument(
      task(async (signal) => {
        await after(8000)(signal)
        savedAt = performance.now()
        return true
      }),
      new AbortController().signal,
    )
    expect(looks.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(looks[0]?.stderr).toMatch(/^stopped by the guard after/)
    expect(looks[1]?.text).toBe('saved\n')
    expect(performance.now()).toBeGreaterThanOrEqual(savedAt)
    expect(looks[0]!.elapsedMs).toBeLessThan(7000)
  })

  test('a fault of the trigger is told after everything was taken back', async () => {
    await expect(perform([sh('echo {scratch}'), armed()], () => Promise.reject(new Error('ours')))).rejects.toThrow(
      'ours',
    )
    expect(mine().filter((name) => name.endsWith('.scratch'))).toEqual([])
  })
})

describe('a recorded host that was armed', async () => {
  const folder = join(root, 'test/hosts/escalated-armed')
  const library = await loadLibrary(await builtinLibrary(), [folder])
  const replay = async (crowd?: number) => {
    const host = recordedHost(folder)
    if (isUnavailable(host)) throw new Error(host.reason)
    const value = crowd === undefined ? undefined : parseQuantity(String(crowd))
    const { report, failures } = await run({
      runbook: 'armed',
      host,
      library,
      catalogue: catalogueOf(library),
      sources,
      probes: () => Promise.resolve(probes),
      window: host.recording.window ?? { intervalMs: 1000, count: 1 },
      allow: 'trace',
      overrides: new Map(value ? [['shop.crowd.crowd', value]] : []),
      guide: silentGuide,
      signal: new AbortController().signal,
    })
    expect(failures).toEqual([])
    expect(valid(JSON.parse(await json.render(report))), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true)
    return report
  }

  test('waits, reads what was recorded, and judges it', async () => {
    const report = await replay()
    expect(report.path[0]).toMatchObject({
      text: 'wait until shop.crowd.firing, recording process.executions',
      because: expect.stringMatching(/^held in round 4; process\.executions: ftrace answered/),
    })
    const [one] = report.escalations ?? []
    expect(one).toMatchObject({
      state: 'armed/wait-1',
      outcome: 'answered',
      seconds: 5,
      armed: { until: 'shop.crowd.firing', upToSeconds: 60, waitedSeconds: 6 },
    })
    expect(one?.answer?.kind === 'tally' && one.answer.rows[0]?.labels['program']).toBe('timeout')
    expect(report.findings.find(({ check }) => check === 'shop.batch')?.status).toBe('warn')
    expect(report.conclusions).toEqual(['A batch starts many programs at once.'])
    const text = await markdown.render(report)
    expect(text).toContain('It happened after 6 s: `shop.crowd.firing`. The record covers the last 5 s.')
  })

  test('another threshold: it did not happen, and what was recorded is not taken for an answer', async () => {
    const report = await replay(1000)
    const [one] = report.escalations ?? []
    expect([one?.outcome, one?.answer]).toEqual(['quiet', undefined])
    expect(report.findings.find(({ check }) => check === 'shop.batch')?.status).toBe('unknown')
    expect(report.path[0]?.because).toMatch(/^did not hold in \d+ rounds; process\.executions: unknown: /)
  })

  test('above the limit of the policy nothing is armed, and it is waited all the same', async () => {
    const library = await loadLibrary(await builtinLibrary(), [folder])
    const host = recordedHost(folder)
    if (isUnavailable(host)) throw new Error(host.reason)
    const { report } = await run({
      runbook: 'armed',
      host,
      library,
      catalogue: catalogueOf(library),
      sources,
      overrides: new Map(),
      probes: () => Promise.resolve(probes),
      window: { intervalMs: 1000, count: 1 },
      allow: 'run',
      guide: silentGuide,
      signal: new AbortController().signal,
    })
    expect(report.escalations?.[0]).toMatchObject({ outcome: 'refused', why: { cure: '--allow trace' } })
    expect(report.path[0]?.because).toMatch(/^held in round 4; process\.executions: unknown: it instruments the kernel/)
  })
})

test.each([
  [['wakeup_latency', '--until', 'cpu.run_que.firing'], 'did you mean'],
  [['wakeup_latency', '--until', 'cpu.usable'], 'a condition must be yes or no'],
  [['wakeup_latency', '--until', 'sched.wakeup_latency.p99 > 1ms'], 'takes instrumentation'],
  [['wakeup_latency', '--up-to', '10s'], '--every and --up-to are for --until'],
  [['wakeup_latency', '--until', 'cpu.busy.firing', '--seconds', '5s'], '--seconds is for what is asked now'],
  [['wakeup_latency', '--until', 'cpu.busy.firing', '--every', '2h'], 'a time from 1s to 60s'],
  [['wakeup_latency', '--until', 'cpu.busy.firing', '--up-to', '48h'], 'a time from 1s to 24h'],
])('probe %j is a mistake', (args, text) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, 'probe', ...args], { encoding: 'utf8' })
  expect(stderr).toContain(text)
  expect([status, stdout]).toEqual([64, ''])
})

test('what would be done for a ring is printed', () => {
  const args = ['probe', 'wakeup_latency', '--until', 'cpu.busy.firing', '--up-to', '1min', '--print']
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
  expect([status, stdout.match(/^\S+$/gm)]).toEqual([0, ['ftrace', 'lttng']])
  expect(stdout).toMatch(/lttng create \S+ --snapshot[^]*--overwrite[^]*sleep 60[^]*lttng snapshot record/)
})

test('why stacks cannot be recorded', () => {
  const args = ['probe', 'cpu_hot_stacks', '--until', 'cpu.busy.firing', '--print']
  const { stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
  expect(stderr).toMatch(/^tracebook: nothing can record cpu_hot_stacks: stacks are gathered from the moment it starts/)
})

describe('a person sees that it waits', () => {
  const lines = (...updates: readonly Parameters<ReturnType<typeof progressLine>['update']>[]) => {
    let written = ''
    const line = progressLine({ write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream)
    for (const update of updates) line.update(...update)
    return written.split('\r\x1b[K').slice(1)
  }
  const waited = { doing: 'recording', looks: 12, eventsPerSecond: 310 } as const

  test('the time that is left, the looks, the rate', () => {
    expect(
      lines(
        [0, 600_000, { doing: 'arming', looks: 0 }],
        [150_000, 600_000, waited],
        [150_000, 7_200_000, { ...waited, doing: 'waiting', looks: 1, unknown: true }],
        [0, 600_000, { doing: 'reading', looks: 0 }],
        [1500, 6000],
      ),
    ).toEqual([
      '  getting ready to record',
      '  recording ####............ 7 min 30 s left, 12 looks, 310 events/s',
      '  waiting ................ 1 h 57 min left, 1 look, cannot tell yet',
      '  reading what was recorded',
      '  measuring ########...................... 5 s left',
    ])
  })

  // A line that is folded could not be wiped.
  test('never wider than a terminal', () => {
    const most = { ...waited, looks: 86_400, eventsPerSecond: 74_999 }
    const all = lines([0, 86_400_000, most], [0, 86_399_000, { ...most, unknown: true }], [0, 3_599_000, most])
    expect(Math.max(...all.map((line) => line.length))).toBeLessThan(80)
  })

  test('before, while and after it waits', async () => {
    const told: [number, string, number, number | undefined][] = []
    const watch = watching(
      {
        text: 'shop.crowd.firing',
        until: async (_, progress) => {
          progress?.(1000, 60_000, { doing: 'waiting', looks: 2 })
          watch.progress(3, 4)
          await Promise.resolve()
          return true
        },
        upToSeconds: 60,
        lookSeconds: 1,
      },
      { now: () => 0 },
      99.6,
      (elapsed, _, waiting) =>
        told.push([elapsed, waiting?.doing ?? '', waiting?.looks ?? -1, waiting?.eventsPerSecond]),
    )
    watch.progress(1, 4)
    await watch.until(new AbortController().signal)
    watch.progress(4, 4)
    expect(told).toEqual([
      [0, 'arming', 0, undefined],
      [1000, 'recording', 2, 100],
      [0, 'reading', 0, undefined],
    ])
  })
})
