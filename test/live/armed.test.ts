// A flight recorder on this very kernel: armed, a short workload comes, and it is in the record; or it does not come, is stopped, is killed. Nothing is left.
import { spawn, type ChildProcess } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { findTracefs } from '../../src/host/ftrace-files.ts'
import { percentile } from '../../src/model/distribution.ts'
import type { Escalation } from '../../src/model/escalation.ts'
import { isRoot, reportOf, start, tracebook } from '../support/product.ts'

const tracefs = findTracefs()
const able = isRoot && typeof tracefs === 'string'
const folderOfInstances = join(typeof tracefs === 'string' ? tracefs : '/nowhere', 'instances')
const instances = () => readdirSync(folderOfInstances).filter((name) => /^tracebook-[0-9a-f]{16}/.test(name))
const ledgers = () =>
  existsSync('/run/tracebook') ? readdirSync('/run/tracebook').filter((name) => name.endsWith('.jsonl')) : []
const left = () => [...instances(), ...ledgers()]
const folder = mkdtempSync(join(tmpdir(), 'tracebook-armed-'))
const children: ChildProcess[] = []

/** Node under a name of its own. */
const busy = join(folder, 'burst')
symlinkSync(process.execPath, busy)

/** Eight on few CPUs, for a second and a half; they end by themselves. */
const burst = () =>
  children.push(
    ...Array.from({ length: 8 }, () =>
      spawn(busy, ['-e', 'for (const end = Date.now() + 1500; Date.now() < end; );'], { stdio: 'ignore' }),
    ),
  )

interface Asked {
  readonly child: ChildProcess
  readonly stderr: () => string
  readonly done: Promise<{ readonly status: number | null; readonly answer: Escalation | undefined }>
}

function ask(...args: readonly string[]): Asked {
  const { child, end } = start(['probe', ...args, '--max-overhead', 'high', '--json'])
  children.push(child)
  let err = ''
  child.stderr?.on('data', (text: Buffer) => (err += text.toString()))
  const done = end.then(({ status, stdout }) => ({
    status,
    answer: stdout === '' ? undefined : (JSON.parse(stdout) as Escalation),
  }))
  return { child, stderr: () => err, done }
}

const recording = ({ stderr }: Asked) =>
  expect.poll(stderr, { timeout: 20_000, interval: 100 }).toContain('tracebook: recording')

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.runIf(able)('armed by Ftrace', () => {
  const trigger = ['--by', 'ftrace', '--until', 'cpu.runnable.max >= 6', '--up-to', '1min']

  test('what was over when anybody looked is in the record', async () => {
    const asked = ask('run_time', ...trigger)
    await recording(asked)
    expect(instances()).toHaveLength(1)
    await sleep(2000)
    burst()
    const { status, answer } = await asked.done
    expect([status, answer?.outcome, answer?.backEnd]).toEqual([0, 'answered', 'ftrace'])
    expect(answer?.armed).toMatchObject({ until: 'cpu.runnable.max >= 6', upToSeconds: 60 })
    expect(answer?.armed?.waitedSeconds).toBeGreaterThan(1.5)
    expect(answer?.armed?.waitedSeconds).toBeLessThan(15)
    expect(answer?.seconds).toBeGreaterThan(0.5)
    expect(answer?.lost).toBeUndefined()
    const by = answer?.more?.['sched.run_by']
    expect(by?.kind === 'tally' && by.rows.some(({ labels }) => labels['comm'] === 'burst')).toBe(true)
    expect(left()).toEqual([])
  })

  test('the wait of those who queued is measured', async () => {
    const asked = ask('wakeup_latency', ...trigger)
    await recording(asked)
    await sleep(1000)
    burst()
    const { answer } = await asked.done
    if (answer?.answer?.kind !== 'distribution') throw new Error(answer?.why?.reason ?? 'no distribution')
    expect(percentile(answer.answer, 0.99)?.value).toBeGreaterThan(1e-3)
    // Every wait began within the record.
    expect(percentile(answer.answer, 1)?.low).toBeLessThan(answer.seconds ?? 0)
    expect(left()).toEqual([])
  })

  test('what does not come is not known, and said so', async () => {
    const { status, answer } = await ask(
      'run_time',
      '--by',
      'ftrace',
      '--until',
      'cpu.runnable.max >= 600',
      '--up-to',
      '3s',
    ).done
    expect([status, answer?.outcome]).toEqual([3, 'quiet'])
    expect(answer?.why?.reason).toBe('it did not happen in 3 s: cpu.runnable.max >= 600')
    expect(answer?.answer).toBeUndefined()
    expect(left()).toEqual([])
  })

  test('SIGINT ends it within seconds', async () => {
    const asked = ask('run_time', '--by', 'ftrace', '--until', 'cpu.runnable.max >= 600', '--up-to', '1h')
    await recording(asked)
    const began = performance.now()
    asked.child.kill('SIGINT')
    const { status, answer } = await asked.done
    expect([status, answer?.outcome]).toEqual([130, 'interrupted'])
    expect(performance.now() - began).toBeLessThan(3000)
    expect(left()).toEqual([])
  })

  test('SIGKILL leaves an instance that records nothing, and the next start takes it away', async () => {
    const asked = ask('run_time', '--by', 'ftrace', '--until', 'cpu.runnable.max >= 600', '--up-to', '1h')
    await recording(asked)
    asked.child.kill('SIGKILL')
    await asked.done
    const [name = ''] = instances()
    expect(readFileSync(join(folderOfInstances, name, 'tracing_on'), 'latin1').trim()).toBe('0')
    expect(tracebook(['doctor', '--clean']).stdout).toContain(`removed: trace instance ${name}`)
    expect(left()).toEqual([])
  })

  test('an instrument that only measures now says that it cannot wait', async () => {
    const { status, answer } = await ask('run_time', '--by', 'perf', '--until', 'cpu.busy.firing').done
    expect([status, answer?.outcome, answer?.tried[0]?.why?.reason]).toEqual([
      3,
      'impossible',
      'it only measures now: it keeps no past that could be saved when something happens',
    ])
  })

  test('a step that waits records, judges what was recorded, and stands in the path', async () => {
    mkdirSync(join(folder, 'runbooks'))
    writeFileSync(
      join(folder, 'runbooks/nightly.yaml'),
      `runbook: The nightly stall
goal: Say who queues.
steps:
  - wait: cpu.run_queue
    until: cpu.run_queue.firing || cpu.runnable.max >= 6
    every: 2s
    up-to: 1min
    record: sched.wakeup_latency
    judge: cpu.long_waits
  - conclude: Threads waited long for a CPU.
    when: cpu.long_waits.firing
    cause: cpu.saturated
`,
    )
    const args = ['run', 'nightly', '--runbooks', folder, '--auto', '--format', 'json', '--window', '2s']
    const { child, end } = start([...args, '--max-overhead', 'high'])
    children.push(child)
    await expect.poll(instances, { timeout: 30_000, interval: 100 }).toHaveLength(1)
    await sleep(2500)
    burst()
    const report = reportOf(await end)
    expect(report.path[0]).toMatchObject({
      state: 'nightly/wait-1',
      outcome: 'done',
      because: expect.stringMatching(/^held in round \d+; sched\.wakeup_latency: (?:ftrace|lttng) answered/),
    })
    expect(report.escalations?.[0]).toMatchObject({ state: 'nightly/wait-1', outcome: 'answered', backEnd: 'ftrace' })
    expect(report.findings.find(({ check }) => check === 'cpu.long_waits')?.status).not.toBe('unknown')
    expect(left()).toEqual([])
  })
})
