// Bad hosts: tools that are missing, refuse, hang, lie, flood or die; no pressure files; no terminal; signals in the middle. Each ends in a clear outcome and no stack trace.
import { chmodSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bin, isRoot, reportOf, start, toolFolder, tracebook, type Conditions } from '../support/product.ts'

const STACK = /\n\s+at .+:\d+:\d+/
const tools = toolFolder([])
const folders: string[] = []
afterAll(() => {
  tools.remove()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** The host's programs, but `vmstat` is this script. */
function brokenVmstat(script: string, mode = 0o755): Conditions {
  const path = join(tools.path, 'vmstat')
  rmSync(path, { force: true })
  writeFileSync(path, script)
  chmodSync(path, mode)
  return { env: { TRACEBOOK_PATH: tools.path } }
}
const json = (conditions: Conditions, ...more: string[]) =>
  tracebook(['run', '--auto', '--format', 'json', '--window', '2s', ...more], conditions)

describe('one broken tool costs nothing but itself', () => {
  const cases: [string, string, number, string, RegExp][] = [
    ['not executable', '#!/bin/sh\n', 0o644, 'none', /./],
    ['hanging', '#!/bin/sh\ntrap "" TERM INT\nsleep 60\n', 0o755, 'timeout', /./],
    ['printing garbage', '#!/bin/sh\nhead -c 20000 /dev/urandom\n', 0o755, 'ok', /./],
    ['printing 100 MB', '#!/bin/sh\nhead -c 100000000 /dev/zero | tr "\\0" x\n', 0o755, 'truncated', /./],
    ['dying by a signal', '#!/bin/sh\nkill -SEGV $$\n', 0o755, 'signalled', /./],
    ['failing', '#!/bin/sh\necho "cannot do it" >&2\nexit 4\n', 0o755, 'failed', /./],
    ['silent and content', '#!/bin/sh\nexit 0\n', 0o755, 'ok', /./],
  ]
  test.each(cases)('%s', (_, script, mode, outcome) => {
    const run = json(brokenVmstat(script, mode))
    const report = reportOf(run)
    expect(run.stderr).not.toMatch(STACK)
    const looks = report.observations.filter((o) => o.source === 'vmstat')
    if (outcome === 'none') expect(looks).toEqual([])
    else expect(looks.map((look) => look.outcome)).toContain(outcome)
    // Its twin answers: the run queue is judged all the same.
    const queue = report.findings.find((f) => f.check === 'cpu.run_queue')
    expect(queue?.status).not.toBe('unknown')
    expect(run.ms).toBeLessThan(25_000)
  })
})

test('no tools at all: /proc answers for the core resources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-none-'))
  folders.push(folder)
  const run = json({ env: { TRACEBOOK_PATH: folder, PATH: '' } })
  const report = reportOf(run)
  expect(report.observations.filter((o) => o.argv)).toEqual([])
  for (const resource of ['cpu', 'memory'])
    expect(report.matrix.filter((c) => c.resource === resource).map((c) => c.verdict)).toContain('ok')
  const unknown = report.findings.filter((f) => f.status === 'unknown')
  expect(unknown.length).toBeGreaterThan(0)
  for (const finding of unknown) expect(finding.unavailable?.reason).toBeTruthy()
})

test.skipIf(!isRoot)('no pressure files: what needs them is unknown or decided without, with the reason', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-empty-'))
  folders.push(folder)
  const run = json({
    prefix: ['unshare', '-m', 'sh', '-c', `mount --bind ${folder} /proc/pressure && exec "$@"`, 'sh'],
  })
  const report = reportOf(run)
  expect(run.stderr).not.toMatch(STACK)
  expect(report.observations.find((o) => o.source === 'proc_pressure')).toBeDefined()
  expect(report.findings.find((f) => f.check === 'cpu.run_queue')?.status).toBe('ok')
})

describe('signals and streams', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in the middle: a report of what is known, exit %i', async (signal, status) => {
    const { child, end } = start(['run', '--auto', '--format', 'json', '--window', '20s'])
    await sleep(3000)
    child.kill(signal)
    const outcome = await end
    expect(outcome.status).toBe(status)
    expect(outcome.ms).toBeLessThan(9000)
    expect(outcome.stderr).not.toMatch(STACK)
    expect(reportOf(outcome).interrupted).toBe(signal)
  })
  test('a deadline: the report is written when it passes', () => {
    const outcome = tracebook(['run', '--auto', '--format', 'json', '--window', '30s', '--deadline', '2s'])
    expect(outcome.ms).toBeLessThan(8000)
    expect(reportOf(outcome).interrupted).toBe('deadline')
    expect(outcome.status).toBe(3)
  })
  test('standard output closed early', () => {
    const run = spawnSync('sh', ['-c', `"${process.execPath}" "${bin}" run --auto --window 1s | head -c 10`], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(run.stderr).not.toMatch(STACK)
    expect(run.stdout).toHaveLength(10)
  })
  test("cron's environment: no terminal, no PATH, no HOME, an odd folder", () => {
    const run = spawnSync(process.execPath, [bin, 'run', '--window', '1s'], {
      encoding: 'utf8',
      env: {},
      cwd: '/',
      timeout: 30_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(run.stdout).toContain('# ')
    expect(run.stderr).toBe('')
    expect(run.stdout).not.toContain('\x1b')
  })
  test('a folder that cannot be written to', () => {
    const run = tracebook(['run', '--auto', '--window', '1s', '--out', 'report.md'], { cwd: '/proc' })
    expect(run.status).toBe(74)
    expect(run.stderr).toMatch(/cannot write report\.md/)
    expect(run.stderr).not.toMatch(STACK)
    expect(run.stdout).toContain('# ')
  })
})

describe.skipIf(!isRoot)('unprivileged', () => {
  let run: ReturnType<typeof tracebook>
  beforeAll(() => {
    run = json({ unprivileged: true })
  })
  test('a report with reasons for what is hidden, no stack trace', () => {
    const report = reportOf(run)
    expect(run.stderr).not.toMatch(STACK)
    expect(report.host.user).toMatch(/uid/)
    for (const finding of report.findings.filter((f) => f.status === 'unknown'))
      expect(finding.unavailable?.reason).toBeTruthy()
  })
})

test('nothing is left behind', () => {
  const before = spawnSync('sh', ['-c', 'ls -A /tmp /var/tmp | sort'], { encoding: 'utf8' }).stdout
  tracebook(['run', '--auto', '--window', '1s'])
  expect(spawnSync('sh', ['-c', 'ls -A /tmp /var/tmp | sort'], { encoding: 'utf8' }).stdout).toBe(before)
  unlinkSync(join(tools.path, 'vmstat'))
})
