// `--target`: text → what it is on this host, its own view before all others, the same facts in a replay, and never a word without a target.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { metrics } from '../src/generated/metrics.ts'
import { sources } from '../src/generated/sources.ts'
import { capturing } from '../src/host/capture.ts'
import type { Host } from '../src/host/host.ts'
import { localHost } from '../src/host/local.ts'
import { recordedHost } from '../src/host/recorded.ts'
import type { Library } from '../src/load/library.ts'
import type { Culprit, Finding } from '../src/model/finding.ts'
import type { Observation } from '../src/model/observation.ts'
import type { Report } from '../src/model/report.ts'
import type { Target } from '../src/model/target.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { files, frame } from '../src/parse/files.ts'
import { taskStat } from '../src/parse/stat.ts'
import { silentGuide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { findTarget, isTargetOf } from '../src/run/target.ts'
import { resolve, MOST_ROUNDS, type Rounds } from '../src/tools/target/resolve.ts'
import { groupPath } from '../src/tools/target/cgroups.ts'
import { holding, mountsIn } from '../src/tools/target/mounts.ts'
import { placesAt, placesOf } from '../src/tools/target/places.ts'
import { builtinLibrary } from './support/library.ts'

const catalogue = new Map(metrics.map((metric) => [metric.id, metric]))
const fuzz = { numRuns: 300, seed: Number(process.env['FUZZ_SEED'] ?? 1) }
const linux = process.platform === 'linux'
const { signal } = new AbortController()
let library: Library
const orphans: number[] = []

beforeAll(async () => {
  library = await builtinLibrary()
})
afterEach(() => {
  for (const pid of orphans.splice(0)) spawnSync('kill', ['-9', String(pid)])
})

describe('resolve', () => {
  const own: readonly number[] = []
  const looked = (text: string, more: Partial<Observation> = {}): Observation => ({
    id: 'target',
    source: 'target',
    tier: 'read',
    atMs: 0,
    elapsedMs: 1,
    cpuMs: 0,
    outcome: 'ok',
    bytes: text.length,
    text,
    ...more,
  })
  const stat = (pid: number, comm: string, state = 'S', ticks = 0, start = 100) =>
    `${pid} (${comm}) ${state} 1 ${pid} ${pid} 0 -1 4194304 10 0 2 0 ${ticks} 0 0 0 20 0 3 0 ${start} 5672960 402 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n`
  const detail = (pid: number, comm: string, group = '/', tgid = pid) =>
    frame(`/proc/${pid}/stat`, stat(pid, comm)) +
    frame(`/proc/${pid}/status`, `Name:\t${comm}\nTgid:\t${tgid}\nFDSize:\t64\nTracerPid:\t7\n`) +
    frame(`/proc/${pid}/cgroup`, `0::${group}\n`)
  const target = (text: string, rounds: Rounds): Target => {
    const found = resolve(text, rounds, own)
    if (Array.isArray(found)) throw new Error(`${text} wants another round`)
    return found as Target
  }

  test('a pid is its process, with its tracer and its groups', () => {
    expect(resolve('pid:42', [], own)).toMatchObject([
      { paths: ['/proc/42/stat', '/proc/42/status', '/proc/42/cgroup'] },
    ])
    const found = target('pid:42', [[looked(detail(42, 'api', '/web.slice/api.service'))]])
    expect(found).toMatchObject({
      kind: 'process',
      name: 'api (pid 42)',
      total: 1,
      processes: [{ pid: 42, comm: 'api', start: 100, threads: 3, descriptors: 64, tracer: 7 }],
    })
    expect(found.groups.filter((one) => one.folder === '').map((one) => one.path)).toEqual([
      '/web.slice/api.service',
      '/web.slice',
    ])
  })

  test('the id of a thread is the process it belongs to', () => {
    const thread = [looked(detail(43, 'worker', '/', 42))]
    expect(resolve('pid:43', [thread], own)).toMatchObject([{ paths: expect.arrayContaining(['/proc/42/stat']) }])
    expect(target('pid:43', [thread, [looked(detail(42, 'api'))]])).toMatchObject({ name: 'api (pid 42)' })
  })

  test('a pid that is not there is said to be missing', () => {
    const gone = target('pid:42', [[looked('==> /proc/42/stat <== ENOENT\n', { outcome: 'missing' })]])
    expect(gone.unavailable).toMatchObject({ unavailable: 'not measured', reason: 'there is no process 42' })
    expect(gone.processes).toEqual([])
  })

  test('a name is matched whole, up to the 15 characters the kernel keeps; our own processes are never it', () => {
    const records = [
      stat(5, 'api'),
      stat(6, 'api-helper'),
      stat(7, 'api', 'S', 900),
      stat(8, 'a_very_long_nam'),
      stat(9, 'api'),
    ]
      .map((text) => `${text}\0\n`)
      .join('')
    const scanned = [looked(records)]
    expect(resolve('comm:api', [scanned], [9])).toMatchObject([
      { paths: expect.arrayContaining(['/proc/7/stat', '/proc/5/stat']) },
    ])
    expect(JSON.stringify(resolve('comm:api', [scanned], [9]))).not.toMatch(/\/proc\/[69]\//)
    expect(resolve('comm:a_very_long_name_indeed', [scanned], own)).toMatchObject([
      { paths: expect.arrayContaining(['/proc/8/stat']) },
    ])
    expect(target('comm:ap', [scanned]).unavailable?.reason).toBe('no process is called ap')
  })

  test('of many processes the ones that do not move come first, then those that worked most', () => {
    const records = Array.from({ length: 40 }, (_, i) => `${stat(i + 1, 'many', i === 30 ? 'D' : 'S', i)}\0\n`).join('')
    const [request] = resolve('comm:many', [[looked(records)]], own) as readonly { readonly paths: readonly string[] }[]
    const pids = request?.paths.filter((path) => path.endsWith('/stat')).map((path) => Number(path.split('/')[2])) ?? []
    expect(pids).toHaveLength(16)
    expect(pids.slice(0, 3)).toEqual([31, 40, 39])
  })

  test('a control group is found in any hierarchy, by either way of writing it', () => {
    expect(groupPath('/sys/fs/cgroup/memory/docker/01/')).toBe('/docker/01')
    expect(groupPath('/sys/fs/cgroup/web.slice')).toBe('/web.slice')
    expect(groupPath('//web.slice//api')).toBe('/web.slice/api')
    const first = [
      looked(frame('/sys/fs/cgroup/web.slice/cgroup.procs', '5\n6\n')),
      looked([5, 6, 7].map((pid) => `${stat(pid, 'w')}\0\n`).join('')),
    ]
    const found = target('cgroup:/web.slice', [
      first,
      [looked(detail(5, 'w', '/web.slice/x') + detail(6, 'w', '/web.slice'))],
    ])
    expect(found).toMatchObject({ name: 'group /web.slice', total: 2 })
    expect(found.groups.filter((one) => one.folder === '').map((one) => one.path)).toEqual([
      '/web.slice/x',
      '/web.slice',
    ])
    expect(
      target('cgroup:/none', [[looked('==> /sys/fs/cgroup/none/cgroup.procs <== ENOENT\n'), looked('')]]).unavailable
        ?.reason,
    ).toBe('there is no control group /none')
    for (const text of ['cgroup:/', 'cgroup:/a/../b', 'cgroup:/*'])
      expect(target(text, []).unavailable, text).toBeDefined()
  })

  test('groups above are looked at too, never the root', () => {
    expect(placesOf(['4:memory:/a/b\n3:cpu,cpuacct:/a\n1:name=systemd:/x\n'])).toEqual([
      { folder: 'memory', path: '/a/b' },
      { folder: 'cpu', path: '/a' },
      { folder: 'memory', path: '/a' },
      { folder: 'cpuacct', path: '/a' },
    ])
    expect(placesOf(['0::/\n'])).toEqual([])
    expect(placesAt('/a/*')).toEqual([])
  })

  test('a port without rights to see its owner is found all the same', () => {
    const table = frame(
      '/proc/net/tcp',
      '  sl  local_address rem_address   st\n   0: 0100007F:1B5D 00000000:0000 0A 00000000:00000000\n',
    )
    const refused = looked('', { tier: 'run', argv: ['ss'], outcome: 'missing' })
    const found = target('port:7005', [[refused, looked(table)], []])
    expect(found).toMatchObject({
      kind: 'listener',
      name: 'port 7005',
      port: 7005,
      processesUnknown: { unavailable: 'not permitted' },
    })
    expect(target('port:7006', [[refused, looked(table)]]).unavailable?.reason).toBe(
      'no program listens on TCP port 7006',
    )
  })

  test('a path is on the mount with the longest path above it, and the later of two on the same place', () => {
    const mounts = mountsIn(
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /var rw - xfs /dev/sda2 rw\n3 1 0:5 / /va rw shared:1 master:2 - tmpfs tmpfs rw\n4 1 0:6 / /with\\040space ro - nfs4 host:/x rw\n5 1 8:3 / /var rw - xfs /dev/sda3 rw\n',
    )
    expect(holding('/var/lib', mounts)).toMatchObject({ path: '/var', source: '/dev/sda3' })
    expect(holding('/var/', mounts)).toMatchObject({ path: '/var' })
    expect(holding('/variable', mounts)).toMatchObject({ path: '/' })
    expect(holding('/with space/x', mounts)).toMatchObject({ path: '/with space', type: 'nfs4' })
  })

  test('a partition is on its disk', () => {
    const table = [looked(frame('/proc/self/mountinfo', '1 0 259:3 / / rw - ext4 /dev/root rw\n'))]
    const event = [
      looked(frame('/sys/dev/block/259:3/uevent', 'MAJOR=259\nMINOR=3\nDEVNAME=nvme0n1p2\nDEVTYPE=partition\n')),
    ]
    expect(target('mount:/srv', [table, event]).mount).toEqual({
      path: '/',
      type: 'ext4',
      device: '/sys/dev/block/259:3',
      deviceName: 'nvme0n1p2',
      disk: 'nvme0n1',
    })
  })

  test.each([
    ['peer:10.0.0.9', { address: '10.0.0.9' }],
    ['peer:10.0.0.9:5432', { address: '10.0.0.9', port: 5432 }],
    ['peer:2001:db8::1', { address: '2001:db8::1' }],
    ['peer:[2001:db8::1]:5432', { address: '2001:db8::1', port: 5432 }],
    ['peer:::ffff:10.0.0.9', { address: '::ffff:10.0.0.9' }],
  ])('%s is an address', (text, peer) => expect(target(text, []).peer).toEqual(peer))

  test.each(['peer:db.example', 'peer:10.0.0.256', 'peer:-x', 'peer:10.0.0.9;reboot', 'peer:1:2', 'peer:deadbeef'])(
    '%s is not looked up',
    (text) => {
      expect(target(text, []).unavailable?.reason).toMatch(/is not an address/)
    },
  )

  test('a recording without it, or a stopped run, does not mean that it is not there', () => {
    expect(
      target('pid:42', [[looked('', { outcome: 'missing', stderr: 'target is not in the recording' })]]).unavailable
        ?.reason,
    ).toBe('the recording was made without this target')
    expect(target('pid:42', [[looked('', { outcome: 'interrupted' })]]).unavailable?.reason).toMatch(/stopped/)
  })

  test('whatever was typed and whatever was seen, it ends', () => {
    const kind = fc.constantFrom('pid', 'comm', 'cgroup', 'port', 'mount', 'peer', 'other')
    const words = fc
      .array(
        fc.oneof(
          fc.string(),
          fc.constantFrom('==> /proc/42/stat <==\n', '42 (x) S 1', '\0', '\n', ' 0A ', '8:1', ' - '),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(
        kind,
        fc.oneof(fc.string({ minLength: 1 }), fc.constant('42'), fc.constant('/a')),
        fc.array(fc.array(words, { maxLength: 3 }), { maxLength: MOST_ROUNDS }),
        (prefix, rest, texts) => {
          const rounds: Observation[][] = []
          for (let i = 0; i <= MOST_ROUNDS; i++) {
            const found = resolve(`${prefix}:${rest}`, rounds, own)
            if (!Array.isArray(found)) return
            rounds.push((texts[i] ?? []).map((text) => looked(text)))
          }
          throw new Error('it never ends')
        },
      ),
      fuzz,
    )
  })
})

test('the fields of a stat are found behind a name of any characters', () => {
  const text =
    '4242 (a) R 1 (b) S 4100 4242 4100 34816 4242 4194304 931 0 2 0 14 6 0 0 39 19 1 0 181234 5672960 402 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 50 1 0 0 0\n'
  expect(taskStat(text)).toMatchObject({
    pid: 4242,
    comm: 'a) R 1 (b',
    state: 'S',
    majorFaults: 2,
    user: 14,
    system: 6,
    nice: 19,
    threads: 1,
    start: 181234,
    residentPages: 402,
    realtimePriority: 50,
    policy: 1,
  })
  for (const bad of ['', '4242 (a) S', text.replace('931', 'x'), text.replace('402', '-402')])
    expect(taskStat(bad)).toBeUndefined()
})

describe('a diagnosis is about the target', () => {
  const found: Target = {
    text: 'pid:5',
    kind: 'process',
    name: 'api (pid 5)',
    total: 1,
    processes: [{ pid: 5, comm: 'api', start: 1, threads: 1 }],
    groups: [{ folder: '', path: '/web' }],
    mount: { path: '/var', type: 'ext4', device: '/sys/dev/block/8:1', deviceName: 'sda1', disk: 'sda' },
    port: 80,
    peer: { address: '10.0.0.9' },
  }
  const it = (culprit: Culprit, findings: readonly Finding[] = []) => isTargetOf(found, findings)(culprit)

  test.each<Culprit>([
    { kind: 'process', name: 'api', pid: 5 },
    { kind: 'process', name: 'api', pid: 4, pids: [4, 5] },
    { kind: 'cgroup', name: '/web' },
    { kind: 'mount', name: '/var' },
    { kind: 'disk', name: 'sda' },
    { kind: 'listener', name: '*:80', port: 80 },
    { kind: 'listener', name: '*:81', port: 81, pid: 5 },
    { kind: 'peer', name: '10.0.0.9' },
  ])('when it names $kind $name', (culprit) => expect(it(culprit)).toBe(true))

  test.each<Culprit>([
    { kind: 'process', name: 'api', pid: 6 },
    { kind: 'cgroup', name: '/webcam' },
    { kind: 'disk', name: 'sdb' },
    { kind: 'listener', name: '*:8080', port: 8080 },
    { kind: 'host', name: 'host' },
  ])('not when it names $kind $name', (culprit) => expect(it(culprit)).toBe(false))

  test('and when its own view blames it', () => {
    const tracer: Culprit = { kind: 'process', name: 'strace', pid: 99 }
    const finding = (check: string, status: Finding['status']): Finding => ({
      check,
      status,
      weight: 'alarm',
      text: '',
      use: 'none',
      evidence: [],
      culprits: [tracer],
    })
    expect(it(tracer, [finding('target.process_traced', 'warn')])).toBe(true)
    expect(it(tracer, [finding('cpu.busy_process', 'warn')])).toBe(false)
    expect(it(tracer, [finding('target.process_traced', 'ok')])).toBe(false)
  })
})

describe.skipIf(!linux)('on this host', () => {
  const folders: string[] = []
  const servers: Server[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    for (const server of servers) server.close()
  })

  async function diagnosed(target: string | undefined, host: Host = localHost(), runbook = 'tasks'): Promise<Report> {
    const { report, failures } = await run({
      runbook,
      host,
      library,
      catalogue,
      sources,
      window: { intervalMs: 1000, count: 1 },
      allow: 'run',
      overrides: new Map(),
      guide: silentGuide,
      signal,
      ...(target === undefined ? {} : { target }),
    })
    expect(failures).toEqual([])
    return report
  }

  /** Nobody's child of ours: what a run has started itself is never what is slow. */
  function orphan(command: string): { readonly pid: number; readonly kill: (signal: NodeJS.Signals) => void } {
    const pid = Number(execFileSync('sh', ['-c', `${command} >/dev/null 2>&1 & echo $!`], { encoding: 'utf8' }))
    orphans.push(pid)
    return { pid, kill: (name) => process.kill(pid, name) }
  }

  const sleeper = () => orphan('sleep 60')

  const statusIn = (report: Report, check: string) =>
    report.findings.filter((one) => one.check === check).map((one) => one.status)

  test('without a target nothing of a target is judged', async () => {
    const report = await diagnosed(undefined)
    expect(report.findings.filter((one) => one.check.startsWith('target.'))).toEqual([])
    expect(report.path.filter((one) => one.state.startsWith('target/'))).toEqual([])
  })

  test('a stopped process is the first diagnosis, and a replay of the capture says the same', async () => {
    const child = sleeper()
    await new Promise((done) => setTimeout(done, 100))
    child.kill('SIGSTOP')
    const folder = mkdtempSync(join(tmpdir(), 'tracebook-target-'))
    folders.push(folder)
    const directory = join(folder, 'capture')
    const window = { intervalMs: 1000, count: 1 }
    const target = `pid:${child.pid}`
    const host = capturing(localHost(), directory, { tracebook: 'test', runbook: 'tasks', target, window })
    if (isUnavailable(host)) throw new Error(host.reason)
    const report = await diagnosed(target, host)
    expect(host.finish()).toBeUndefined()
    expect(report.diagnoses[0]).toMatchObject({
      cause: 'process.stopped',
      status: 'critical',
      culprits: [{ kind: 'process', name: 'sleep', pid: child.pid }],
    })
    expect(report.path[0]?.state).toMatch(/^target\//)
    const recorded = recordedHost(directory)
    if (isUnavailable(recorded)) throw new Error(recorded.reason)
    const replayed = await diagnosed(target, recorded)
    for (const part of ['status', 'verdict', 'diagnoses', 'findings', 'conclusions', 'observations', 'target'] as const)
      expect(replayed[part]).toEqual(report[part])
    const other = recordedHost(directory)
    if (isUnavailable(other)) throw new Error(other.reason)
    const without = await diagnosed(undefined, other)
    expect(without.findings.filter((one) => one.check.startsWith('target.'))).toEqual([])
  })

  test('a sleeping process waits for something else, and no limit holds it', async () => {
    const child = sleeper()
    await new Promise((done) => setTimeout(done, 100))
    const report = await diagnosed(`pid:${child.pid}`, localHost(), 'target')
    expect(statusIn(report, 'target.mostly_waiting')).toEqual(['warn'])
    expect(statusIn(report, 'target.missing')).toEqual(['ok'])
    expect(report.diagnoses).toEqual([])
    expect(report.conclusions.join(' ')).toMatch(/waits for something else/)
  })

  test.skipIf(!existsSync('/usr/bin/strace') || process.getuid?.() !== 0)(
    'the tracer is to blame, not what it traces',
    async () => {
      const child = sleeper()
      await new Promise((done) => setTimeout(done, 100))
      const tracer = orphan(`/usr/bin/strace -qq -o /dev/null -p ${child.pid}`)
      await expect
        .poll(() => execFileSync('grep', ['TracerPid', `/proc/${child.pid}/status`], { encoding: 'utf8' }), {
          timeout: 5000,
        })
        .not.toMatch(/\t0$/m)
      const report = await diagnosed(`pid:${child.pid}`)
      expect(report.diagnoses[0]).toMatchObject({
        cause: 'process.stopped',
        culprits: [{ kind: 'process', name: 'strace', pid: tracer.pid }],
      })
    },
  )

  test('a port is what listens on it, and connections that wait are seen', async () => {
    const server = createServer()
    servers.push(server)
    const port = await new Promise<number>((done) =>
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () =>
        done((server.address() as { port: number }).port),
      ),
    )
    const client = connect(port, '127.0.0.1')
    client.on('error', () => {})
    const { target } = await findTarget(`port:${port}`, localHost(), 'run', signal)
    client.destroy()
    expect(target).toMatchObject({ kind: 'listener', port })
    expect(target.unavailable).toBeUndefined()
    const tables = await findTarget(`port:${port}`, localHost(), 'read', signal)
    expect(tables.looks.every((look) => look.tier === 'read')).toBe(true)
    expect(tables.target).toMatchObject({ kind: 'listener', port })
  })

  test('what is not here is said, and the run is not called well', async () => {
    const report = await diagnosed('comm:no such name', localHost(), 'target')
    expect(report.status).toBe('unknown')
    expect(report.verdict[0]).toMatch(/no process is called no such name/)
    expect(report.findings).toMatchObject([
      { check: 'target.missing', status: 'unknown', unavailable: { reason: 'no process is called no such name' } },
    ])
  })

  test('the mount of a path is found with its device', async () => {
    const { target, looks } = await findTarget('mount:/', localHost(), 'read', signal)
    expect(target.mount?.path).toBe('/')
    expect(mountsIn(files(looks[0]?.text ?? '').get('/proc/self/mountinfo') ?? '').length).toBeGreaterThan(0)
  })
})
