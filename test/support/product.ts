// The built product as a program: run it as a user would, under the conditions a test sets.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inject } from 'vitest'
import type { Report } from '../../src/model/report.ts'

export const root = resolve(import.meta.dirname, '../..')
export const bin = join(root, 'bin/tracebook.js')
export const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

export interface Conditions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly unprivileged?: boolean
  /** Programs run before it, such as `unshare -m`. */
  readonly prefix?: readonly string[]
  readonly timeoutMs?: number
}

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

export function argvOf(args: readonly string[], conditions: Conditions): [string, string[]] {
  const dropped = conditions.unprivileged === true && isRoot
  const drop = dropped
    ? [
        'setpriv',
        '--reuid',
        String(NOBODY),
        '--regid',
        String(NOBODY),
        '--clear-groups',
        '--bounding-set=-all',
        '--inh-caps=-all',
      ]
    : []
  const [first = '', ...rest] = [
    ...(conditions.prefix ?? []),
    ...drop,
    process.execPath,
    dropped ? inject('readableBin') : bin,
    ...args,
  ]
  return [first, rest]
}

export function envOf(conditions: Conditions): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...conditions.env }
}

/** Runs it to its end. */
export function tracebook(args: readonly string[], conditions: Conditions = {}): Outcome {
  const [file, argv] = argvOf(args, conditions)
  const began = Date.now()
  const run = spawnSync(file, argv, {
    cwd: conditions.cwd ?? tmpdir(),
    env: envOf(conditions),
    encoding: 'utf8',
    timeout: conditions.timeoutMs ?? 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  })
  return { status: run.status, stdout: run.stdout, stderr: run.stderr, ms: Date.now() - began }
}

/** Starts it; the caller signals or closes it. */
export function start(
  args: readonly string[],
  conditions: Conditions = {},
): { child: ChildProcess; end: Promise<Outcome> } {
  const [file, argv] = argvOf(args, conditions)
  const began = Date.now()
  const child = spawn(file, argv, {
    cwd: conditions.cwd ?? tmpdir(),
    env: envOf(conditions),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (d: Buffer) => (stdout += d.toString()))
  child.stderr?.on('data', (d: Buffer) => (stderr += d.toString()))
  const end = new Promise<Outcome>((done) =>
    child.on('close', (status) => done({ status, stdout, stderr, ms: Date.now() - began })),
  )
  return { child, end }
}

export function reportOf(outcome: Outcome): Report {
  try {
    return JSON.parse(outcome.stdout) as Report
  } catch {
    throw new Error(
      `no JSON report, exit ${outcome.status}: ${outcome.stderr.slice(0, 2000)}${outcome.stdout.slice(0, 500)}`,
    )
  }
}

/** A folder of links to the host's programs, without those of `leaveOut`, and with those of `instead` (name → script). For TRACEBOOK_PATH. */
export function toolFolder(leaveOut: readonly string[]): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tracebook-tools-'))
  chmodSync(path, 0o755)
  const seen = new Set(leaveOut)
  for (const folder of ['/usr/sbin', '/usr/bin', '/sbin', '/bin'])
    for (const name of readdirSync(folder)) {
      if (seen.has(name)) continue
      seen.add(name)
      symlinkSync(join(folder, name), join(path, name))
    }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export const SYSSTAT = ['sar', 'sadf', 'iostat', 'mpstat', 'pidstat', 'cifsiostat', 'tapestat']
