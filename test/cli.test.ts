// The command line as a person or cron meets it: the built program is started; nothing of it is replaced.
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createMachine } from 'xstate'
import { explain, idsOf as idsKnown } from '../src/cli/explain/explain.ts'
import { pageOf } from '../src/cli/explain/page.ts'
import { colorsOf } from '../src/cli/layout.ts'
import { catalogueOf } from '../src/cli/setup.ts'
import { siteOf } from '../src/cli/site.ts'
import { loadBuiltin } from '../src/load/library-loader.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
/** TRACEBOOK_BIN: the same tests against an installed package. */
const bin = process.env['TRACEBOOK_BIN'] ?? join(root, 'bin/tracebook.js')
let folder = ''
let team = ''

interface Done {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}
/** What the test expects the text to hold. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the shape
function json<T>(text: string): T {
  return JSON.parse(text)
}

interface How {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

function tracebook(args: readonly string[], how: How = {}): Done {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    cwd: how.cwd ?? folder,
    env: how.env ?? process.env,
    timeout: 25_000,
  })
  return { status, stdout, stderr }
}

function started(args: readonly string[], how: How = {}) {
  const child = spawn(process.execPath, [bin, ...args], { cwd: how.cwd ?? folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (text[name] += chunk.toString()))
  const done = new Promise<Done>((settle) => child.on('close', (status) => settle({ status, ...text })))
  return { child, done }
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await new Promise((settle) => setTimeout(settle, 25))
  expect(holds()).toBe(true)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const stack = /^\s+at .+:\d+:\d+/m

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracebook-cli-'))
  team = join(folder, 'team')
  if (process.env['TRACEBOOK_BIN'] === undefined)
    expect(spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { encoding: 'utf8' })).toMatchObject({
      status: 0,
    })
  for (const [name, limit] of [
    ['never', 1_000_000],
    ['always', 1],
  ] as const)
    write(
      join(team, `checks/app/${name}.yaml`),
      `check: The host has ${limit} CPUs or more\nuse: none\ntopic: test\nwhy: It takes no time.\nparams: { limit: { default: ${limit}, help: CPUs } }\n` +
        `status: { warn: cpu.online >= limit }\nfinding: \${cpu.online} CPUs\n` +
        `tests:\n  - { given: { cpu.online: ${limit} }, expect: warn }\n  - { given: { cpu.online: 0.5 }, expect: ok }\n  - { given: {}, expect: unknown }\n`,
    )
  const book = (check: string) =>
    `runbook: A test\ngoal: Take no time.\nsteps:\n  - check: ${check}\n  - { conclude: All is well., when: ${check}.ok }\n`
  write(join(team, 'runbooks/well.yaml'), book('app.never'))
  write(join(team, 'runbooks/unwell.yaml'), book('app.always'))
  write(
    join(team, 'runbooks/slow.yaml'),
    book('[app.never, cpu.run_queue]').replace('[app.never, cpu.run_queue].ok', 'app.never.ok'),
  )
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const commands = [
  'run',
  'check',
  'list',
  'explain',
  'plan',
  'graph',
  'probe',
  'flame',
  'doctor',
  'lint',
  'test',
  'new',
  'capture',
  'report',
]

test('the help names every command, and every command has help with examples', () => {
  const help = tracebook(['--help'])
  expect(help.status).toBe(0)
  for (const name of commands) {
    expect(help.stdout).toContain(`  ${name} `)
    const { status, stdout, stderr } = tracebook([name, '--help'])
    expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' })
    expect(stdout).toContain('Examples')
    expect(tracebook(['help', name]).stdout).toBe(stdout)
  }
})

test.each([
  [['grph'], 'did you mean graph?'],
  [['run', 'sixty_second'], 'did you mean sixty_seconds?'],
  [['plan', 'sixty_second'], 'did you mean sixty_seconds?'],
  [['graph', 'sixty_second'], 'did you mean sixty_seconds?'],
  [['check', 'sixty_second'], 'did you mean sixty_seconds?'],
  [['capture', 'new', 'sixty_second'], 'did you mean sixty_seconds?'],
  [['explain', 'cpu.runable'], 'did you mean cpu.runnable?'],
  [['explain', 'runqueue'], 'cpu.run_queue'],
  [['list', 'cheks'], 'did you mean checks?'],
  [['list', '--jsn'], '--json'],
  [['graph', 'sixty_seconds', '--format', 'dot'], 'mermaid'],
  [['run', '--format', 'markdwn'], 'did you mean markdown?'],
  [['run', '--out', 'report.docx'], '.md'],
  [['run', '--window', 'long'], '5s'],
  [['run', '--from', 'nowhere'], 'nowhere'],
  [['capture', 'new', '--from', 'nowhere'], '--from'],
  [['new', 'chek', 'x'], 'did you mean check?'],
  [['new', 'check'], 'needs an id'],
  [['new', 'check', 'Memory'], 'memory.app_waits'],
  [['new', 'check', 'cpu.run_queue'], 'built-in'],
  [['new', 'check', 'cpu.runnable'], 'metric'],
  [['new', 'runbook', 'sixty_seconds'], 'extends'],
  [['lint', 'nowhere'], 'nowhere'],
  [['test', 'nowhere'], 'nowhere'],
  [['report', 'nowhere.json'], 'nowhere.json'],
])('usage: %j is refused with what to do', (args, said) => {
  const { status, stdout, stderr } = tracebook(args)
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
  expect(stderr).toContain(said)
  expect(stderr).not.toMatch(stack)
})

test('a reader that goes away early is no error', async () => {
  for (const args of [
    ['list', 'metrics'],
    ['list', 'checks', '--json'],
    ['graph', 'sixty_seconds', '--format', 'xstate'],
    ['lint'],
  ]) {
    const { child, done } = started(args)
    child.stdout.destroy()
    const { status, stderr } = await done
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
  }
})

test('works in a directory nobody can write to', () => {
  for (const args of [
    ['list'],
    ['plan'],
    ['doctor'],
    ['check', 'well', '--runbooks', team, '--state', join(folder, 'elsewhere')],
  ]) {
    const { status, stderr } = tracebook(args, { cwd: '/proc' })
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
  }
})

test('list --json parses for every kind', () => {
  for (const kind of ['runbooks', 'checks', 'metrics', 'causes', 'sources']) {
    const found = json<Record<string, { id: string; title: string }[]>>(tracebook(['list', kind, '--json']).stdout)
    expect(found[kind]!.length).toBeGreaterThan(0)
    for (const { id, title } of found[kind]!) expect({ id, title: title.trim() !== '' }).toEqual({ id, title: true })
    expect(tracebook(['list', kind]).stdout.trim().split('\n').length).toBe(found[kind]!.length)
  }
})

test('explain answers for every kind of id', () => {
  const cases = [
    [
      'cpu.run_queue',
      'check',
      ['Why', 'Thresholds', 'queue_per_cpu', 'Metrics it needs', 'cpu.runnable', 'sixty_seconds'],
    ],
    ['cpu.runnable', 'metric', ['Sources', 'vmstat', 'proc_stat', 'cpu.run_queue']],
    ['cpu.saturated', 'cause', ['to blame: process', 'remove the work']],
    ['sixty_seconds', 'runbook', ['Steps', 'cpu.run_queue']],
    ['vmstat', 'source', ['Gives', 'cpu.runnable']],
  ] as const
  for (const [id, kind, words] of cases) {
    const { status, stdout } = tracebook(['explain', id])
    expect(status).toBe(0)
    expect(stdout).toContain(`${kind} ${id}`)
    for (const word of words) expect(stdout).toContain(word)
    expect(JSON.parse(tracebook(['explain', id, '--json']).stdout)).toMatchObject({ [kind]: { id } })
  }
})

test('every id there is has a page without a hole in it', async () => {
  const library = await loadBuiltin(root, undefined)
  const catalogue = catalogueOf(library)
  const site = await siteOf(library, undefined)
  const colors = colorsOf()
  for (const id of idsKnown(library, catalogue, site.sources)) {
    const pages = explain(id, library, catalogue, site).map((page) => pageOf(page, colors, 100).join('\n'))
    expect(pages.length).toBeGreaterThan(0)
    for (const page of pages) {
      expect(page).toContain(id)
      expect(page).not.toMatch(/undefined|NaN|\[object/)
    }
  }
})

interface PlanJson {
  readonly steps: readonly {
    readonly verb: string
    readonly measuring?: {
      readonly checks: readonly string[]
      readonly sources: readonly { readonly looks: readonly unknown[] }[]
    }
  }[]
  readonly leastSeconds: number
  readonly worstSeconds: number
}

const idsOf = (kind: string): string[] =>
  json<Record<string, { id: string }[]>>(tracebook(['list', kind, '--json']).stdout)[kind]!.map(({ id }) => id)

test('every runbook has a plan whose worst time is not below its least, and a machine that XState takes', () => {
  for (const id of idsOf('runbooks')) {
    const plan = json<PlanJson>(tracebook(['plan', id, '--json']).stdout)
    expect(plan.worstSeconds).toBeGreaterThanOrEqual(plan.leastSeconds)
    for (const { measuring } of plan.steps)
      for (const source of measuring?.sources ?? []) expect(source.looks.length).toBeGreaterThan(0)
    const machine = createMachine(json<object>(tracebook(['graph', id, '--format', 'xstate']).stdout))
    expect(Object.keys(machine.states).length).toBeGreaterThan(plan.steps.length > 0 ? 2 : 1)
    expect(tracebook(['graph', id]).stdout).toMatch(/^stateDiagram-v2\n/)
  }
})

test('a plan follows the window, and says what a tier that is not allowed would have given', () => {
  const plan = (...more: string[]) =>
    json<PlanJson & { unknown: { why: { unavailable: string } }[] }>(
      tracebook(['plan', 'slow', '--runbooks', team, '--json', ...more]).stdout,
    )
  expect(plan().leastSeconds).toBe(5)
  expect(plan('--window', '10s').leastSeconds).toBe(10)
  expect(plan('--window', '10s').worstSeconds).toBeGreaterThan(20)
  const readOnly = plan('--allow', 'read')
  expect(JSON.stringify(readOnly.steps)).not.toContain('"tier":"run"')
  expect(readOnly.worstSeconds).toBe(5)
  expect(tracebook(['plan', 'well', '--runbooks', team]).stdout).toContain('0 s when no condition holds')
})

test('lint: the place, the cure, and status 65', () => {
  const bad = join(folder, 'bad/checks/app/bad.yaml')
  write(
    bad,
    readFileSync(join(team, 'checks/app/never.yaml'), 'utf8').replace('cpu.online >= limit', 'cpu.onlin >= limit'),
  )
  const { status, stdout, stderr } = tracebook(['lint', bad])
  expect({ status, stderr }).toEqual({ status: 65, stderr: '' })
  expect(stdout).toContain('bad.yaml:6:17: error:')
  expect(stdout).toContain('did you mean cpu.online?')
  const [first] = json<{ file: string; line: number; column: number; code: string }[]>(
    tracebook(['lint', bad, '--json']).stdout,
  )
  expect(first).toMatchObject({ line: 6, column: 17, code: 'unknown-name' })
  const run = tracebook(['run', 'well', '--runbooks', join(folder, 'bad'), '--auto'])
  expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 65, stdout: '' })
})

test('lint: a check step may not need what only instrumentation gives', () => {
  const traced = join(folder, 'traced')
  write(
    join(traced, 'checks/app/latency.yaml'),
    'check: Tasks wait\nuse: none\ntopic: test\nwhy: They do.\nparams: { limit: { default: 1ms, help: a limit } }\nstatus: { warn: sched.wakeup_latency.p99 > limit }\nfinding: so it is\ntests: [{ given: {}, expect: unknown }]\n',
  )
  write(
    join(traced, 'runbooks/traced.yaml'),
    'runbook: A test\ngoal: Trace.\nsteps:\n  - check: app.latency\n  - { conclude: It waits., when: app.latency.firing }\n',
  )
  const found = tracebook(['lint', traced])
  expect(found.status).toBe(65)
  expect(found.stdout).toContain('tracing-metric')
})

test('lint: a warning counts only with --strict', () => {
  const file = join(folder, 'warned/checks/app/warned.yaml')
  write(file, readFileSync(join(team, 'checks/app/never.yaml'), 'utf8').replace(/ {2}- \{ given: \{\}.*\n/, ''))
  expect(tracebook(['lint', file])).toMatchObject({ status: 0 })
  expect(tracebook(['lint', file]).stdout).toContain('warning')
  expect(tracebook(['lint', file, '--strict'])).toMatchObject({ status: 65 })
})

test('the built-in files have no mistakes and pass their tests', () => {
  const lint = tracebook(['lint'])
  expect(lint).toMatchObject({ status: 0, stderr: '' })
  expect(tracebook(['test'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d\d+ passed, 0 failed\n$/) as unknown,
  })
})

test('test: a failing test is told with what was expected, and the status is 1', () => {
  const file = join(folder, 'failing/checks/app/failing.yaml')
  write(
    file,
    readFileSync(join(team, 'checks/app/never.yaml'), 'utf8').replace(
      'cpu.online: 0.5 }, expect: ok',
      'cpu.online: 0.5 }, expect: warn',
    ),
  )
  const { status, stdout } = tracebook(['test', file])
  expect(status).toBe(1)
  expect(stdout).toMatch(/FAIL app\.failing .*expected warn, got ok/)
  expect(stdout).toContain('2 passed, 1 failed')
  expect(JSON.parse(tracebook(['test', file, '--json']).stdout)).toMatchObject({ passed: 2, failed: 1 })
})

test('new: what it writes has no mistakes, passes its tests, runs, and is not overwritten', () => {
  const ours = join(folder, 'ours')
  for (const id of ['cpu.app_waits', 'memory.app_waits', 'disk.app_waits', 'queue.deep.app_waits'])
    expect(tracebook(['new', 'check', id, '--dir', ours])).toMatchObject({ status: 0, stderr: '' })
  expect(tracebook(['new', 'runbook', 'cases/app', '--dir', ours]).stdout).toContain('tracebook plan cases/app')
  expect(tracebook(['lint', ours, '--strict'])).toMatchObject({ status: 0, stdout: '5 files, no mistakes\n' })
  expect(tracebook(['test', ours])).toMatchObject({ status: 0, stdout: '16 passed, 0 failed\n' })
  expect(tracebook(['plan', 'cases/app', '--runbooks', ours])).toMatchObject({ status: 0 })
  const before = readFileSync(join(ours, 'checks/cpu/app_waits.yaml'), 'utf8')
  const again = tracebook(['new', 'check', 'cpu.app_waits', '--dir', ours])
  expect(again).toMatchObject({ status: 64 })
  expect(again.stderr).toContain('already')
  expect(readFileSync(join(ours, 'checks/cpu/app_waits.yaml'), 'utf8')).toBe(before)
  expect(tracebook(['new', 'check', 'cpu.app_waits', '--dir', '/proc/ours'])).toMatchObject({ status: 74, stdout: '' })
  for (const kind of ['tool', 'probe']) expect(tracebook(['new', kind])).toMatchObject({ status: 0 })
})

test('doctor: two seconds, every tool of every source, and one command for what is missing', () => {
  const from = performance.now()
  const { status, stdout } = tracebook(['doctor', '--json'])
  expect(status).toBe(0)
  expect(performance.now() - from).toBeLessThan(4000)
  const found = json<{
    tools: { tool: string; path?: string; version?: string }[]
    tiers: { tier: string; works: boolean }[]
    sources: { source: string }[]
  }>(stdout)
  expect(found.tools.map(({ tool }) => tool)).toEqual(expect.arrayContaining(['vmstat', 'iostat', 'ss']))
  for (const { tool, path, version } of found.tools)
    if (path !== undefined) expect({ tool, version }).toEqual({ tool, version: expect.stringMatching(/\d/) as unknown })
  expect(found.tiers.find(({ tier }) => tier === 'read')).toMatchObject({ works: true })
  expect(found.sources.map(({ source }) => source).sort()).toEqual(idsOf('sources'))
  const empty = mkdtempSync(join(folder, 'empty-'))
  const bare = json<{ install?: string; tiers: { tier: string; works: boolean }[] }>(
    tracebook(['doctor', '--json'], { env: { ...process.env, TRACEBOOK_PATH: empty } }).stdout,
  )
  expect(bare.tiers.find(({ tier }) => tier === 'run')).toMatchObject({ works: false })
  expect(bare.install).toMatch(/sysstat/)
  // A virtual machine without disks of its own: nothing is installed for hardware that is not there.
  const virtual = json<{ install?: string }>(
    tracebook(['doctor', '--json', '--from', join(root, 'test/hosts/idle')]).stdout,
  )
  expect(virtual.install).toMatch(/ethtool/)
  expect(virtual.install).not.toMatch(/msr-tools|smartmontools|nvme-cli|lvm2/)
})

test('capture, replay and report: the same report each time', () => {
  const recording = join(folder, 'recording')
  const live = join(folder, 'live.json')
  const captured = tracebook([
    'capture',
    recording,
    'slow',
    '--runbooks',
    team,
    '--window',
    '1s',
    '--auto',
    '--out',
    live,
  ])
  expect(captured.stdout).toMatch(/^Recorded \d+ observations in .*recording\n[A-Z]+ {2}\S/)
  const replay = ['run', 'slow', '--runbooks', team, '--window', '1s', '--auto', '--from', recording, '--format']
  const json = tracebook([...replay, 'json'])
  expect(json).toMatchObject({ status: captured.status, stdout: readFileSync(live, 'utf8') })
  for (const format of ['json', 'markdown', 'html', 'nagios', 'terminal'])
    expect(tracebook(['report', live, '--format', format]).stdout).toBe(tracebook([...replay, format]).stdout)
  const again = tracebook(['capture', recording, 'slow', '--runbooks', team, '--window', '1s'])
  expect(again).toMatchObject({ status: 64, stdout: '' })
  expect(again.stderr).toContain('not empty')
})

test('capture that is interrupted has a finished index', async () => {
  const recording = join(folder, 'interrupted')
  const { child, done } = started(['capture', recording, 'slow', '--runbooks', team, '--window', '20s', '--auto'])
  await until(() => existsSync(join(recording, 'index.json')))
  child.kill('SIGINT')
  expect(await done).toMatchObject({ status: 130 })
  expect(JSON.parse(readFileSync(join(recording, 'index.json'), 'utf8'))).toMatchObject({
    complete: true,
    interrupted: 'SIGINT',
  })
  expect(tracebook(['run', 'slow', '--runbooks', team, '--auto', '--from', recording]).stdout).toContain('slow')
})

test('report refuses what is no report', () => {
  write(join(folder, 'no.json'), '{"schemaVersion": 1}')
  write(join(folder, 'half.json'), '{"schemaVersion": 1')
  for (const file of ['no.json', 'half.json']) {
    const { status, stdout, stderr } = tracebook(['report', file])
    expect({ status, stdout }).toEqual({ status: 65, stdout: '' })
    expect(stderr).toContain(file)
    expect(stderr).not.toMatch(stack)
  }
})

test('check: silent when well, one line otherwise, and a history', () => {
  const state = join(folder, 'state')
  const check = (...args: string[]) => tracebook(['check', ...args, '--runbooks', team, '--state', state])
  expect(check('well')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(check('well', '--verbose')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^TRACEBOOK OK - [^\n]+\n$/) as unknown,
  })
  expect(check('unwell')).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^TRACEBOOK WARNING - [^\n]+\n$/) as unknown,
    stderr: '',
  })
  const lines = readFileSync(join(state, 'history.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => json<Record<string, unknown>>(line))
  expect(lines.map(({ status }) => status)).toEqual(['ok', 'ok', 'warn'])
  expect(Object.keys(lines[2]!)).toEqual(
    expect.arrayContaining(['startedAt', 'diagnoses', 'elapsedMs', 'cpuMs', 'coverage']),
  )
  const kept = readdirSync(state).filter((name) => name.startsWith('report-'))
  expect(kept).toHaveLength(1)
  expect(tracebook(['report', join(state, kept[0]!), '--format', 'nagios']).stdout).toMatch(/^TRACEBOOK WARNING/)
})

test('check runs as cron does: no PATH, no HOME', () => {
  const state = join(folder, 'cron')
  expect(tracebook(['check', 'well', '--runbooks', team, '--state', state], { cwd: '/', env: {} })).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
  expect(existsSync(join(state, 'history.jsonl'))).toBe(true)
})

test('check without a place for its history says so and goes on', () => {
  const open = join(folder, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  const link = join(folder, 'link')
  symlinkSync(folder, link)
  for (const state of ['/proc/nowhere', open, link, bin]) {
    const { status, stdout, stderr } = tracebook(['check', 'unwell', '--runbooks', team, '--state', state])
    expect({ state, status, lines: stdout.split('\n').length }).toEqual({ state, status: 1, lines: 2 })
    expect(stderr).toMatch(/^tracebook: no lock and no history in [^\n]+\n$/)
  }
})

test('check: of ten that start together one runs at a time', async () => {
  const state = join(folder, 'ten')
  const args = ['check', 'slow', '--runbooks', team, '--state', state, '--window', '1s', '--verbose']
  const all = await Promise.all(Array.from({ length: 10 }, () => started(args).done))
  const losers = all.filter(({ stderr }) => stderr === 'tracebook: another run is under way\n')
  for (const { status, stdout } of losers) expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  const runs = readFileSync(join(state, 'history.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => json<{ startedAt: string; elapsedMs: number }>(line))
  expect(runs.length + losers.length).toBe(10)
  expect(losers.length).toBeGreaterThan(0)
  const times = runs
    .map(({ startedAt, elapsedMs }) => ({ from: Date.parse(startedAt), to: Date.parse(startedAt) + elapsedMs }))
    .sort((a, b) => a.to - b.to)
  for (const [i, { to }] of times.entries()) if (i > 0) expect(to - times[i - 1]!.to).toBeGreaterThan(900)
}, 60_000)

test('check: a run that was killed does not hold the next one up', async () => {
  const state = join(folder, 'killed')
  const { child, done } = started(['check', 'slow', '--runbooks', team, '--state', state, '--window', '20s'])
  await until(() => existsSync(join(state, 'lock.1')))
  expect(tracebook(['check', 'well', '--runbooks', team, '--state', state]).stderr).toContain('under way')
  child.kill('SIGKILL')
  await done
  expect(tracebook(['check', 'well', '--runbooks', team, '--state', state])).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
  expect(readdirSync(state).sort()).toEqual(['history.jsonl', 'lock.2'])
})

describe('tracebook flame', () => {
  const given = (name: string): string => join(root, 'src/flame/fixtures', name)
  const piped = (text: string, ...args: readonly string[]): Done => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'flame', ...args], {
      encoding: 'utf8',
      input: text,
      cwd: folder,
      timeout: 25_000,
    })
    return { status, stdout, stderr }
  }

  test.each([
    ['perf-6.1-billing.txt', /\d\d\.\d % {2}price\n/],
    ['perf-6.1-billing.folded', /\d\d\.\d % {2}price\n/],
    ['bpftrace-0.23-text.txt', /Running in\n {2,}\d/],
    ['bpftrace-0.17-json.txt', /Running in\n {2,}\d/],
    ['libbpf-0.31-profile.txt', /\d\d\.\d % {2}price\n/],
    ['libbpf-0.31-profile-folded.txt', /Running in\n {2,}\d/],
  ])('%s: where the time goes, from a file and from a pipe', (name, expected) => {
    const { status, stdout, stderr } = tracebook(['flame', given(name)])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(expected)
    expect(piped(readFileSync(given(name), 'utf8'))).toEqual({ status, stdout, stderr })
  })

  test('a CPU that idles runs nothing', () => {
    const { stdout } = piped('app;main;y 3\nswapper/1;do_idle 5\n')
    expect(stdout).toMatch(/^3 samples \(and 5 samples idle\), 1 different stacks\n\nRunning in\n 100\.0 % {2}y\n/)
  })

  test('time waited, of one process', () => {
    const file = given('libbpf-0.26-offcputime.txt')
    const all = tracebook(['flame', file, '--unit', 'us'])
    expect(all.stdout).toMatch(/^[\d.]+ s, \d+ different stacks\n\nWaiting in\n/)
    const none = tracebook(['flame', file, '--process', 'nobody'])
    expect(none.status).toBe(65)
    expect(none.stderr).toContain('no process "nobody"; there are: ')
  })

  test('files of every kind; the picture of sorted lines is that of any order', () => {
    const lines = ['app;main;a 30', 'app;main;b 20', 'app;x 5']
    write(join(folder, 'sorted.folded'), `${lines.join('\n')}\n`)
    write(join(folder, 'turned.folded'), `${lines.toReversed().join('\n')}\n`)
    const out = ['svg', 'folded', 'speedscope.json'].flatMap((ending) => ['--out', join(folder, `hot.${ending}`)])
    expect(tracebook(['flame', 'turned.folded', ...out])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(join(folder, 'hot.folded'), 'utf8')).toBe(`${lines.join('\n')}\n`)
    expect(json<{ exporter: string }>(readFileSync(join(folder, 'hot.speedscope.json'), 'utf8')).exporter).toBe(
      'tracebook',
    )
    const sorted = tracebook(['flame', 'sorted.folded', '--format', 'svg', '--title', 'turned.folded']).stdout
    expect(sorted).toContain('a (30 samples, 54.55%)')
    expect(readFileSync(join(folder, 'hot.svg'), 'utf8')).toBe(sorted)
  })

  test.each([
    ['PERFILE2xxxxxxxx', 'perf script -i FILE'],
    ['\u001f\ufffd', 'neither folded'],
    ['hello\nworld\n', '2 lines that are neither folded'],
    ['', 'standard input is empty'],
  ])('no stacks in %j: says so, and what helps', (text, expected) => {
    const { status, stdout, stderr } = piped(text)
    expect({ status, stdout }).toEqual({ status: 65, stdout: '' })
    expect(stderr).toContain(expected)
    expect(stderr).not.toMatch(stack)
  })

  test('what cannot be read or written is said', () => {
    expect(tracebook(['flame', 'nowhere.folded'])).toMatchObject({ status: 74 })
    expect(tracebook(['flame', folder]).stderr).toContain('it is a folder')
    const wrong = tracebook(['flame', given('perf-6.1-billing.folded'), '--out', 'x.png'])
    expect(wrong).toMatchObject({ status: 64, stdout: '' })
    expect(wrong.stderr).toContain('.svg, .folded, .speedscope.json')
  })
})
