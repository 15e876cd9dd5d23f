// The host against real programs that misbehave, real files, and its own recordings: nothing here is played by a stand-in.
import { execFileSync, spawn as spawnChild, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  copyFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from 'esbuild'
import { capturing } from '../src/host/capture.ts'
import { decode, encode, wholeLines } from '../src/host/decode.ts'
import type { Asked, Host } from '../src/host/host.ts'
import { localHost } from '../src/host/local.ts'
import { recordedHost } from '../src/host/recorded.ts'
import type { Observation } from '../src/model/observation.ts'
import type { Moment, RunRequest, Window } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { files, unreadable } from '../src/parse/files.ts'
import { scan } from '../src/parse/scan.ts'

const root = process.getuid?.() === 0
const NOW: Window = { intervalMs: 1000, count: 0 }
const never = new AbortController().signal
const home = mkdtempSync(join(tmpdir(), 'tracebook-host-'))
const bin = join(home, 'bin')
const bundle = join(home, 'host.mjs')
const left: ChildProcess[] = []

const SCRIPTS: Readonly<Record<string, string>> = {
  fine: 'echo hello; echo careful >&2',
  silent: 'exit 0',
  three: 'echo half; exit 3',
  crash: 'echo before; kill -SEGV $$',
  garbage: String.raw`printf '\377\376\000caf\303\251\200\n'`,
  // Every polite signal is ignored: only SIGKILL ends it.
  hang: `trap '' INT TERM; echo started; while :; do sleep 61; done`,
  stopped: 'echo started; kill -STOP $$; echo never',
  grandchild: 'sleep 62 & echo $!; exit 0',
  escapee: 'setsid sleep 63 & echo $!; exit 0',
  polite: `trap 'echo closed; exit 0' INT; echo open; while :; do sleep 0.05; done`,
  flood: 'head -c 100000000 /dev/zero | tr "\\0" x',
  lines: 'yes a line of output',
  grumble: 'head -c 3000000 /dev/zero | tr "\\0" e >&2; echo done',
  nap: 'sleep 0.4; echo rested',
  sleeper: 'echo begun; sleep 64; echo never',
  storm: 'i=0; while [ $i -lt 100 ]; do sleep 65 & i=$((i+1)); done; echo $i; wait',
  environment: 'env; pwd; cat; echo group $$ $(cut -d" " -f5 /proc/$$/stat); echo oom $(cat /proc/$$/oom_score_adj)',
  burn: 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo $i',
  freezing: 'echo $$ > "$1"; echo frozen soon; while :; do sleep 0.05; done',
  nth: `printf '%s\\n' "$#:$1:$2"`,
}

/** A process of its own: PROGRAM GRACE → its look and the cost; `crowd` → twelve naps and a file read beside them. */
const MAIN = `
  import { localHost } from './src/host/local.ts'
  const [name, grace] = process.argv.slice(2)
  const host = localHost()
  const nap = (source, argv) => ({ source, tier: 'run', request: { kind: 'run', argv: [argv], at: 'start', graceMs: Number(grace) } })
  const asked = name === 'crowd' ? [...'abcdefghijkl'].map((source) => nap(source, 'nap')) : [nap(name, name)]
  if (name === 'crowd') asked.push({ source: 'load', tier: 'read', request: { kind: 'read', paths: ['/proc/loadavg'], at: 'start' } })
  const looks = [...(await host.look(asked, { intervalMs: 1000, count: 0 }, new AbortController().signal)).values()].flat()
  process.stdout.write(JSON.stringify(name === 'crowd' ? looks : [...looks, host.cost()]))
`

beforeAll(async () => {
  const banner = { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` }
  const stdin = { contents: MAIN, resolveDir: join(import.meta.dirname, '..'), loader: 'ts' as const }
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: bundle, banner, logLevel: 'error' })
  chmodSync(home, 0o755)
  mkdirSync(bin, { mode: 0o755 })
  for (const [name, script] of Object.entries(SCRIPTS)) put(name, `#!/bin/sh\n${script}\n`, 0o755)
  put('plain', '#!/bin/sh\necho no\n', 0o644)
  put('orphan', '#!/nonexistent/interpreter\n', 0o755)
  put('noise', '\u007fELF but not really\n', 0o755)
})
afterAll(() => {
  for (const child of left) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

function put(name: string, content: string, mode: number, directory = bin): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

function run(name: string, more: Partial<RunRequest> = {}): Asked {
  return { source: name, tier: 'run', request: { kind: 'run', argv: [name], at: 'start', ...more } }
}

function reading(source: string, at: Moment, ...paths: string[]): Asked {
  return { source, tier: 'read', request: { kind: 'read', paths, at } }
}

const host = (cap?: number): Host => localHost({ directories: [bin], ...(cap === undefined ? {} : { cap }) })

async function one(asked: Asked, on = host()): Promise<Observation> {
  const [look, ...more] = (await on.look([asked], NOW, never)).get(asked.source) ?? []
  if (!look || more.length > 0) throw new Error(`${asked.source} gave ${more.length + (look ? 1 : 0)} looks`)
  return look
}

function alive(pid: number): boolean {
  try {
    // A zombie that nobody reaps (no init in a container) is not running.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return false
  }
}

function survivors(command: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim() === command
    } catch {
      return false
    }
  }).length
}

describe('programs', () => {
  test('are found in the given directories only, and say why not', () => {
    const { which } = host()
    expect(which('fine')).toBe(join(bin, 'fine'))
    expect(which(join(bin, 'fine'))).toBe(join(bin, 'fine'))
    expect(which('sh')).toMatchObject({ unavailable: 'not installed' })
    // A team names its own program by its path; anything else with a slash is nowhere.
    expect(which('/bin/sh')).toBe('/bin/sh')
    expect(which('/bin/../bin/sh')).toMatchObject({ unavailable: 'not installed' })
    expect(which('/no/such/program')).toMatchObject({ unavailable: 'not installed' })
    expect(which('../bin/fine')).toMatchObject({ unavailable: 'not installed' })
    expect(which('bin')).toMatchObject({ unavailable: 'not installed' })
    expect(which('plain')).toMatchObject({
      unavailable: 'not permitted',
      reason: expect.stringContaining('may not execute'),
    })
  })

  test('are not looked up in $PATH, but in TRACEBOOK_PATH when that is set', () => {
    const before = { path: process.env['PATH'], told: process.env['TRACEBOOK_PATH'] }
    process.env['PATH'] = bin
    try {
      delete process.env['TRACEBOOK_PATH']
      expect(localHost().which('fine')).toMatchObject({ unavailable: 'not installed' })
      expect(localHost().which('sh')).toMatch(/\/sh$/)
      process.env['TRACEBOOK_PATH'] = `/nowhere:${bin}`
      expect(localHost().which('fine')).toBe(join(bin, 'fine'))
      expect(localHost().which('sh')).toMatchObject({ unavailable: 'not installed' })
    } finally {
      process.env['PATH'] = before.path
      if (before.told === undefined) delete process.env['TRACEBOOK_PATH']
      else process.env['TRACEBOOK_PATH'] = before.told
    }
  })

  test.runIf(root)(
    'that others may write are not run as root, nor are those behind a link or in a loose directory',
    () => {
      const loose = join(home, 'loose')
      const inner = join(loose, 'inner')
      mkdirSync(inner, { recursive: true })
      chmodSync(loose, 0o777)
      put('deep', '#!/bin/sh\n', 0o755, inner)
      put('group', '#!/bin/sh\n', 0o775)
      symlinkSync(join(inner, 'deep'), join(bin, 'linked'))
      const refused = { unavailable: 'not permitted', reason: expect.stringContaining('others may write') }
      expect(localHost({ directories: [bin] }).which('group')).toMatchObject(refused)
      expect(localHost({ directories: [bin] }).which('linked')).toMatchObject(refused)
      expect(localHost({ directories: [inner] }).which('deep')).toMatchObject(refused)
      put('group', '#!/bin/sh\n', 0o755, inner)
      chmodSync(loose, 0o755)
      // A refusal in one directory does not hide a good program in a later one.
      expect(localHost({ directories: [bin, inner] }).which('group')).toBe(join(inner, 'group'))
    },
  )
})

describe('outcomes', () => {
  test('each way to end has its name', async () => {
    const names = ['fine', 'silent', 'three', 'crash', 'orphan', 'noise', 'plain', 'absent']
    const accepted: Asked = { ...run('three', { accept: [3] }), source: 'accepted' }
    const looks = await host().look([...names.map((name) => run(name)), accepted], NOW, never)
    const of = (name: string) => (looks.get(name) ?? [])[0]
    expect(of('fine')).toMatchObject({
      id: 'fine',
      argv: ['fine'],
      outcome: 'ok',
      exitCode: 0,
      text: 'hello\n',
      stderr: 'careful\n',
      bytes: 6,
    })
    expect(of('silent')).toMatchObject({ outcome: 'ok', exitCode: 0, text: '', stderr: '', bytes: 0 })
    expect(of('three')).toMatchObject({ outcome: 'failed', exitCode: 3, text: 'half\n' })
    expect(of('accepted')).toMatchObject({ outcome: 'ok', exitCode: 3, text: 'half\n' })
    expect(of('crash')).toMatchObject({ outcome: 'signalled', signal: 'SIGSEGV', text: 'before\n' })
    expect(of('crash')).not.toHaveProperty('exitCode')
    expect(of('orphan')).toMatchObject({ outcome: 'missing', stderr: expect.stringContaining('ENOENT') })
    expect(of('noise')).toMatchObject({ outcome: 'failed', exitCode: 127 })
    expect(of('plain')).toMatchObject({ outcome: 'denied' })
    expect(of('absent')).toMatchObject({ outcome: 'missing', stderr: expect.stringContaining('is in none of') })
  })

  test('arguments reach the program as they are', async () => {
    const seen = await one(run('nth', { argv: ['nth', '$(id); `id`', '-x "y" *'] }))
    expect(seen.text).toBe('2:$(id); `id`:-x "y" *\n')
  })

  test('CPU time of a child is counted, in its look and in the cost of the run', async () => {
    const on = host()
    const before = on.cost()
    const seen = await one(run('burn', { graceMs: 20_000 }), on)
    expect(seen.text).toBe('200000\n')
    expect(seen.cpuMs).toBeGreaterThanOrEqual(20)
    const { cpuMs, ownCpuMs, peakRssBytes } = on.cost()
    expect(cpuMs - ownCpuMs - (before.cpuMs - before.ownCpuMs)).toBe(seen.cpuMs)
    expect(peakRssBytes).toBeGreaterThan(20e6)
  })
})

describe('deadlines', () => {
  test('none outlives its limit by more than a second: hanging, stopped, forking, and those who hold the pipe', async () => {
    const on = host()
    const names = ['hang', 'stopped', 'grandchild', 'escapee', 'storm', 'polite']
    const began = performance.now()
    const looks = await on.look(
      names.map((name) => run(name, { graceMs: 800 })),
      NOW,
      never,
    )
    expect(performance.now() - began).toBeLessThan(800 + 1000 + 400)
    const of = (name: string) => {
      const look = looks.get(name)?.[0]
      if (!look) throw new Error(`no look of ${name}`)
      return look
    }
    expect(of('hang')).toMatchObject({ outcome: 'timeout', signal: 'SIGKILL', text: 'started\n' })
    expect(of('hang').elapsedMs).toBeGreaterThan(800 + 600)
    expect(of('stopped')).toMatchObject({ outcome: 'timeout', signal: 'SIGKILL', text: 'started\n' })
    expect(of('storm')).toMatchObject({ outcome: 'timeout', text: '100\n' })
    // What closes its output on SIGINT (sysstat's JSON) is given the time to.
    expect(of('polite')).toMatchObject({ outcome: 'timeout', exitCode: 0, text: 'open\nclosed\n' })
    for (const name of ['grandchild', 'escapee']) {
      expect(of(name)).toMatchObject({ outcome: 'ok', exitCode: 0 })
      expect(of(name).elapsedMs).toBeLessThan(800)
    }
    expect(alive(Number(of('grandchild').text))).toBe(false)
    const escapee = Number(of('escapee').text)
    expect(alive(escapee)).toBe(true)
    process.kill(escapee, 'SIGKILL')
    for (const pid of on.own().slice(1)) expect(alive(pid)).toBe(false)
    expect(survivors('sleep 65')).toBe(0)
    expect(on.own()).toHaveLength(1 + names.length)
  })

  const freezer = '/sys/fs/cgroup/freezer'
  test.runIf(root && existsSync(`${freezer}/cgroup.procs`))(
    'nor does one in state D, which even SIGKILL does not end: it is let go and says where it waits',
    async () => {
      const group = join(freezer, `tracebook-test-${process.pid}`)
      mkdirSync(group)
      try {
        setTimeout(() => writeFileSync(join(group, 'freezer.state'), 'FROZEN'), 300)
        const began = performance.now()
        const seen = await one(run('freezing', { argv: ['freezing', join(group, 'cgroup.procs')], graceMs: 600 }))
        expect(performance.now() - began).toBeLessThan(600 + 1000 + 200)
        expect(seen).toMatchObject({
          outcome: 'timeout',
          text: 'frozen soon\n',
          stderr: expect.stringMatching(/did not end on SIGKILL: state D, waiting in \w+/),
        })
        expect(seen).not.toHaveProperty('signal')
      } finally {
        writeFileSync(join(group, 'freezer.state'), 'THAWED')
        for (let i = 0; i < 50 && readFileSync(join(group, 'cgroup.procs'), 'utf8') !== ''; i++)
          await new Promise((resolve) => setTimeout(resolve, 20))
        rmdirSync(group)
      }
    },
  )

  test('a program that lasts for the window may take the window and its grace', async () => {
    const asked = [run('nap', { graceMs: 300, lasting: true }), { ...run('nap', { graceMs: 100 }), source: 'short' }]
    const looks = await host().look(asked, { intervalMs: 400, count: 1 }, never)
    expect(looks.get('nap')?.[0]).toMatchObject({ outcome: 'ok', text: 'rested\n' })
    expect(looks.get('short')?.[0]).toMatchObject({ outcome: 'timeout', text: '' })
  })

  test('the process can end although a child does not', () => {
    const began = performance.now()
    const out = execFileSync(process.execPath, [bundle, 'escapee', '500'], {
      env: { TRACEBOOK_PATH: bin },
      timeout: 10_000,
      encoding: 'utf8',
    })
    const [look]: Observation[] = JSON.parse(out)
    process.kill(Number(look?.text), 'SIGKILL')
    expect(look?.outcome).toBe('ok')
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

describe('output', () => {
  test('100 MB on one line: cut at the cap, the program stopped, memory flat', () => {
    const out = execFileSync(process.execPath, [bundle, 'flood', '5000'], {
      env: { TRACEBOOK_PATH: bin },
      encoding: 'utf8',
      maxBuffer: 64e6,
    })
    const [look, cost]: [Observation, { peakRssBytes: number }] = JSON.parse(out)
    expect(look).toMatchObject({ outcome: 'truncated', bytes: 4 * 1024 * 1024 })
    expect(look.elapsedMs).toBeLessThan(2000)
    expect(cost.peakRssBytes).toBeLessThan(80e6)
  })

  test('is cut at a line, for half a line could be a wrong number', async () => {
    const seen = await one(run('lines'), host(10_000))
    expect(seen.outcome).toBe('truncated')
    expect(seen.text).toMatch(/^(a line of output\n)+$/)
    expect(seen.bytes).toBe(seen.text.length)
    expect(seen.bytes).toBeGreaterThan(9_900)
  })

  test('a chatty stderr neither blocks the program nor fills memory', async () => {
    const seen = await one(run('grumble'))
    expect(seen).toMatchObject({ outcome: 'ok', text: 'done\n' })
    expect(seen.stderr?.length).toBe(16 * 1024)
  })

  test('bytes that are not UTF-8 are kept, and come back from the text', async () => {
    const seen = await one(run('garbage'))
    expect(seen.bytes).toBe(10)
    expect(encode(seen.text, seen.bytes)).toEqual(
      Buffer.from([0xff, 0xfe, 0, 0x63, 0x61, 0x66, 0xc3, 0xa9, 0x80, 0x0a]),
    )
    for (const bytes of [[0xc3, 0xa9], [0xe9], [0xff, 0x41], [], [0x41]].map((values) => Buffer.from(values))) {
      expect(encode(decode(bytes), bytes.length)).toEqual(bytes)
    }
    expect(wholeLines(Buffer.from('1\n2')).toString()).toBe('1\n')
  })
})

describe('surroundings', () => {
  test('nothing of our environment reaches a program', async () => {
    const poison = [
      'NODE_OPTIONS',
      'LD_PRELOAD',
      'LD_LIBRARY_PATH',
      'SECRET',
      'PERF_EXEC_PATH',
      'PROC_NET_SNMP',
      'LANG',
      'LC_NUMERIC',
      'BASH_ENV',
      'ENV',
    ]
    const before = new Map(poison.map((name) => [name, process.env[name]]))
    for (const name of poison) process.env[name] = name === 'LD_PRELOAD' || name === 'NODE_OPTIONS' ? '' : 'poison'
    process.env['HOME'] ??= '/'
    try {
      const seen = await one(run('environment'))
      const lines = seen.text.split('\n')
      expect(seen.stderr).toBe('')
      const names = lines
        .filter((line) => line.includes('='))
        .map((line) => line.slice(0, line.indexOf('=')))
        .sort()
      // The shell adds PWD (and some OLDPWD, SHLVL, _) of its own.
      expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual(
        [
          'DEBUGINFOD_URLS',
          'HOME',
          'LC_ALL',
          'NO_COLOR',
          'NSTAT_HISTORY',
          'PAGER',
          'PATH',
          'PERF_CONFIG',
          'SYSTEMD_COLORS',
          'S_COLORS',
          'S_TIME_FORMAT',
          'TERM',
          'TZ',
        ].sort(),
      )
      expect(lines).toEqual(
        expect.arrayContaining([
          'LC_ALL=C',
          'TZ=UTC',
          'HOME=/nonexistent',
          'TERM=dumb',
          'S_TIME_FORMAT=ISO',
          'PWD=/',
          '/',
        ]),
      )
      const [, pid, group] = /^group (\d+) (\d+)$/m.exec(seen.text) ?? []
      expect(group).toBe(pid)
      expect(lines).toContain('oom 800')
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })

  test('without a free file descriptor the program has failed, files are still read, and we live', () => {
    const out = execFileSync('/bin/sh', ['-c', `ulimit -n 40; exec "${process.execPath}" "${bundle}" crowd 3000`], {
      env: { TRACEBOOK_PATH: bin },
      encoding: 'utf8',
    })
    const looks: Observation[] = JSON.parse(out)
    const failed = looks.filter((look) => look.outcome === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    for (const look of failed) expect(look.stderr).toContain('EMFILE')
    expect(looks.filter((look) => look.outcome === 'ok' && look.text === 'rested\n').length).toBeGreaterThan(0)
    expect(looks.at(-1)).toMatchObject({
      source: 'load',
      outcome: 'ok',
      text: expect.stringContaining('==> /proc/loadavg <=='),
    })
  })

  test.runIf(root && existsSync('/usr/bin/setpriv'))('without room for a process likewise', () => {
    const limited = `ulimit -u 18; exec "${process.execPath}" "${bundle}" crowd 3000`
    const out = execFileSync(
      '/usr/bin/setpriv',
      ['--reuid', '65533', '--regid', '65533', '--clear-groups', '/bin/bash', '-c', limited],
      { env: { TRACEBOOK_PATH: bin }, cwd: '/', encoding: 'utf8' },
    )
    const looks: Observation[] = JSON.parse(out)
    const failed = looks.filter((look) => look.outcome === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    // The shells that did start may lack a place for their sleep.
    for (const look of failed) expect(look.stderr).toMatch(/could not be started: EAGAIN|Cannot fork/)
    expect(failed.some((look) => look.stderr?.includes('EAGAIN'))).toBe(true)
    expect(looks.at(-1)).toMatchObject({ source: 'load', outcome: 'ok' })
  })
})

describe('the window', () => {
  test('looks are taken at exact multiples of the interval, at both ends, and numbered', async () => {
    const on = host()
    const told: number[] = []
    const asked = [
      reading('every', 'every', '/proc/uptime'),
      reading('start', 'start', '/proc/uptime'),
      reading('end', 'end', '/proc/uptime'),
      reading('ends', 'ends', '/proc/uptime'),
      run('fine', { at: 'ends' }),
    ]
    const looks = await on.look(asked, { intervalMs: 200, count: 5 }, never, (elapsed, total) =>
      told.push(elapsed / total),
    )
    const at = (source: string) => (looks.get(source) ?? []).map((look) => look.atMs)
    const every = at('every')
    const [first = 0] = every
    expect(every).toHaveLength(6)
    every.forEach((moment, i) => expect(Math.abs(moment - first - 200 * i)).toBeLessThan(90))
    expect([at('start').length, at('end').length, at('ends').length, at('fine').length]).toEqual([1, 1, 2, 2])
    expect((at('end')[0] ?? 0) - first).toBeGreaterThan(930)
    expect(looks.get('every')?.map((look) => look.id)).toEqual([
      'every',
      'every#2',
      'every#3',
      'every#4',
      'every#5',
      'every#6',
    ])
    expect(looks.get('fine')?.map((look) => look.id)).toEqual(['fine', 'fine#2'])
    expect(told).toHaveLength(5)
    expect(told.at(-1)).toBe(1)
    const again = await on.look([reading('every', 'start', '/proc/uptime')], NOW, never)
    expect(again.get('every')?.[0]?.id).toBe('every#7')
    expect(again.get('every')?.[0]?.atMs).toBeGreaterThan(every.at(-1) ?? Infinity)
  })

  test('a late tick does not push the next one, one that was slept through is left out', async () => {
    let block = true
    const looks = await host().look(
      [reading('every', 'every', '/proc/uptime')],
      { intervalMs: 100, count: 8 },
      never,
      () => {
        const until = performance.now() + (block ? 330 : 0)
        block = false
        while (performance.now() < until);
      },
    )
    const at = (looks.get('every') ?? []).map((look) => look.atMs)
    expect(at.length).toBeLessThan(9)
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(770)
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThan(900)
    for (let i = 1; i < at.length; i++) expect((at[i] ?? 0) - (at[i - 1] ?? 0)).toBeGreaterThan(20)
  })

  test('of count 0 returns at once with the start looks', async () => {
    const asked = (['start', 'end', 'ends', 'every'] as const).map((at) => reading(at, at, '/proc/uptime'))
    const began = performance.now()
    const looks = await host().look(asked, NOW, never)
    expect(performance.now() - began).toBeLessThan(200)
    expect([...looks].map(([source, of]) => [source, of.length])).toEqual([
      ['start', 1],
      ['end', 0],
      ['ends', 1],
      ['every', 1],
    ])
  })

  test('stopped in the middle: what there is so far within a second, the rest interrupted', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 500)
    const asked = [
      run('sleeper', { lasting: true }),
      run('hang', { lasting: true }),
      run('fine', { at: 'ends' }),
      reading('every', 'every', '/proc/uptime'),
      reading('end', 'end', '/proc/uptime'),
    ]
    const began = performance.now()
    const looks = await host().look(asked, { intervalMs: 200, count: 50 }, stop.signal)
    expect(performance.now() - began).toBeLessThan(1500)
    expect(looks.get('sleeper')).toMatchObject([{ outcome: 'interrupted', text: 'begun\n' }])
    expect(looks.get('hang')).toMatchObject([{ outcome: 'interrupted', text: 'started\n' }])
    expect(looks.get('fine')).toMatchObject([
      { outcome: 'ok', text: 'hello\n' },
      { id: 'fine#2', outcome: 'interrupted', text: '' },
    ])
    expect(looks.get('every')?.map((look) => look.outcome)).toEqual(['ok', 'ok', 'ok'])
    expect(looks.get('end')).toMatchObject([{ outcome: 'interrupted', bytes: 0 }])
  })

  test('stopped beforehand: nothing is started', async () => {
    const on = host()
    const looks = await on.look(
      [run('fine'), reading('load', 'every', '/proc/loadavg')],
      { intervalMs: 1000, count: 5 },
      AbortSignal.abort(),
    )
    expect(looks.get('fine')).toMatchObject([{ outcome: 'interrupted' }])
    expect(looks.get('load')).toMatchObject([{ outcome: 'interrupted' }])
    expect(on.own()).toEqual([process.pid])
  })
})

describe('files', () => {
  const read = async (...paths: string[]) => one(reading('files', 'start', ...paths))

  test('are framed, and what cannot be read says why', async () => {
    const seen = await read(
      '/proc/loadavg',
      '/proc/nothing/here',
      '/proc/sys/kernel/ostype',
      '/sys/class/net/lo/speed',
      '/sys/class',
    )
    expect(seen).toMatchObject({ outcome: 'ok', tier: 'read', cpuMs: 0, bytes: seen.text.length })
    expect(seen.paths).toHaveLength(5)
    expect(files(seen.text).get('/proc/sys/kernel/ostype')).toBe('Linux\n')
    expect(files(seen.text).get('/proc/loadavg')).toMatch(/^\d+\.\d+ /)
    expect([...files(seen.text).keys()]).toEqual(['/proc/loadavg', '/proc/sys/kernel/ostype'])
    expect(Object.fromEntries(unreadable(seen.text))).toEqual({
      '/proc/nothing/here': 'ENOENT',
      '/sys/class/net/lo/speed': 'EINVAL',
      '/sys/class': 'EISDIR',
    })
    expect(await read('/proc/nothing')).toMatchObject({ outcome: 'missing' })
    expect(await read('/sys/class/net/lo/speed')).toMatchObject({ outcome: 'failed' })
  })

  test('patterns: a star in a segment, any depth, folders; no match is an empty answer, not an error', async () => {
    const net = readdirSync('/sys/class/net').sort()
    const seen = await read(
      '/sys/class/net/*/mtu',
      '/sys/class/net/',
      '/proc/sys/kernel/rand*/**/boot*id',
      '/proc/*/loadavg',
      '/sys/class/net/*/nothing',
    )
    const found = files(seen.text)
    expect([...found.keys()]).toEqual([
      ...net.map((name) => `/sys/class/net/${name}/mtu`),
      '/sys/class/net/',
      '/proc/sys/kernel/random/boot_id',
    ])
    expect(found.get('/sys/class/net/lo/mtu')).toBe('65536\n')
    expect(found.get('/sys/class/net/')).toBe(net.map((name) => `${name}\n`).join(''))
    expect(await read('/sys/class/nothing/*/x')).toMatchObject({ outcome: 'ok', text: '' })
    const deep = files((await read('/sys/devices/system/cpu/**/online')).text)
    expect(deep.has('/sys/devices/system/cpu/online')).toBe(true)
  })

  test('both ends of a window read the same files', async () => {
    const child = spawnChild('/bin/sleep', ['66'])
    left.push(child)
    const on = host()
    const pending = on.look([reading('stat', 'ends', '/proc/*/oom_score')], { intervalMs: 300, count: 1 }, never)
    const late = await new Promise<ChildProcess>((resolve) =>
      setTimeout(() => resolve(spawnChild('/bin/sleep', ['66'])), 100),
    )
    left.push(late)
    const [first, second] = (await pending).get('stat') ?? []
    const path = (one: ChildProcess) => `/proc/${one.pid}/oom_score`
    expect(files(first?.text ?? '').has(path(child))).toBe(true)
    expect(files(second?.text ?? '').has(path(child))).toBe(true)
    expect(files(second?.text ?? '').has(path(late))).toBe(false)
    child.kill('SIGKILL')
    late.kill('SIGKILL')
  })

  const DOOR = 'root'
  const REFUSED = [
    '/etc/shadow',
    '/etc/passwd',
    '/home/somebody/.ssh/id_rsa',
    '/proc/../etc/shadow',
    '/sys/./kernel/mm',
    `/proc/self/${DOOR}/etc/shadow`,
    '/proc/1/cwd/x',
    `/proc/1/task/1/${DOOR}/etc/shadow`,
    '/proc/self/fd/0',
    '/proc/self/exe',
    '/proc/self/environ',
    '/proc/self/task/1/environ',
    '/proc/1/cmdline',
    '/proc/self/mem',
    '/proc/kcore',
    '/proc/kmsg',
    '/dev/kmsg',
    '/dev/watchdog',
    '/sys/kernel/tracing/trace_pipe',
    '/sys/kernel/tracing/trace_pipe_raw',
    '/sys/kernel/tracing/instances/x/per_cpu/cpu0/trace_pipe_raw',
    '/sys/kernel/tracing/free_buffer',
    '/sys/kernel/tracing/snapshot',
    '/sys/kernel/tracing/snapshot_raw',
    '/sys/kernel/debug/tracing/trace_pipe',
    '/sys/kernel/debug/dri/0/state',
    '/sys/kernel/debug/kvmx/exits',
    '/proc/*/environ',
    '/proc/*/cmdline',
    '/proc/*/task/*/mem',
    '/var/log/../../etc/shadow',
    'proc/stat',
    '',
  ]
  test.each(REFUSED)('%j is not opened', async (path) => {
    const seen = await read(path)
    expect(seen.outcome).toBe('denied')
    expect(seen.text).toBe(`==> ${path} <== REFUSED\n`)
  })

  test('that a pattern reaches are judged one by one', async () => {
    const seen = await read('/proc/self/*', '/sys/kernel/tracing/*')
    const names = [...files(seen.text).keys(), ...unreadable(seen.text).keys()].map((path) => path.split('/').pop())
    expect(names).toContain('status')
    for (const name of ['environ', 'cmdline', 'mem', 'exe', 'pagemap', 'trace_pipe', 'free_buffer', 'snapshot'])
      expect(names).not.toContain(name)
  })

  test('longer than 1 MiB are marked in their frame, so that nobody takes the part for the whole', async () => {
    const seen = await read('/proc/kallsyms', '/proc/loadavg')
    expect(readFileSync('/proc/kallsyms').length).toBeGreaterThan(1024 * 1024)
    expect(unreadable(seen.text).get('/proc/kallsyms')).toBe('EFBIG')
    expect([...files(seen.text).keys()]).toEqual(['/proc/loadavg'])
    expect(seen.bytes).toBeGreaterThan(1024 * 1024 - 1000)
    expect(seen.bytes).toBeLessThan(1024 * 1024 + 200)
  })

  describe.runIf(root)('in /var/log, where others may write', () => {
    let logs = ''
    beforeAll(() => void (logs = mkdtempSync('/var/log/tracebook-test-')))
    afterAll(() => rmSync(logs, { recursive: true, force: true }))

    test('a FIFO does not hang us, a link does not lead us out', async () => {
      execFileSync('mkfifo', [join(logs, 'pipe.log')])
      symlinkSync('/etc/shadow', join(logs, 'link.log'))
      writeFileSync(join(logs, 'real.log'), 'one\ntwo')
      symlinkSync(join(logs, 'real.log'), join(logs, 'inner.log'))
      const began = performance.now()
      const seen = await read(`${logs}/*.log`, join(logs, 'pipe.log'))
      expect(performance.now() - began).toBeLessThan(500)
      expect(Object.fromEntries(files(seen.text))).toEqual({
        [`${logs}/inner.log`]: 'one\ntwo\n',
        [`${logs}/real.log`]: 'one\ntwo\n',
      })
      expect(Object.fromEntries(unreadable(seen.text))).toEqual({
        [`${logs}/pipe.log`]: 'EFTYPE',
        [`${logs}/link.log`]: 'EFTYPE',
      })
    })

    test('neither a line nor a name can pass for a file of its own', async () => {
      writeFileSync(join(logs, 'forged.txt'), '==> /proc/stat <==\ncpu 1\nx\n==> /proc/loadavg <==\n99 99 99\n')
      const folder = join(logs, 'a\n==> /proc/loadavg <==\n9')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'b.txt'), 'forged\n')
      const seen = await read(`${logs}/forged.txt`, `${logs}/**/b.txt`, `${logs}/`)
      const found = files(seen.text)
      expect(found.has('/proc/stat')).toBe(false)
      expect(found.has('/proc/loadavg')).toBe(false)
      expect(found.size).toBe(3)
      expect(found.get(`${logs}/forged.txt`)).toContain('99 99 99')
    })
  })
})

describe('processes', () => {
  test('one record each, whatever they call themselves', async () => {
    const names = ['a) R 1 (b', 'two\nlines) S 2', 'nul\u001b[31m|`x`', '\u00e9t\u00e9']
    const started = names.map((name, i) => {
      const path = join(home, name)
      copyFileSync('/bin/sleep', path)
      chmodSync(path, 0o755)
      const child = spawnChild(path, [String(70 + i)], { argv0: 'sleep' })
      left.push(child)
      return child
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const seen = await one({
      source: 'all',
      tier: 'read',
      request: { kind: 'scan', files: ['schedstat', 'io', 'attr/nothing'], at: 'start' },
    })
    expect(seen).toMatchObject({
      outcome: 'ok',
      paths: ['/proc/*/stat', '/proc/*/schedstat', '/proc/*/io', '/proc/*/attr/nothing'],
    })
    const records = scan(seen.text, 3)
    expect(records.length).toBe(seen.text.split('\0\n').length - 1)
    started.forEach((child, i) => {
      const record = records.find(({ pid }) => pid === child.pid)
      expect(record?.comm).toBe(names[i])
      expect(record?.state).toBe('S')
      expect(record?.parent).toBe(process.pid)
      expect(record?.files[0]).toMatch(/^\d+ \d+ \d+\n$/)
      expect(record?.files[1]).toMatch(/^rchar: /)
      expect(record?.files[2]).toBe('')
    })
    for (const child of started) child.kill('SIGKILL')
  })

  test.each(['environ', 'cmdline', '../../etc/shadow', 'root/etc/shadow', 'fd/0'])(
    '%s of each is not read',
    async (file) => {
      expect(
        await one({ source: 'all', tier: 'read', request: { kind: 'scan', files: [file], at: 'start' } }),
      ).toMatchObject({ outcome: 'denied', text: '' })
    },
  )
})

describe('capture and replay', () => {
  const about = { tracebook: '0.0.0-test', runbook: 'none', window: { intervalMs: 150, count: 2 } }
  const first = [
    run('fine', { at: 'ends' }),
    run('garbage'),
    run('absent'),
    run('three'),
    reading('load', 'every', '/proc/loadavg', '/proc/nothing'),
    reading('mixed', 'start', '/proc/uptime'),
    { source: 'mixed', tier: 'read', request: { kind: 'scan', files: ['io'], at: 'ends' } },
  ] satisfies Asked[]
  const second = [reading('load', 'start', '/proc/loadavg'), reading('never', 'end', '/proc/stat')]

  async function through(on: Host) {
    const which = ['fine', 'absent', 'plain'].map((tool) => on.which(tool))
    const times = [on.now()]
    const one = await on.look(first, about.window, never)
    times.push(on.now())
    await on.pause(on.kind === 'local' ? 50 : 1e9, never)
    const two = await on.look(second, NOW, never)
    times.push(on.now())
    return { which, times, one: [...one], two: [...two], startedAt: on.startedAt }
  }
  const recorded = (directory: string) => {
    const found = recordedHost(directory)
    if (isUnavailable(found)) throw new Error(found.reason)
    return found
  }

  test('a replay sees what the run saw: every look, time, cost and process id', async () => {
    const directory = join(home, 'good')
    const live = capturing(host(), directory, about)
    if (isUnavailable(live)) throw new Error(live.reason)
    const seen = await through(live)
    const cost = live.cost()
    expect(live.finish({ target: 'pid:1' })).toBeUndefined()
    expect(live.cost()).toEqual(cost)
    const again = recorded(directory)
    expect(again).toMatchObject({
      kind: 'recorded',
      recording: { ...about, target: 'pid:1', complete: true, elapsedMs: live.now() },
    })
    const replayed = await through(again)
    expect(replayed).toEqual(seen)
    expect(JSON.stringify(replayed) === JSON.stringify(seen)).toBe(true)
    expect(again.cost()).toEqual(cost)
    expect(again.own()).toEqual(live.own())
    expect(seen.times[2]).toBeGreaterThan(300)
  })

  test('is private, verbatim, and valid JSON', () => {
    const directory = join(home, 'good')
    expect(lstatSync(directory).mode & 0o777).toBe(0o700)
    const names = readdirSync(directory)
    for (const name of names) expect(lstatSync(join(directory, name)).mode & 0o777).toBe(0o600)
    const garbage = names.find((name) => name.endsWith('-garbage.txt')) ?? ''
    expect(readFileSync(join(directory, garbage))).toEqual(
      Buffer.from([0xff, 0xfe, 0, 0x63, 0x61, 0x66, 0xc3, 0xa9, 0x80, 0x0a]),
    )
    const index = readFileSync(join(directory, 'index.json'), 'utf8')
    expect(index).not.toContain('==> ')
    expect(names).toHaveLength(JSON.parse(index).observations.length + 1)
  })

  test('another runbook gets the earliest looks not given out, and is told what was never recorded', async () => {
    const again = recorded(join(home, 'good'))
    const looks = await again.look([run('three'), run('other'), reading('fine', 'start', '/proc/loadavg')], NOW, never)
    expect(looks.get('three')).toMatchObject([{ outcome: 'failed', text: 'half\n' }])
    expect(looks.get('other')).toMatchObject([
      { id: 'other', outcome: 'missing', argv: ['other'], stderr: 'other is not in the recording' },
    ])
    expect(looks.get('fine')).toMatchObject([{ id: 'fine#3', outcome: 'missing' }])
    // The second measurement asks first for the first round's looks of a source: the second round's are matched by their round.
    expect(
      (await again.look([reading('load', 'start', '/proc/loadavg')], NOW, never)).get('load')?.map((look) => look.id),
    ).toEqual(['load#4'])
    expect(
      (await again.look([reading('load', 'start', '/proc/loadavg')], NOW, never)).get('load')?.map((look) => look.id),
    ).toEqual(['load', 'load#2', 'load#3'])
    expect((await again.look([reading('load', 'start', '/proc/loadavg')], NOW, never)).get('load')).toMatchObject([
      { id: 'load#5', outcome: 'missing' },
    ])
    expect(again.which('perf')).toMatchObject({ unavailable: 'not measured' })
  })

  test('a run that was killed leaves a recording all the same', async () => {
    const directory = join(home, 'killed')
    const live = capturing(host(), directory, about)
    if (isUnavailable(live)) throw new Error(live.reason)
    await live.look([run('fine')], NOW, never)
    const again = recorded(directory)
    expect(again.recording.complete).toBe(false)
    expect((await again.look([run('fine')], NOW, never)).get('fine')).toMatchObject([{ text: 'hello\n' }])
  })

  test('a directory that is not new, not ours alone, or not a directory is refused', () => {
    const full = join(home, 'good')
    const loose = join(home, 'loose-capture')
    mkdirSync(loose)
    chmodSync(loose, 0o777)
    const link = join(home, 'link-capture')
    mkdirSync(join(home, 'empty'), { mode: 0o700 })
    symlinkSync(join(home, 'empty'), link)
    for (const directory of [full, loose, link, join(bin, 'fine'), join(home, 'no/such/parent')]) {
      expect(capturing(host(), directory, about)).toMatchObject({ unavailable: expect.any(String) })
    }
    expect(isUnavailable(capturing(host(), join(home, 'empty'), about))).toBe(false)
  })

  test('what is not a recording is told, and a lost text is a missing look', async () => {
    const index: { observations: Record<string, unknown>[] } = JSON.parse(
      readFileSync(join(home, 'good', 'index.json'), 'utf8'),
    )
    const bad = (name: string, content: string) => {
      mkdirSync(join(home, name))
      writeFileSync(join(home, name, 'index.json'), content)
      return recordedHost(join(home, name))
    }
    expect(recordedHost(join(home, 'nowhere'))).toMatchObject({ unavailable: 'not measured' })
    expect(bad('half', '{"schemaVersion": 1,')).toMatchObject({ unavailable: 'not measured' })
    expect(bad('future', JSON.stringify({ ...index, schemaVersion: 2 }))).toMatchObject({
      unavailable: 'not understood',
      reason: expect.stringContaining('/schemaVersion'),
    })
    const [look] = index.observations
    for (const file of ['../good/index.json', '/etc/passwd', '01-a.txt/../../x', 'index.json']) {
      expect(
        bad(`outside${file.length}`, JSON.stringify({ ...index, observations: [{ ...look, file }] })),
      ).toMatchObject({ unavailable: 'not understood' })
    }
    const lost = bad('lost', JSON.stringify(index))
    if (isUnavailable(lost)) throw new Error(lost.reason)
    expect((await lost.look([run('three')], NOW, never)).get('three')).toMatchObject([
      { outcome: 'missing', text: '', stderr: expect.stringContaining('ENOENT') },
    ])
  })
})
