// What comes before a probe: may we, can we, what will it cost, does the person agree. On the recorded host of a real escalation.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { disbelief } from '../src/escalate/believe.ts'
import { commandOf } from '../src/escalate/command.ts'
import { predicted } from '../src/escalate/cost.ts'
import { whyFailed } from '../src/escalate/dry-run.ts'
import { escalate, type Means } from '../src/escalate/escalate.ts'
import { lacking, readFormats } from '../src/escalate/formats.ts'
import { exceeds, refusalOf, type Policy } from '../src/escalate/policy.ts'
import { rateOf } from '../src/escalate/rate.ts'
import { flameFiles } from '../src/cli/flames.ts'
import { formats } from '../src/generated/formats.ts'
import { probes } from '../src/generated/probes.ts'
import { sources } from '../src/generated/sources.ts'
import { recordedHost, type RecordedHost } from '../src/host/recorded.ts'
import { loadLibrary } from '../src/load/library-loader.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import { loadPolicy } from '../src/load/policy.ts'
import { renderDiagnostics } from '../src/load/render.ts'
import { noFacts } from '../src/measure/facts.ts'
import type { Consent } from '../src/model/escalation.ts'
import type { Observation } from '../src/model/observation.ts'
import type { Probe } from '../src/model/probe.ts'
import type { Report } from '../src/model/report.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { format as markdown } from '../src/report/markdown.ts'
import { renderTerminal } from '../src/report/terminal.ts'
import { readContext } from '../src/run/context.ts'
import { silentGuide, type Guide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { interactiveGuide } from '../src/ui/guide.ts'
import { builtinLibrary, root } from './support/library.ts'

const bin = process.env['TRACEBOOK_BIN'] ?? join(root, 'bin/tracebook.js')
const folder = join(root, 'test/hosts/escalated-hostile')
const library = await loadLibrary(await builtinLibrary(), [folder])
const catalogue = catalogueOf(library)
const ESC = '\x1b'
const never = new AbortController().signal
const ANYTHING: Policy = { maxOverhead: 'high' }

function host(): RecordedHost {
  const found = recordedHost(folder)
  if (isUnavailable(found)) throw new Error(found.reason)
  return found
}

function probeOf(id: string): Probe {
  const found = probes.find((probe) => probe.id === id)
  if (!found) throw new Error(`no probe ${id}`)
  return found
}

async function meansOf(more: Partial<Means> = {}): Promise<Means> {
  const recorded = host()
  const { context } = await readContext(recorded, never)
  const usual = { probes, allow: 'trace' as const, policy: ANYTHING, catalogue, signal: never, minute: 720 }
  return { host: recorded, context, ...usual, ...more }
}

const ask = async (more: Partial<Means> = {}) =>
  escalate({ metric: 'syscall.errors', why: 'to know' }, noFacts(), await meansOf(more))

describe('may we', () => {
  const night: Policy = { maxOverhead: 'low', quietHours: [{ from: '22:00', to: '04:30' }] }
  test.each([
    ['22:00', true],
    ['23:59', true],
    ['00:00', true],
    ['04:29', true],
    ['04:30', false],
    ['21:59', false],
  ])('at %s it is quiet: %s', (time, quiet) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    const why = refusalOf('trace', night, hours * 60 + minutes)
    expect(why?.reason).toBe(quiet ? 'the policy wants no probes from 22:00 to 04:30' : undefined)
  })

  test('from a time to the same time is the whole day', () => {
    for (const minute of [0, 719, 720, 1439])
      expect(refusalOf('trace', { ...night, quietHours: [{ from: '12:00', to: '12:00' }] }, minute)?.unavailable).toBe(
        'not consented',
      )
  })

  test('below tier trace none may', async () => {
    const { outcome, why, would } = await ask({ allow: 'count' })
    expect([outcome, why?.cure]).toEqual(['refused', '--allow trace'])
    expect(would).toBe(probeOf('syscall_errors').tells)
  })

  test('the same is not asked again within the cool-down, but a person may', async () => {
    const means = await meansOf({ policy: { ...ANYTHING, coolDownSeconds: 3600 } })
    const question = { metric: 'syscall.errors' }
    means.host.remember('escalated syscall_errors', String(Date.parse(means.host.startedAt) / 1000 - 60))
    const again = await escalate(question, noFacts(), means)
    expect([again.outcome, again.why?.reason]).toEqual([
      'refused',
      'it was asked 60 s ago, and the policy wants 3600 s between',
    ])
    const asked = await escalate(question, noFacts(), { ...means, consent: () => Promise.resolve('yes') })
    expect(asked.outcome).toBe('answered')
  })

  test('a function is not asked about unless somebody names it', async () => {
    const { outcome, why } = await escalate({ metric: 'function.latency', pid: 1 }, noFacts(), await meansOf())
    expect([outcome, why?.unavailable]).toEqual(['impossible', 'not measured'])
  })

  test('only the instruments of the policy', async () => {
    const { outcome, why } = await ask({ policy: { ...ANYTHING, instruments: ['lttng'] } })
    expect([outcome, why?.reason]).toEqual(['refused', 'the policy does not allow bpftrace'])
  })

  test('an ordinary user has only perf', async () => {
    const means = await meansOf()
    const context = { ...means.context, privileges: { ...means.context.privileges, root: false } }
    const { tried } = await escalate({ metric: 'syscall.errors', backEnd: 'bpftrace' }, noFacts(), {
      ...means,
      context,
    })
    expect(tried.map(({ why }) => why?.unavailable)).toEqual(['not permitted'])
  })
})

describe('what it will cost', () => {
  test.each([
    [undefined, 1, 'high'],
    [0, 1, 'negligible'],
    [999, 1, 'negligible'],
    [1001, 1, 'low'],
    [9_999, 1, 'low'],
    [10_001, 1, 'medium'],
    [50_001, 1, 'high'],
    [1001, 10, 'medium'],
  ])('%s events a second of %s us are %s', (rate, microseconds, overhead) => {
    expect(predicted(rate, { microseconds }).overhead).toBe(overhead)
  })

  test('classes are ordered, and a limit allows itself', () => {
    expect([exceeds('low', 'low'), exceeds('medium', 'low'), exceeds('negligible', 'low')]).toEqual([
      false,
      true,
      false,
    ])
  })

  test('the rate is what perf stat counted', async () => {
    const recorded = host()
    const probe = probeOf('syscall_errors')
    const counted = probe.counted === 'sample' ? [] : probe.counted
    const formats = await readFormats(counted, recorded, never)
    const look = recorded.recording.observations.find(({ source }) => source === 'preflight')
    const text = readFileSync(join(folder, look?.file ?? ''), 'utf8')
    const sum = [...text.matchAll(/^(\d+),,raw_syscalls:/gm)].reduce((all, [, count]) => all + Number(count), 0)
    expect(sum).toBeGreaterThan(0)
    expect(await rateOf(probe, formats, { host: recorded, cpus: 2, signal: never })).toBe(sum)
  })

  test('samples are so many for each CPU', async () => {
    const formats = { known: new Map() }
    expect(await rateOf(probeOf('cpu_hot_stacks'), formats, { host: host(), cpus: 4, signal: never })).toBe(396)
  })
})

describe('is it there', () => {
  test('an event, and each field that is read', async () => {
    const formats = await readFormats(['raw_syscalls:sys_exit'], host(), never)
    expect(lacking(['raw_syscalls:sys_exit(id,ret)'], formats)).toBeUndefined()
    expect(lacking(['raw_syscalls:sys_exit(id,lane)'], formats)?.reason).toBe(
      'the tracepoint raw_syscalls:sys_exit of this kernel has no field lane',
    )
    expect(lacking(['raw_syscalls:sys_stay(id)'], formats)?.reason).toBe(
      'this kernel has no tracepoint raw_syscalls:sys_stay',
    )
  })

  test('without tracefs nothing is said: the dry run decides', async () => {
    const recorded = recordedHost(join(root, 'test/hosts/unprivileged'))
    if (isUnavailable(recorded)) throw new Error(recorded.reason)
    const formats = await readFormats(['sched:sched_switch'], recorded, never)
    expect(formats.unread?.unavailable).toBe('not permitted')
    expect(lacking(['sched:sched_swap'], formats)).toBeUndefined()
  })
})

describe('by hand', () => {
  const byHand = async (id: string, name: string) => {
    const { context } = await meansOf()
    const probe = probeOf(id)
    const backEnd = probe.backEnds.find((one) => one.id === name)
    if (!backEnd) throw new Error(`no back end ${name}`)
    return commandOf(backEnd.acts({ seconds: 5, context, cpus: 2 }, backEnd.tools?.[0] ?? ''), probe, backEnd)
  }

  test.each(probes.flatMap((probe) => probe.backEnds.map((one) => [probe.id, one.id] as const)))(
    '%s by %s: no placeholder is left, and each quote is closed',
    async (id, name) => {
      const command = await byHand(id, name)
      expect(command).not.toMatch(/\{(?:id|scratch)\}/)
      expect((command.match(/'/g) ?? []).length % 2).toBe(0)
    },
  )

  test('synthetic events are defined before they are used', async () => {
    expect(await byHand('wakeup_latency', 'hist')).toMatch(
      /^cd INSTANCE; echo 'tracebook u64 lat;[^']*' >> \.\.\/\.\.\/synthetic_events; echo 'hist:/,
    )
  })
})

const NOTHING = { kind: 'distribution', buckets: [] } as const
const ATTACHED = '{"type": "attached_probes", "data": {"probes": 9}}\n'

describe('why it failed', () => {
  const LIMITED = `Error:
Access to performance monitoring and observability operations is limited.
Consider adjusting /proc/sys/kernel/perf_event_paranoid setting to open
access to performance monitoring and observability operations for processes
without CAP_PERFMON, CAP_SYS_PTRACE or CAP_SYS_ADMIN Linux capability.
`
  const NO_TRACEFS = `event syntax error: 'sched:sched_switch'
                     \\___ can't access trace events

Error:	No permissions to read /sys/kernel/tracing/events/sched/sched_switch
Hint:	Try 'sudo mount -o remount,mode=755 /sys/kernel/tracing/'
`
  const look = (stderr: string, exitCode?: number): Observation => ({
    id: 'capability/perf-sampling#1',
    source: 'capability/perf-sampling',
    tier: 'trace',
    outcome: 'failed',
    text: '',
    stderr,
    ...(exitCode === undefined ? {} : { exitCode }),
    atMs: 0,
    elapsedMs: 10,
    cpuMs: 1,
    bytes: 0,
  })

  test.each([
    [LIMITED, 255, 'not permitted', 'perf: Access to performance monitoring and observability operations is limited'],
    [
      NO_TRACEFS,
      129,
      'not permitted',
      'perf: Error: No permissions to read /sys/kernel/tracing/events/sched/sched_switch',
    ],
    ['', 1, 'failed', 'perf ended with status 1'],
    ['', undefined, 'failed', 'perf failed'],
  ] as const)('%#', (stderr, status, unavailable, reason) => {
    const why = whyFailed(look(stderr, status), 'perf')
    expect([why.unavailable, why.reason.replaceAll('\t', ' ')]).toEqual([unavailable, reason])
  })

  const ended = { ...look('', 0), text: `${ATTACHED}\n{"type": "map", "data": {"@finished": 1}}\n` }

  test('nothing seen while the counter moved is a broken instrument', () => {
    const probe = probeOf('wakeup_latency')
    const [backEnd] = probe.backEnds
    if (!backEnd) throw new Error('no back end')
    const said = (moved: number | undefined, expected?: number) =>
      disbelief(probe, backEnd, { answer: NOTHING, looks: [ended], moved, expected })?.unavailable
    expect(said(100_000)).toBe('failed')
    expect(said(100_000, 50_000)).toBe('failed')
    expect(said(100_000, 3)).toBeUndefined()
    expect(said(0)).toBeUndefined()
    expect(said(undefined)).toBe('not understood')
  })

  test('nothing seen by a program that did not come to its end is a broken instrument, whatever it asks', () => {
    const probe = probeOf('dns_latency')
    const [backEnd] = probe.backEnds
    if (!backEnd) throw new Error('no back end')
    const said = (text: string) =>
      disbelief(probe, backEnd, { answer: NOTHING, looks: [{ ...ended, text }], moved: undefined })?.unavailable
    expect(said(ATTACHED)).toBe('failed')
    expect(said(`${ATTACHED}{"type": "map", "data": {"@begun": 1}}\n`)).toBe('failed')
    expect(said(ended.text)).toBeUndefined()
  })
})

describe('is it agreed', () => {
  const LOW: Policy = { maxOverhead: 'negligible' }

  test('unattended the limit is the limit, and the price is told', async () => {
    const { outcome, why } = await ask({ policy: LOW })
    expect(outcome).toBe('refused')
    expect(why?.reason).toMatch(
      /^it would take about [\d.]+ % of a CPU \((low|medium|high)\); at most negligible is allowed$/,
    )
    expect(why?.cure).toMatch(/^--max-overhead (low|medium|high)$/)
  })

  test.each([
    ['yes', 'answered'],
    ['no', 'refused'],
    ['quit', 'refused'],
  ] as const)('%s is asked for once: %s', async (said, outcome) => {
    const seen: Consent[] = []
    const consent = (one: Consent) => {
      seen.push(one)
      return Promise.resolve(said)
    }
    const escalation = await ask({ policy: LOW, consent })
    expect(escalation.outcome).toBe(outcome)
    expect(seen.map(({ backEnd, why, seconds }) => [backEnd, why, seconds])).toEqual([['bpftrace', 'to know', 5]])
    expect(seen[0]?.events).toContain('raw_syscalls:sys_exit')
  })

  test.each([
    ['bpftrace\n', 'yes'],
    [' bpftrace \n', 'yes'],
    ['\n', 'no'],
    ['y\n', 'no'],
    ['yes\n', 'no'],
  ])('what may hurt must be typed: %j is %s', async (typed, said) => {
    const { guide, input, shown } = person()
    const answer = guide.consent?.(HIGH)
    input.write(typed)
    expect(await answer).toBe(said)
    const screen = shown()
    expect(screen).toContain('because of \\x1b[2J')
    expect(screen).not.toContain('\x1b[2J')
  })

  test('a run that is stopped closes the question', async () => {
    const { guide, stop } = person()
    const answer = guide.consent?.(HIGH)
    stop.abort()
    expect(await answer).toBe('no')
  })

  const HIGH: Consent = {
    asks: 'Which code?',
    why: 'because of \x1b[2J',
    backEnd: 'bpftrace',
    command: 'bpftrace -',
    events: ['sched:sched_switch'],
    seconds: 5,
    cost: { overhead: 'high' },
    safety: 'It ends by itself.',
  }

  function person() {
    const input = new PassThrough()
    const output = new PassThrough()
    const stop = new AbortController()
    const streams = [input, output] as unknown as [NodeJS.ReadStream, NodeJS.WriteStream]
    const guide = interactiveGuide(...streams, stop.signal)
    return { guide, input, stop, shown: () => String(output.read() ?? '') }
  }
})

async function replay(more: { readonly guide?: Guide; readonly policy?: Policy } = {}): Promise<Report> {
  const recorded = host()
  const { report, failures } = await run({
    runbook: 'ask_kernel',
    host: recorded,
    library,
    catalogue,
    sources,
    window: recorded.recording.window ?? { intervalMs: 1000, count: 5 },
    allow: 'trace',
    policy: ANYTHING,
    probes: () => Promise.resolve(probes),
    overrides: new Map(),
    guide: silentGuide,
    signal: never,
    ...more,
  })
  expect(failures).toEqual([])
  return report
}

describe('a recorded escalation', () => {
  test('is judged again to the same report', async () => {
    const report = await replay()
    expect(report.escalations?.map(({ metric, outcome, answer }) => [metric, outcome, answer?.kind])).toEqual([
      ['syscall.errors', 'answered', 'tally'],
      ['sched.wakeup_latency', 'answered', 'distribution'],
      ['cpu.hot_stacks', 'answered', 'stacks'],
    ])
    expect(report.status).toBe('critical')
    const text = markdown.render(report)
    expect(markdown.render(await replay())).toBe(text)
    await expect(text).toMatchFileSnapshot('golden/hosts/escalated-hostile.exit-2.md')
    expect(renderTerminal(report)).toMatch(
      /The kernel was asked:\s+syscall\.errors \d+ events;\s+sched\.wakeup_latency p50/,
    )
  })

  /** A process called itself ESC [31mx, a line feed, |`]<b> and burnt CPU: it is in the tally and in the stacks. */
  test('a name that would do something does nothing in any format', async () => {
    const report = await replay()
    const stacks = report.escalations?.flatMap(({ answer }) => (answer?.kind === 'stacks' ? [answer] : [])) ?? []
    expect(stacks.flatMap((one) => one.stacks.map(({ frames }) => frames[0] ?? '')).join('')).toContain(`${ESC}[31mx`)
    const texts = [
      ...(await Promise.all(formats.map(async (format) => (await format.load()).render(report)))),
      ...flameFiles('r.md', report.escalations ?? [], 'host').map(({ text }) => text),
    ]
    expect(texts.length).toBe(formats.length + 3)
    for (const text of texts) expect(text).not.toContain(ESC)
    const html = texts[formats.findIndex(({ id }) => id === 'html')] ?? ''
    expect(html).toContain('31mx')
    expect(html).not.toContain('<b>')
    expect(texts[formats.findIndex(({ id }) => id === 'markdown')]).toContain('| ``\\x1b[31mx \\|`]<b>`` |')
  })

  test('quit at a consent ends the run, no more is asked', async () => {
    let asked = 0
    const consent = () => {
      asked++
      return Promise.resolve('quit' as const)
    }
    const report = await replay({ policy: { maxOverhead: 'negligible' }, guide: { ...silentGuide, consent } })
    expect([asked, report.interrupted]).toEqual([1, 'the person said so'])
    expect(report.escalations?.map(({ outcome }) => outcome)).toEqual(['interrupted'])
    expect(renderTerminal(report)).toMatch(/1 question to the kernel not answered/)
  })

  test('quit before a step ends the run, too', async () => {
    let asked = 0
    const before = () => {
      asked++
      return Promise.resolve('quit' as const)
    }
    const report = await replay({ guide: { ...silentGuide, before } })
    expect([asked, report.interrupted]).toEqual([1, 'the person said so'])
  })
})

describe('a policy file', () => {
  const policies = 'test/diagnostics/policies'
  const files = readdirSync(policies).filter((file) => file.endsWith('.yaml'))
  test.each(files)('%s', async (file) => {
    const { document, coolDownSeconds, diagnostics } = await loadPolicy(`${policies}/${file}`)
    if (file === 'good.yaml') expect([document?.allow, coolDownSeconds]).toEqual(['trace', 120])
    else expect(document).toBeUndefined()
    const out = `${policies}/${file.replace('.yaml', '.out')}`
    if (process.env['UPDATE'] === '1') writeFileSync(out, renderDiagnostics(diagnostics))
    expect(renderDiagnostics(diagnostics)).toBe(readFileSync(out, 'utf8'))
  })

  test('that is not there is said so, and one others may write is not obeyed', () => {
    const options = { encoding: 'utf8' } as const
    const probe = ['probe', 'drops', '--policy']
    const absent = spawnSync(process.execPath, [bin, ...probe, '/nonexistent/policy.yaml'], options)
    expect([absent.status, absent.stderr]).toEqual([64, 'tracebook: --policy /nonexistent/policy.yaml: no such file\n'])
  })
})

test.each([
  [['wakeup_latenc'], 'did you mean wakeup_latency?'],
  [['syscall'], 'did you mean syscall_counts'],
  [['drops', '--by', 'bogus'], 'drops has no back end "bogus" (bpftrace'],
  [['drops', '--seconds', '0'], 'a time with a unit'],
  [['drops', '--seconds', '1h'], 'a time from 1s to 60s'],
  [['drops', '--pid', 'x'], '--pid takes a process id'],
  [['drops', '--pid', '4194304'], 'no such process'],
])('probe %j is a mistake', (args, text) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, 'probe', ...args], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([64, ''])
  expect(stderr).toContain(text)
})

test('explain knows a probe by its name and by its answer', () => {
  const explained = (id: string) => spawnSync(process.execPath, [bin, 'explain', id], { encoding: 'utf8' }).stdout
  expect(explained('wakeup_latency')).toContain('cpu/escalate-1')
  expect(explained('sched.wakeup_latency')).toMatch(/tracebook probe wakeup_latency/)
})
