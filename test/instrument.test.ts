// The host side of probes without the kernel: the ledger, programs with a private folder, rows that end early, recordings of them.
import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { capturing } from '../src/host/capture.ts'
import { childEnvironment } from '../src/host/environment.ts'
import { groupCpuMs, hostCpu, kernelShare } from '../src/host/guard.ts'
import type { Task } from '../src/host/host.ts'
import { undo } from '../src/host/instrument-undo.ts'
import { isAlive, ledgerFiles, openLedger, parseLedger, readLedger } from '../src/host/ledger.ts'
import { localHost } from '../src/host/local.ts'
import { memory } from '../src/host/memory.ts'
import { recordedHost } from '../src/host/recorded.ts'
import { sweep } from '../src/host/sweep.ts'
import { runFolders } from '../src/host/run-folder.ts'
import type { Act, RunAct } from '../src/model/probe.ts'
import { isUnavailable } from '../src/model/unavailable.ts'

const never = new AbortController().signal
const home = mkdtempSync(join(tmpdir(), 'tracebook-instrument-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const sh = (script: string, more: Partial<RunAct> = {}): RunAct => ({
  kind: 'run',
  argv: ['bash', '-c', script],
  lastsMs: 1000,
  tracing: false,
  ...more,
})
const task = (...acts: readonly Act[]): Task => ({ source: 'test/bash', acts, guard: { cpuShare: 1, systemShare: 1 } })
const mine = () => runFolders().flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
const token = '0123456789abcdef'
const owner = { token, pid: 1, started: 2, since: 3, boot: 'b', pids: 'pid:[1]' }

describe('the ledger', () => {
  const lines = [
    { tracebook: 1, ...owner },
    { kind: 'instance', name: `tracebook-${token}-1` },
  ]
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')

  test('is lines of JSON: the owner, then what was made', () => {
    expect(parseLedger(text, '/f')).toMatchObject({ owner, folder: '/f', things: [lines[1]] })
  })

  test('a line that was being written as the run died names nothing', () => {
    const torn = `${text}{"kind":"kprobe","name":"tb_${token}_1/x"}`
    expect(parseLedger(torn, '/f')?.things).toHaveLength(1)
    expect(parseLedger(`${torn}\n`, '/f')?.things).toHaveLength(2)
  })

  test.each([
    ['nothing', ''],
    ['no JSON', 'hello\n'],
    ['a null', 'null\n'],
    ['a token that would match others', `${JSON.stringify({ ...owner, token: 'x' })}\n`],
    ['no process', `${JSON.stringify({ ...owner, pid: '1' })}\n`],
  ])('%s is no ledger', (_, bad) => expect(parseLedger(bad, '/f')).toBeUndefined())

  test('kinds of a later version, and lines of garbage, are left out', () => {
    const strange = `${text}{"kind":"world","name":"x"}\n[]\n{"kind":"scratch"}\n%%\n`
    expect(parseLedger(strange, '/f')?.things).toHaveLength(1)
  })

  test('is on disk before a thing is made, belongs to a living process, and is removed', () => {
    const ledger = openLedger(token)
    const path = join(ledger.folder, `${token}.jsonl`)
    try {
      ledger.add({ kind: 'scratch', name: 'x' })
      expect(ledgerFiles()).toContain(path)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(statSync(ledger.folder).mode & 0o077).toBe(0)
      const found = readLedger(path)
      expect(found).toMatchObject({ owner: { pid: process.pid }, things: [{ kind: 'scratch', name: 'x' }] })
      expect(isAlive(found!.owner)).toBe(true)
      expect(isAlive({ ...found!.owner, started: found!.owner.started - 1 })).toBe(false)
      expect(isAlive({ ...found!.owner, boot: 'another' })).toBe(false)
      // Numbers of another namespace say nothing: better left alone.
      expect(isAlive({ ...found!.owner, pids: 'pid:[1]', pid: 2 ** 22 })).toBe(true)
    } finally {
      ledger.remove()
    }
    expect(ledgerFiles()).not.toContain(path)
  })

  test('one that another could have written is not obeyed', () => {
    const ledger = openLedger(token)
    const path = join(ledger.folder, `${token}.jsonl`)
    try {
      expect(readLedger(path)).toBeDefined()
      const copy = join(home, `${token}.jsonl`)
      writeFileSync(copy, readFileSync(path))
      execFileSync('chmod', ['777', home])
      expect(readLedger(copy)).toBeUndefined()
      execFileSync('chmod', ['700', home])
      expect(readLedger(copy)).toBeDefined()
      writeFileSync(join(home, 'fedcba9876543210.jsonl'), readFileSync(path))
      expect(readLedger(join(home, 'fedcba9876543210.jsonl'))).toBeUndefined()
    } finally {
      ledger.remove()
    }
  })

  test('one whose run died before its first line was whole is removed, but not at once', async () => {
    const ledger = openLedger(token)
    const path = join(ledger.folder, `${token}.jsonl`)
    try {
      writeFileSync(path, '{"tracebook":1,"tok')
      await sweep(() => '/bin/true')
      expect(existsSync(path)).toBe(true)
      utimesSync(path, 1, 1)
      await sweep(() => '/bin/true')
      expect(existsSync(path)).toBe(false)
      writeFileSync(path, 'not ours\n')
      utimesSync(path, 1, 1)
      await sweep(() => '/bin/true')
      expect(existsSync(path)).toBe(true)
    } finally {
      ledger.remove()
    }
  })

  test('names that are not of this run are refused, whatever the ledger says', async () => {
    const ledger = openLedger(token)
    const strangers = mkdtempSync(join(home, 'strangers-'))
    try {
      for (const kind of ['instance', 'kprobe', 'uprobe', 'synthetic', 'lttng'] as const)
        ledger.add({ kind, name: kind === 'instance' ? 'theirs' : 'theirs/x' })
      ledger.add({ kind: 'scratch', name: strangers })
      const { removed, left } = await undo(ledger, () => '/bin/true')
      expect(removed).toEqual([])
      expect(left.map(({ why }) => why)).toEqual(Array.from({ length: 6 }, () => 'REFUSED'))
      expect(existsSync(strangers)).toBe(true)
    } finally {
      ledger.remove()
    }
  })
})

describe('programs of a probe', () => {
  test('have a private folder when they ask for one, their input, a token, and leave nothing', async () => {
    const script =
      'echo "$TRACEBOOK_RUN"; env -u TRACEBOOK_RUN | sort | tr "\\n" " "; stat -c "%a %u" {scratch}; cat; echo kept > {scratch}/file'
    const acts = [sh(script, { input: 'a program\n' }), sh('cat {scratch}/file; echo {id}; echo {scratch}')]
    const [first, second, ...more] = await localHost().instrument(task(...acts), never)
    expect(more).toEqual([])
    expect(first).toMatchObject({
      id: 'test/bash',
      source: 'test/bash',
      tier: 'trace',
      outcome: 'ok',
      argv: acts[0]!.argv,
    })
    const [mark = '', ...printed] = first!.text.split('\n')
    expect(mark).toMatch(/^[0-9a-f]{16}$/)
    expect(printed.join('\n')).toContain(`700 ${process.getuid!()}\na program\n`)
    expect(printed[0]).toContain('LC_ALL=C ')
    expect(printed[0]).not.toContain('NODE')
    const [kept, id, folder = ''] = second!.text.split('\n')
    expect([kept, id]).toEqual(['kept', `tb_${mark}_1`])
    expect(second!.id).toBe('test/bash#2')
    expect(existsSync(folder)).toBe(false)
    expect(mine().filter((name) => name.includes(mark))).toEqual([])
  })

  test('a daemon that left the group is ended with the row', async () => {
    const [look] = await localHost().instrument(
      task(sh('setsid sleep 67 > /dev/null 2>&1 & sleep 0.2; echo $!')),
      never,
    )
    const pid = Number(look!.text)
    expect(pid).toBeGreaterThan(1)
    // Gone, or waiting to be reaped by whoever is process 1 here.
    expect(existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : `${pid} (sleep) Z`).toContain(
      ') Z',
    )
  })

  test('one that fails ends the row', async () => {
    const looks = await localHost().instrument(task(sh('echo half; exit 3'), sh('echo never')), never)
    expect(looks).toHaveLength(1)
    expect(looks[0]).toMatchObject({ outcome: 'failed', exitCode: 3, text: 'half\n' })
    const accepted = await localHost().instrument(task(sh('exit 3', { accept: [3] }), sh('echo next')), never)
    expect(accepted.map((look) => look.outcome)).toEqual(['ok', 'ok'])
  })

  test('one that is not installed is missing, and nothing is written for it', async () => {
    const before = mine()
    const [look] = await localHost().instrument(task({ ...sh(''), argv: ['no-such-tracer'] }), never)
    expect(look).toMatchObject({ outcome: 'missing', stderr: expect.stringContaining('no-such-tracer is in none of') })
    expect(mine()).toEqual(before)
  })

  test('past its deadline it is asked to print what it has', async () => {
    const script = `trap 'echo had this; exit 0' INT; echo open; while :; do sleep 0.05; done`
    const [look] = await localHost().instrument(task(sh(script, { lastsMs: 200, graceMs: 200 })), never)
    expect(look).toMatchObject({ outcome: 'timeout', text: 'open\nhad this\n' })
    expect(look!.elapsedMs).toBeLessThan(2000)
  })

  test('one that prints too much is stopped', async () => {
    const [look] = await localHost().instrument(task(sh('yes', { cap: 10_000 })), never)
    expect(look!.outcome).toBe('truncated')
    expect(look!.bytes).toBeLessThanOrEqual(10_000)
  })

  test('a stop is heard within a second, also between acts', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    const began = performance.now()
    const looks = await localHost().instrument(
      task(sh('echo {scratch}'), sh(`trap '' INT TERM; sleep 20`, { lastsMs: 20_000 }), sh('echo never')),
      stop.signal,
    )
    expect(performance.now() - began).toBeLessThan(3000)
    expect(looks.at(-1)!.outcome).toBe('interrupted')
    const before = new AbortController()
    before.abort()
    const none = await localHost().instrument(task(sh('echo never')), before.signal)
    expect(none.map(({ outcome, text }) => [outcome, text])).toEqual([['interrupted', '']])
  })

  test('progress counts to the end of all acts', async () => {
    const told: [number, number][] = []
    await localHost().instrument(
      task(sh('sleep 0.7', { lastsMs: 700 }), sh('sleep 0.6', { lastsMs: 600 })),
      never,
      (elapsed, total) => told.push([elapsed, total]),
    )
    expect(told.length).toBeGreaterThan(1)
    expect(told.every(([elapsed, total]) => elapsed > 0 && elapsed <= total && total === 1300)).toBe(true)
  })

  test('the folder is a home for LTTng only', () => {
    expect(childEnvironment('t', undefined)).not.toHaveProperty('LTTNG_HOME')
    expect(childEnvironment('t', '/s')).toMatchObject({ LTTNG_HOME: '/s', HOME: '/nonexistent', TRACEBOOK_RUN: 't' })
  })
})

describe('a recording of it', () => {
  test('answers the same, and says of what is not in it that it is not', async () => {
    const folder = join(home, 'recording')
    const about = { tracebook: '0', runbook: 'x', window: { intervalMs: 1000, count: 1 } }
    const host = capturing(localHost(), folder, about)
    if (isUnavailable(host)) throw new Error(host.reason)
    expect(host.recall('capability test/nothing')).toBeUndefined()
    const acts = task(sh('echo one; echo {scratch} > /dev/null'), sh('echo two; exit 1'))
    const live = [await host.instrument(acts, never), await host.instrument(acts, never)]
    expect(host.finish()).toBeUndefined()
    const replayed = recordedHost(folder)
    if (isUnavailable(replayed)) throw new Error(replayed.reason)
    expect([await replayed.instrument(acts, never), await replayed.instrument(acts, never)]).toEqual(live)
    expect(live.map((looks) => looks.map((look) => look.text))).toEqual([
      ['one\n', 'two\n'],
      ['one\n', 'two\n'],
    ])
    expect(replayed.now()).toBe(host.now())
    const [missing, ...more] = await replayed.instrument({ ...acts, source: 'other/bash' }, never)
    expect(missing).toMatchObject({
      id: 'other/bash',
      outcome: 'missing',
      tier: 'trace',
      stderr: 'other/bash is not in the recording',
    })
    expect(more).toEqual([])
    replayed.remember('capability a/b', 'works')
    expect(replayed.recall('capability a/b')).toBe('works')
  })

  test('what was known before decides the replay too', () => {
    const place = mkdtempSync(join(home, 'memory-'))
    memory([place]).remember('capability a/b', 'first')
    const again = { ...localHost(), ...memory([place]) }
    expect(again.recall('capability a/b')).toBe('first')
    const folder = join(home, 'known')
    const captured = capturing(again, folder, { tracebook: '0', runbook: 'x', window: { intervalMs: 1, count: 1 } })
    if (isUnavailable(captured)) throw new Error(captured.reason)
    captured.recall('capability a/b')
    captured.remember('capability a/b', 'second')
    captured.recall('capability a/b')
    captured.finish()
    const replayed = recordedHost(folder)
    expect(isUnavailable(replayed) ? undefined : replayed.recall('capability a/b')).toBe('first')
    expect(memory([place]).recall('capability a/b')).toBe('second')
    expect(readdirSync(place)).toEqual(['known.json'])
    writeFileSync(join(place, 'known.json'), '{"boot":"another","known":{"capability a/b":"works"}}')
    expect(memory([place]).recall('capability a/b')).toBeUndefined()
  })
})

describe('what the guard sees', () => {
  test('CPU time of a process with the children it has and those it had', async () => {
    const script = 'awk "BEGIN{for(i=0;i<12000000;i++);}"; awk "BEGIN{for(i=0;i<12000000;i++);}" & wait; read x'
    const child = spawn('bash', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] })
    try {
      await expect.poll(() => groupCpuMs(child.pid!), { timeout: 10_000 }).toBeGreaterThan(100)
    } finally {
      child.kill('SIGKILL')
    }
  })

  test('the kernel’s share of all CPUs between two moments', () => {
    expect(kernelShare({ kernel: 10, total: 100 }, { kernel: 30, total: 200 })).toBe(0.2)
    expect(kernelShare(undefined, { kernel: 1, total: 2 })).toBeUndefined()
    expect(kernelShare({ kernel: 1, total: 2 }, { kernel: 1, total: 2 })).toBeUndefined()
    const now = hostCpu()
    expect(now!.total).toBeGreaterThan(now!.kernel)
    expect(now!.kernel).toBeGreaterThan(0)
  })
})
