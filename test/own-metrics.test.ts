// A team's own metrics: declared in YAML, read from the output of real programs, run on this host, recorded and judged again.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sourcesOf } from '../src/cli/sources.ts'
import { capturing } from '../src/host/capture.ts'
import type { Host } from '../src/host/host.ts'
import { localHost } from '../src/host/local.ts'
import { recordedHost } from '../src/host/recorded.ts'
import type { Library } from '../src/load/library.ts'
import { lintFiles, loadLibrary } from '../src/load/library-loader.ts'
import { catalogueOf, ownMetricsOf } from '../src/load/own-metrics.ts'
import { renderDiagnostics } from '../src/load/render.ts'
import { measure } from '../src/measure/measure.ts'
import { noFacts, type Facts } from '../src/measure/facts.ts'
import type { Observation } from '../src/model/observation.ts'
import { jsonPath, ownMetric, ownUnit, type OwnMetricDocument } from '../src/model/own-metric.ts'
import { compilePattern, groupsIn, mistakeInPattern } from '../src/model/pattern.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { ownSources } from '../src/tools/own/sources.ts'
import { valueIn } from '../src/tools/own/value.ts'
import { context } from './support/context.ts'
import { builtinLibrary } from './support/library.ts'
import { isRoot, tracebook } from './support/product.ts'

// A flag of V8 that lets a pattern say it must be matched in linear time; set before any pattern is compiled with it.
setFlagsFromString('--enable-experimental-regexp-engine')
const LINEAR = 'ml'

const home = mkdtempSync(join(tmpdir(), 'tracebook-own-'))
const bin = join(home, 'bin')
let builtin: Library

beforeAll(async () => {
  chmodSync(home, 0o755)
  builtin = await builtinLibrary()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

function put(path: string, text: string, mode = 0o644): string {
  const full = join(home, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  chmodSync(full, mode)
  return full
}

function program(name: string, script: string): string {
  return put(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
}

const count: OwnMetricDocument = { unit: 'count', kind: 'gauge', help: 'Jobs', argv: ['queue'] }

function read(text: string, parts: Partial<OwnMetricDocument>) {
  const own = ownMetric('shop.x', { ...count, ...parts }, 'file.yaml')
  if (!own) throw new Error('no such unit')
  const found = valueIn(text, own)
  return 'value' in found ? found.value : found.why
}

describe('a pattern', () => {
  test('gives its first group where it first matches; ^ and $ are ends of lines', () => {
    expect(read('queued 12\nqueued 13\n', { match: String.raw`^queued (\d+)$` })).toBe(12)
    expect(read('a: 1\r\nb: 2\r\n', { match: String.raw`^b: (\d+)$` })).toBe(2)
    expect(read('Jobs\n  waiting 7\n', { match: String.raw`^Jobs\n\s+waiting (\d+)` })).toBe(7)
    expect(read('NOAUTH Authentication required.\n', { match: String.raw`^(\d+)$` })).toBe(
      String.raw`nothing matches ^(\d+)$; it printed: NOAUTH Authentication required.`,
    )
    expect(read('b', { match: '(a)|b' })).toBe('(a)|b matches without its first group')
  })

  test('that is accepted can be matched in linear time by V8, whatever it is', () => {
    const atom = fc.constantFrom('a', '.', String.raw`\d`, '[^,]', String.raw`\s`, '^', '$', String.raw`\b`, '{', 'x|y')
    const tree: fc.Arbitrary<string> = fc.letrec<{ node: string; part: string }>((tie) => ({
      part: fc.oneof(
        { depthSize: 'small' },
        atom,
        tie('node').map((inner) => `(${inner})`),
        tie('node').map((inner) => `(?:${inner})`),
        tie('node').map((inner) => `(?=${inner})`),
      ),
      node: fc
        .array(
          fc.tuple(
            tie('part'),
            fc.constantFrom('', '', '*', '+', '?', '{3}', '{2,}', '{1,5}', '{0,16}', '{17}', '*?', '{2,4}?'),
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((parts) => parts.map(([part, repeated]) => part + repeated).join('')),
    })).node
    let accepted = 0
    fc.assert(
      fc.property(tree, (text) => {
        if (mistakeInPattern(text)) return
        accepted++
        expect(() => new RegExp(text, LINEAR)).not.toThrow()
      }),
      { numRuns: 5000 },
    )
    expect(accepted).toBeGreaterThan(200)
  })

  test('is refused for what V8 refuses, and for nothing else', () => {
    const refused = [
      String.raw`(a)\1`,
      String.raw`(?<n>a)\k<n>`,
      '(?=a)b',
      '(?<!a)b',
      'a{17}',
      '(?:a{5}){4}',
      '(a{1,16})+',
      '((a{2}){3}){3}',
    ]
    for (const text of refused) {
      expect(mistakeInPattern(text), text).toBeDefined()
      expect(() => new RegExp(text, LINEAR), text).toThrow()
    }
    const fine = [
      String.raw`^(\d+)$`,
      '(a+)+b',
      '(a{1,16})',
      '(?:a{5}){3}',
      String.raw`[(?=\]{99}]`,
      String.raw`\(?=(a)`,
      'a{,5}(b)',
      '(?<n>a)*',
    ]
    for (const text of fine) {
      expect(mistakeInPattern(text), text).toBeUndefined()
      expect(() => new RegExp(text, LINEAR), text).not.toThrow()
    }
    expect(groupsIn('(a)|(?:b)(?<n>c)')).toBe(2)
    expect(compilePattern('a').flags).toBe('m')
  })

  test('with nested repetitions does not hang the product on hostile output', () => {
    program('hostile', `printf 'a%.0s' $(seq 1 5000); echo '!'`)
    const team = teamOf(
      'hostile',
      `shop.hostile: { unit: count, kind: constant, help: Hostile, argv: [${bin}/hostile], match: '^(a+)+$' }`,
      'shop.hostile',
    )
    const { status, stderr, ms } = tracebook(['run', 'shop', '--auto', '--runbooks', team, '--format', 'nagios'])
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' })
    expect(ms).toBeLessThan(8000)
  })
})

describe('a path in JSON', () => {
  const text = '{"stats": {"queues": [{"name": "jobs", "length": 12, "full": false, "limit": "40", "none": null}]}}'
  test('leads to a number, a text or a yes', () => {
    expect(read(text, { json: 'stats.queues[0].length' })).toBe(12)
    expect(read(text, { json: 'stats.queues[0].limit' })).toBe(40)
    expect(read(text, { json: 'stats.queues[0].full', unit: 'yes/no' })).toBe(0)
    expect(read(text, { json: 'stats.queues[0].name', unit: 'text' })).toBe('jobs')
    expect(read('[[1, 2], [3]]', { json: '[1][0]' })).toBe(3)
  })

  test('or says where it ended', () => {
    expect(read(text, { json: 'stats.queues[1].length' })).toBe('the JSON has no stats.queues[1].length')
    expect(read(text, { json: 'stats.constructor' })).toBe('the JSON has no stats.constructor')
    expect(read(text, { json: 'stats.queues' })).toBe('stats.queues is a list')
    expect(read(text, { json: 'stats' })).toBe('stats is an object')
    expect(read(text, { json: 'stats.queues[0].none' })).toBe('stats.queues[0].none is null')
    expect(read(text, { json: 'stats.queues[0].name' })).toBe('jobs is not a number in count')
    expect(read(text, { json: 'stats.queues[0].full' })).toBe('false is not a number in count')
    expect(read('{"a": 1', { json: 'a' })).toBe('it is not JSON')
  })

  test('has one grammar', () => {
    expect(jsonPath('a.b[0][12].c-d')).toEqual(['a', 'b', 0, 12, 'c-d'])
    for (const bad of ['', '.a', 'a.', 'a..b', 'a[x]', 'a[', 'a]b', 'a[0]b', '$.a[*]'])
      expect(jsonPath(bad), bad).toBeUndefined()
  })
})

describe('a cell of a table', () => {
  const df = readFileSync('src/tools/df/fixtures/coreutils-9.1-odd-names.txt', 'utf8')
  const free = readFileSync('src/tools/free/fixtures/procps-4.0.2-swap.1.txt', 'utf8')
  const table = (column: string, where: Readonly<Record<string, string | number>>) => ({ table: { column, where } })

  test('is found by the names in the header line, blanks in them included', () => {
    expect(read(df, { unit: 'B', ...table('Used', { 'Mounted on': '/' }) })).toBe(24539525120)
    expect(read(df, { unit: 'B', ...table('Avail', { Filesystem: 'weird' }) })).toBe(2097152)
    expect(read(df, { unit: 'text', kind: 'constant', ...table('Type', { Inodes: 16777216 }) })).toBe('ext4')
  })

  test('is found by its place where rows begin with a name without a column', () => {
    const [, total = '', used = ''] = /^Mem:\s+(\d+)\s+(\d+)/m.exec(free) ?? []
    expect(read(free, { unit: 'KiB', ...table('used', { total }) })).toBe(Number(used) * 1024)
  })

  test('is not guessed', () => {
    expect(read(df, table('Used', { Type: 'tmpfs' }))).toBe('5 rows have Type tmpfs: where: must leave one')
    expect(read(df, table('Used', { Type: 'xfs' }))).toBe('no row has Type xfs')
    expect(read(df, table('Userd', { Type: 'xfs' }))).toBe('no line has the columns Userd, Type')
    expect(read(df, { table: { column: 'Used' } })).toMatch(/^\d rows are there: where: must leave one$/)
    expect(read('Used\n', { table: { column: 'Used' } })).toBe('no row is below the column Used')
    expect(read('A A\n1 2\n', { table: { column: 'A' } })).toBe('the header has the column A more than once')
    // `source with space`: more cells than columns, and none stands alone below Filesystem.
    expect(read(df, { unit: 'text', kind: 'constant', ...table('Filesystem', { Avail: 0, Used: 1048576 }) })).toBe(
      'the row has no certain cell below Filesystem',
    )
    expect(read('NAME\tJOBS\nbig queue\t12\n', { table: { column: 'JOBS' } })).toBe(
      'the row has no certain cell below JOBS',
    )
  })
})

describe('a value', () => {
  const written = (text: string, unit: string, kind: OwnMetricDocument['kind'] = 'gauge') =>
    read(text, { unit, kind, match: '(.*)' })

  test('is converted from the unit that was written', () => {
    expect(written('1500', 'ms')).toBe(1.5)
    expect(written('2', 'KiB')).toBe(2048)
    expect(written('3', 'MB/s')).toBe(3e6)
    expect(written('120', '/min')).toBe(2)
    expect(written('1.5e+06', 'count')).toBe(1.5e6)
    expect(written('-.5', '%')).toBe(-0.5)
  })

  test('may have its own unit beside it', () => {
    expect(written('45%', '%')).toBe(45)
    expect(written('12ms', 's')).toBe(0.012)
    expect(written('2MiB', 'KiB/s', 'rate')).toBe(2 * 1024 ** 2)
    expect(written('2MiB', 'KiB/s')).toBe('2MiB is not a number in KiB/s')
    expect(written('45%', 'count')).toBe('45% is not a number in count')
    expect(written('1.5G', 'B')).toBe('1.5G is not a number in B')
    expect(written('1,024', 'count')).toBe('1,024 is not a number in count')
    expect(written('0x10', 'count')).toBe('0x10 is not a number in count')
    expect(written('1e999', 'count')).toBe('1e999 is too large')
    expect(written('', 'count')).toBe(' is not a number in count')
  })

  test('that is a yes or a no is one of few words', () => {
    expect(['yes', 'True', 'ON', '1'].map((text) => written(text, 'yes/no'))).toEqual([1, 1, 1, 1])
    expect(['no', 'false', 'off', '0'].map((text) => written(text, 'yes/no'))).toEqual([0, 0, 0, 0])
    expect(written('degraded', 'yes/no')).toBe('degraded is neither yes nor no')
  })

  test('has a unit that is known', () => {
    expect(ownUnit('count')).toEqual({ factor: 1, dimension: 'count' })
    expect(ownUnit('GiB/s')).toEqual({ factor: 1024 ** 3, dimension: 'byteRate' })
    expect(ownUnit('')).toBeUndefined()
    expect(ownUnit('5ms')).toBeUndefined()
  })
})

/** A folder with one check that declares `metrics` and fires on nothing, and a runbook that runs it. */
function teamOf(name: string, metrics: string, reads: string): string {
  const declared = metrics
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
  put(
    `${name}/checks/shop/jobs.yaml`,
    `check: Jobs wait for workers
use: none
topic: demand
why: A long queue has too few workers.
metrics:
${declared}
params:
  long: { default: 100, help: jobs that nobody takes }
status:
  warn: ${reads} > long
finding: \${${reads}} jobs wait
tests:
  - { given: { ${reads.replace(/\.(?:max|last)$/, '')}: 200 }, expect: warn }
  - { given: { ${reads.replace(/\.(?:max|last)$/, '')}: 2 }, expect: ok }
  - { given: {}, expect: unknown }
`,
  )
  put(
    `${name}/runbooks/shop.yaml`,
    'runbook: The shop\ngoal: Are there too few workers?\nsteps:\n  - check: shop.jobs\n  - conclude: Too few workers.\n    when: shop.jobs.firing\n',
  )
  return join(home, name)
}

async function measured(
  team: string,
  host: Host,
  needs: readonly string[],
): Promise<{ facts: Facts; looks: readonly Observation[] }> {
  const library = await loadLibrary(builtin, [team])
  expect(renderDiagnostics(library.diagnostics)).toBe('')
  const facts = noFacts()
  const catalogue = catalogueOf(library)
  const sources = sourcesOf(library, host)
  await measure(new Set(needs), facts, {
    host,
    context: context(),
    window: { intervalMs: 500, count: 2 },
    sources,
    allow: 'run',
    catalogue,
    signal: new AbortController().signal,
  })
  return { facts, looks: [...facts.looks.values()].flat() }
}

describe('on this host', () => {
  test('a program is run as the window opens and as it closes, once for all that is read from it', async () => {
    const state = put('state', '0', 0o666)
    program(
      'stats',
      `n=$(($(cat ${state}) + 1)); echo $n > ${state}\necho "{\\"waiting\\": $((n * 10)), \\"done\\": $((n * 500)), \\"sent\\": $((n * 4)), \\"version\\": \\"2.1-$n\\", \\"ready\\": true}"`,
    )
    const argv = `argv: [${bin}/stats, --json]`
    const team = teamOf(
      'stats',
      [
        `shop.waiting: { unit: count, kind: gauge, help: Jobs waiting, ${argv}, json: waiting }`,
        `shop.done: { unit: count, kind: count, help: Jobs done, ${argv}, json: done }`,
        `shop.sent: { unit: KiB/s, kind: rate, help: Sent, ${argv}, json: sent }`,
        `shop.version: { unit: text, kind: constant, help: Version, ${argv}, json: version }`,
        `shop.ready: { unit: yes/no, kind: constant, help: Ready, ${argv}, json: ready }`,
      ].join('\n'),
      'shop.waiting.max',
    )
    const ids = ['shop.waiting', 'shop.done', 'shop.sent', 'shop.version', 'shop.ready']
    const { facts, looks } = await measured(team, localHost(), ids)
    expect(facts.missing).toEqual(new Map())
    expect(looks.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['own:shop.waiting', 'ok'],
      ['own:shop.waiting#2', 'ok'],
    ])
    expect(looks[0]?.argv).toEqual([`${bin}/stats`, '--json'])
    expect(facts.host.get('shop.waiting')).toEqual([10, 20])
    expect(facts.host.get('shop.done')).toBe(500)
    const seconds = ((looks[1]?.atMs ?? 0) - (looks[0]?.atMs ?? 0)) / 1000
    expect(facts.host.get('shop.sent')).toBeCloseTo((4 * 1024) / seconds)
    expect(facts.host.get('shop.version')).toBe('2.1-1')
    expect(facts.host.get('shop.ready')).toBe(1)
    expect(readFileSync(state, 'utf8')).toBe('2\n')
  })

  test('constants alone need no window', async () => {
    program('limit', 'echo 40')
    const team = teamOf(
      'limit',
      `shop.limit: { unit: count, kind: constant, help: Limit, argv: [${bin}/limit], match: '(\\d+)' }`,
      'shop.limit',
    )
    const before = performance.now()
    expect((await measured(team, localHost(), ['shop.limit'])).facts.host.get('shop.limit')).toBe(40)
    expect(performance.now() - before).toBeLessThan(800)
  })

  test('what cannot be known has its reason', async () => {
    const state = put('falling', '9', 0o666)
    program('broken', 'echo oops >&2; exit 3')
    program('silent', 'true')
    program('chatty', 'echo degraded')
    program('falling', `n=$(cat ${state}); echo $((n - 1)) > ${state}; echo $n`)
    put('bin/plain', 'text', 0o644)
    const metric = (name: string, argv: string, kind = 'constant') =>
      `shop.${name}: { unit: count, kind: ${kind}, help: Jobs, argv: [${argv}], match: '^(\\d+)$' }`
    const team = teamOf(
      'reasons',
      [
        metric('absent', 'no-such-queue-tool'),
        metric('gone', `${bin}/gone`),
        metric('plain', `${bin}/plain`),
        metric('broken', `${bin}/broken`),
        metric('silent', `${bin}/silent`),
        metric('chatty', `${bin}/chatty`),
        metric('falling', `${bin}/falling`, 'count'),
      ].join('\n'),
      'shop.absent',
    )
    const names = ['absent', 'gone', 'plain', 'broken', 'silent', 'chatty', 'falling']
    const { facts } = await measured(
      team,
      localHost(),
      names.map((name) => `shop.${name}`),
    )
    const why = (name: string) => facts.missing.get(`shop.${name}`)
    expect(names.map((name) => why(name)?.unavailable)).toEqual([
      'not installed',
      'not installed',
      'not permitted',
      'failed',
      'not understood',
      'not understood',
      'not measured',
    ])
    expect(why('gone')?.reason).toBe(`there is no program ${bin}/gone`)
    expect(why('broken')?.reason).toContain('ended with status 3: oops')
    expect(why('chatty')?.reason).toBe(
      String.raw`${bin}/chatty: nothing matches ^(\d+)$; it printed: degraded`.replace('${bin}', bin),
    )
    expect(why('falling')?.reason).toBe('the total of shop.falling went down from 9 to 8: it was reset')
    expect(facts.host).toEqual(new Map())
  })

  test('is recorded and judged again without the program; another program of the same name is not mistaken for it', async () => {
    const path = program('recorded', 'echo 123')
    const metric = (argv: string) =>
      `shop.jobs_waiting: { unit: count, kind: gauge, help: Jobs, argv: [${argv}], match: '(\\d+)' }`
    const team = teamOf('recorded', metric(path), 'shop.jobs_waiting.last')
    const about = { tracebook: 'test', runbook: 'shop', window: { intervalMs: 500, count: 2 } }
    const recording = capturing(localHost(), join(home, 'recording'), about)
    if (isUnavailable(recording)) throw new Error(recording.reason)
    const first = await measured(team, recording, ['shop.jobs_waiting'])
    expect(recording.finish()).toBeUndefined()
    rmSync(path)
    const again = async () => {
      const host = recordedHost(join(home, 'recording'))
      if (isUnavailable(host)) throw new Error(host.reason)
      return (await measured(team, host, ['shop.jobs_waiting'])).facts
    }
    const replayed = await again()
    expect(replayed.host).toEqual(first.facts.host)
    expect(replayed.looks).toEqual(first.facts.looks)
    teamOf('recorded', metric(`${path}, --all`), 'shop.jobs_waiting.last')
    expect((await again()).missing.get('shop.jobs_waiting')?.reason).toBe(
      `the recording has ${path}, not ${path} --all`,
    )
  })
})

describe.runIf(isRoot)('as root', () => {
  const NOBODY = 65_534
  const refused = async (team: string, id: string) => {
    const { facts, looks } = await measured(team, localHost(), [id])
    return { why: facts.missing.get(id), looks: looks.length }
  }

  test('no program is run that is named in a file, or below a folder, that others may write', async () => {
    const ran = join(home, 'ran')
    program('marker', `touch ${ran}; echo 1`)
    const team = teamOf(
      'loose',
      `shop.marked: { unit: count, kind: constant, help: Jobs, argv: [${bin}/marker], match: '(\\d+)' }`,
      'shop.marked',
    )
    const file = join(team, 'checks/shop/jobs.yaml')
    const cases: readonly (readonly [string, () => void, () => void])[] = [
      [file, () => chmodSync(file, 0o664), () => chmodSync(file, 0o644)],
      [file, () => chmodSync(file, 0o646), () => chmodSync(file, 0o644)],
      [dirname(file), () => chmodSync(dirname(file), 0o777), () => chmodSync(dirname(file), 0o755)],
      [team, () => chownSync(team, NOBODY, 0), () => chownSync(team, 0, 0)],
      [file, () => chownSync(file, NOBODY, 0), () => chownSync(file, 0, 0)],
    ]
    for (const [at, loosen, restore] of cases) {
      loosen()
      expect(await refused(team, 'shop.marked')).toEqual({
        why: {
          unavailable: 'not permitted',
          reason: `${bin}/marker is not run as root for shop.marked: others may write ${at}`,
          cure: `chown root ${at} && chmod go-w ${at}`,
        },
        looks: 0,
      })
      restore()
    }
    expect(() => readFileSync(ran)).toThrow()
    expect((await measured(team, localHost(), ['shop.marked'])).facts.host.get('shop.marked')).toBe(1)
    expect(readFileSync(ran, 'utf8')).toBe('')
  })

  test('the person who became root by sudo may own the file; not the program', async () => {
    const path = program('mine', 'echo 1')
    const team = teamOf(
      'sudo',
      `shop.mine: { unit: count, kind: constant, help: Jobs, argv: [${path}], match: '(\\d+)' }`,
      'shop.mine',
    )
    const file = join(team, 'checks/shop/jobs.yaml')
    chownSync(file, NOBODY, 0)
    process.env['SUDO_UID'] = String(NOBODY)
    try {
      expect((await measured(team, localHost(), ['shop.mine'])).facts.host.get('shop.mine')).toBe(1)
      chownSync(path, NOBODY, 0)
      expect((await refused(team, 'shop.mine')).why).toMatchObject({
        unavailable: 'not permitted',
        reason: `${path} is not run as root: others may write ${path}`,
      })
    } finally {
      delete process.env['SUDO_UID']
    }
  })

  test('a replay runs nothing, and asks nobody who owns the files', async () => {
    const team = teamOf(
      'replayed',
      `shop.replayed: { unit: count, kind: constant, help: Jobs, argv: [df], match: '(\\d+)' }`,
      'shop.replayed',
    )
    chownSync(join(team, 'checks/shop/jobs.yaml'), NOBODY, 0)
    const library = await loadLibrary(builtin, [team])
    const requests = (kind: Host['kind']) =>
      sourcesOf(library, { kind })
        .find(({ id }) => id === 'own:shop.replayed')
        ?.requests({ intervalMs: 1000, count: 5 }, context())
    expect(isUnavailable(requests('recorded'))).toBe(false)
    expect(isUnavailable(requests('local'))).toBe(true)
  })
})

describe('commands', () => {
  let team = ''
  beforeAll(() => {
    program('length', 'echo 150')
    team = teamOf(
      'commands',
      `shop.length: { unit: count, kind: gauge, help: Jobs in the queue, argv: [${bin}/length], match: '^(\\d+)$' }`,
      'shop.length.last',
    )
    put(
      'commands/checks/shop/other.yaml',
      'check: Another check reads it\nuse: none\ntopic: demand\nwhy: It is declared once.\nparams: { most: { default: 1000, help: jobs } }\nstatus: { warn: shop.length.max > most }\nfinding: ${shop.length.max} jobs\ntests:\n  - { given: { shop.length: [1, 2000] }, expect: warn }\n  - { given: { shop.length: 1 }, expect: ok }\n  - { given: {}, expect: unknown }\n',
    )
  })
  const said = (...args: string[]) => {
    const { status, stdout, stderr } = tracebook(args)
    expect(stderr).toBe('')
    return { status, stdout }
  }

  test('lint and test know them', () => {
    expect(said('lint', team, '--strict')).toEqual({ status: 0, stdout: '3 files, no mistakes\n' })
    expect(said('test', team)).toEqual({ status: 0, stdout: '6 passed, 0 failed\n' })
    expect(said('test', join(team, 'checks/shop/other.yaml'), '--runbooks', team)).toEqual({
      status: 0,
      stdout: '3 passed, 0 failed\n',
    })
  })

  test('list, explain, plan, graph and doctor show them', () => {
    expect(said('list', 'metrics', '--runbooks', team).stdout).toMatch(
      /^shop\.length +gauge +count +- +Jobs in the queue$/m,
    )
    expect(said('list', 'sources', '--runbooks', team).stdout).toContain('own:shop.length')
    const page = said('explain', 'shop.length', '--runbooks', team).stdout
    expect(page).toContain('commands/checks/shop/jobs.yaml')
    expect(page).toContain(`run: ${bin}/length`)
    expect(page).toMatch(/shop\.jobs\n +shop\.other/)
    expect(said('explain', 'own:shop.length', '--runbooks', team).stdout).toContain('works here')
    expect(said('plan', 'shop', '--runbooks', team).stdout).toContain(`${bin}/length`)
    expect(said('graph', 'shop', '--runbooks', team).stdout).toContain('shop.jobs')
    const doctor = JSON.parse(said('doctor', '--json', '--runbooks', team).stdout) as {
      tools: { tool: string; version?: string }[]
    }
    expect(doctor.tools.find(({ tool }) => tool === `${bin}/length`)).toEqual({
      tool: `${bin}/length`,
      path: `${bin}/length`,
    })
  })

  test('run fires on them, with the command as evidence', () => {
    const { status, stdout } = said('run', 'shop', '--auto', '--window', '1s', '--format', 'json', '--runbooks', team)
    const report = JSON.parse(stdout) as {
      findings: { check: string; status: string; text: string; evidence: unknown[] }[]
    }
    expect(status).toBe(1)
    expect(report.findings).toMatchObject([
      {
        check: 'shop.jobs',
        status: 'warn',
        text: '150 jobs wait',
        evidence: [
          {
            metric: 'shop.length',
            samples: [150, 150],
            from: ['own:shop.length', 'own:shop.length#2'],
            command: `${bin}/length`,
          },
        ],
      },
    ])
    expect(
      tracebook(['run', 'shop', '--auto', '--allow', 'read', '--format', 'nagios', '--runbooks', team]).stdout,
    ).toMatch(/^TRACEBOOK UNKNOWN - 1 check could not look: own:shop\.length is of tier run/)
  })
})

test.each([
  ['kind', { toString: 1 }],
  ['argv', [{ toString: 1 }]],
])('a mapping that has no text where %s: needs a word is a mistake like others', async (key, value) => {
  const file = join(home, 'textless.yaml')
  const metric = { unit: 'count', kind: 'gauge', help: 'h', argv: ['true'], match: '^(a)$', [key]: value }
  const check = {
    check: 'x',
    use: 'none',
    topic: 'y',
    why: 'z',
    metrics: { 'shop.a': metric },
    status: { warn: 'shop.a.max > 1' },
  }
  writeFileSync(file, JSON.stringify(check))
  const found = await lintFiles([file], builtin)
  expect(found.map(({ message }) => message).join('\n')).toMatch(
    key === 'kind' ? /\{"toString":1\} is not/ : /an argument\), found a map/,
  )
})

test('whatever stands under metrics:, lint says something and does not fall', async () => {
  const key = fc.constantFrom('unit', 'kind', 'help', 'argv', 'match', 'json', 'table', 'x')
  const value = fc.oneof(
    fc.constantFrom('count', 'gauge', 'rate', '^(a)$', 'a.b', '(', ['queue'], [], { column: 'A' }),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const metric = fc.oneof(
    fc.dictionary(key, value, { maxKeys: 7, noNullPrototype: true }),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const metrics = fc.oneof(
    fc.dictionary(fc.constantFrom('shop.a', 'shop.b', 'cpu.runnable', 'X', 'answer.a'), metric, {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const file = join(home, 'fuzz.yaml')
  await fc.assert(
    fc.asyncProperty(metrics, async (declared) => {
      const check = {
        check: 'x',
        use: 'none',
        topic: 'y',
        why: 'z',
        metrics: declared,
        status: { warn: 'shop.a.max > shop.b' },
        finding: '${shop.a}',
        tests: [{ given: { 'shop.a': 1 }, expect: 'ok' }],
      }
      writeFileSync(
        file,
        JSON.stringify(check).replace(
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/g,
          '?',
        ),
      )
      const diagnostics = await lintFiles([file], builtin)
      renderDiagnostics(diagnostics)
      expect(diagnostics.length).toBeGreaterThan(0)
    }),
    { numRuns: 400 },
  )
})

test('a library without any has the sources and metrics of the product', async () => {
  expect(ownMetricsOf(builtin).size).toBe(0)
  expect(sourcesOf(builtin)).toBe(sourcesOf(builtin))
  expect(ownSources([])).toEqual([])
})
