// The lock of `check` and its history: one owner among many that begin at once, a dead one is succeeded once; files stay bounded.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { remember } from '../src/cli/history.ts'
import { lock } from '../src/cli/lock.ts'
import { openState } from '../src/cli/state.ts'
import { jammed } from './support/report.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tracebook-lock-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('of fifty that ask at once one gets it, round after round', async () => {
  for (let round = 1; round <= 5; round++) {
    const all = await Promise.all(Array.from({ length: 50 }, () => lock(folder)))
    const owners = all.filter((one) => one !== undefined)
    expect(owners).toHaveLength(1)
    expect(await lock(folder)).toBeUndefined()
    await owners[0]!.release()
    // One file at a time, and no trace of those who lost.
    expect(readdirSync(folder)).toEqual([`lock.${round}`])
  }
})

test('a file that is no socket, or a socket nobody listens at, is a dead owner', async () => {
  writeFileSync(join(folder, 'lock.7'), '')
  const held = await lock(folder)
  expect(readdirSync(folder)).toEqual(['lock.8'])
  await held?.release()
})

test('a listener of another program holds it', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(join(folder, 'lock.3'), done))
  expect(await lock(folder)).toBeUndefined()
  await new Promise((done) => server.close(done))
})

test('the state directory is ours, however long its name', async () => {
  const long = join(folder, ...Array.from({ length: 12 }, () => 'a-name-that-makes-it-longer'))
  const state = openState(long)
  expect(state.path.length).toBeGreaterThan(200)
  expect(await lock(state.door)).toBeDefined()
  expect(readdirSync(long)).toEqual(['lock.1'])
  state.close()
  const target = join(folder, 'target')
  mkdirSync(target)
  symlinkSync(target, join(folder, 'link'))
  expect(() => openState(join(folder, 'link'))).toThrow()
})

test('history: fifty reports are kept, the file turns over at ten megabytes, a planted link is not followed', () => {
  for (let i = 0; i < 60; i++)
    remember(folder, { ...jammed(), startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString() })
  const reports = readdirSync(folder)
    .filter((name) => name.startsWith('report-'))
    .sort()
  expect(reports).toHaveLength(50)
  expect(reports[0]).toContain('20260101T000010Z')
  expect(readFileSync(join(folder, 'history.jsonl'), 'utf8').trim().split('\n')).toHaveLength(60)
  writeFileSync(join(folder, 'history.jsonl'), `${'x'.repeat(10 * 1024 * 1024)}\n`)
  remember(folder, jammed())
  remember(folder, jammed())
  expect(readFileSync(join(folder, 'history.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1)
  expect(readdirSync(folder)).toContain('history.jsonl.1')
  const victim = join(folder, 'victim')
  writeFileSync(victim, 'mine')
  rmSync(join(folder, 'history.jsonl'))
  symlinkSync(victim, join(folder, 'history.jsonl'))
  expect(() => remember(folder, jammed())).toThrow()
  expect(readFileSync(victim, 'utf8')).toBe('mine')
})
