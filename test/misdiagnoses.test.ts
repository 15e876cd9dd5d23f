// The most common misdiagnoses: on each host the naive rule fires, and the verdict is another. The rest of each host is a real idle one.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sources } from '../src/generated/sources.ts'
import { recordedHost } from '../src/host/recorded.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import { addReading, noFacts, withoutOwn } from '../src/measure/facts.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { silentGuide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { source as iostat } from '../src/tools/iostat/index.ts'
import { source as sar } from '../src/tools/sar/index.ts'
import { source as top } from '../src/tools/top/index.ts'
import { source as vmstat } from '../src/tools/vmstat/index.ts'
import { named, numbersOf, understood } from './support/columns-compare.ts'
import { builtinLibrary, root } from './support/library.ts'
import { CASES, five, limit } from './support/misdiagnoses.ts'
import { statusBy, statusOfCheck, verdictOn } from './support/verdict.ts'

describe.each(CASES.map((one) => [one.row, one] as const))('%s', (_, one) => {
  test('the textbook would say so, and is not followed', async () => {
    const { given, naive, cause, culprit, never = [], checks = {}, status } = one
    const { report, facts } = await verdictOn(given)
    expect(statusBy(naive, facts)).toBe('warn')
    expect(Object.fromEntries(Object.keys(checks).map((id) => [id, statusOfCheck(report, id)]))).toEqual(checks)
    const causes = report.diagnoses.map((diagnosis) => diagnosis.cause)
    expect(causes.filter((id) => never.includes(id))).toEqual([])
    if (cause !== undefined) expect(causes[0]).toBe(cause)
    else if (status === 'ok') expect(causes).toEqual([])
    const first = report.diagnoses[0]?.culprits[0]?.name ?? ''
    if (culprit !== undefined) expect(first).toContain(culprit)
    expect(first).not.toMatch(/ksoftirqd|kswapd|kworker/)
    if (status !== undefined) expect(report.status).toBe(status)
  })
})

describe('9: the first line is now (it is since boot)', () => {
  // The naive reader takes the first row.
  test('iostat: 0.02 % busy since boot, 84.44 % in the interval', () => {
    const fixture = named(iostat, 'sysstat-10.1.5-busy-text')
    const naive = Number(/^vda.* (\S+)$/m.exec(fixture.texts[0] ?? '')?.[1])
    expect(naive).toBeLessThan(1)
    expect(numbersOf(understood(iostat, fixture), 'disk.utilization')).toEqual([84.44])
  })

  test('vmstat: 68 % idle since boot, 0 % in the interval', () => {
    const fixture = named(vmstat, 'procps-3.3.10-timestamps')
    const [header, row] = (fixture.texts[0] ?? '').split('\n').slice(1)
    const at = header?.trim().split(/\s+/).indexOf('id') ?? -1
    expect(Number(row?.trim().split(/\s+/)[at])).toBeGreaterThan(60)
    expect(Math.min(...numbersOf(understood(vmstat, fixture), 'cpu.utilization'))).toBe(70)
  })

  test('top: its first frame is of the moment it started', () => {
    const fixture = named(top, 'procps-3.3.10-busy')
    expect(/^Tasks: +(\d+) total/m.exec(fixture.texts[0] ?? '')?.[1]).toBe('9')
    // The second frame has 7, of which top is one.
    expect(numbersOf(understood(top, fixture), 'task.total')).toEqual([6])
  })
})

test('11: %ifutil is 0, so the interface is idle (its speed is not known)', async () => {
  const fixture = named(sar, 'sysstat-12.2.0-write')
  const printed = fixture.texts[0]?.match(/(?<= eth0 .* )\d+\.\d\d$/gm) ?? []
  expect(printed.length).toBeGreaterThan(2)
  expect(printed.every((share) => Number(share) === 0)).toBe(true)
  const library = await builtinLibrary()
  const facts = noFacts()
  addReading(facts, 'sar', sar.gives, understood(sar, fixture), catalogueOf(library))
  const { status, each, params } = library.checks.get('network.bandwidth')!.document
  expect(statusBy({ status, ...(each ? { each } : {}), ...(params ? { params } : {}) }, facts)).toBe('unknown')
})

test('13: it printed nothing and ended well, so nothing is wrong', async () => {
  const library = await builtinLibrary()
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-silent-'))
  try {
    cpSync(join(root, 'test/hosts/listen-overflow'), folder, { recursive: true })
    silence(folder, /-(?:nstat|ss|proc_net_tcp|proc_net_snmp)\.txt$/)
    const host = recordedHost(folder)
    if (isUnavailable(host)) throw new Error(host.reason)
    const { report } = await run({
      runbook: 'sixty_seconds',
      host,
      library,
      catalogue: catalogueOf(library),
      sources,
      window: host.recording.window ?? { intervalMs: 1000, count: 5 },
      allow: 'run',
      overrides: new Map(),
      guide: silentGuide,
      signal: new AbortController().signal,
    })
    // Exit status 0 each: the naive reading is that no counter grew and no queue is full.
    for (const check of ['tcp.listen_queue', 'tcp.listener_overflow', 'tcp.retransmitting', 'udp.buffer_overflow'])
      expect([check, statusOfCheck(report, check)]).toEqual([check, 'unknown'])
    expect(report.findings.find((one) => one.check === 'tcp.listener_overflow')?.text).toContain('printed nothing')
    expect(report.cleared).not.toContain('tcp')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('17: the measurement is the disease (the observer is never the culprit)', async () => {
  const process = (name: number, comm: string, cpu: string) => ({
    name,
    comm,
    'process.comm': comm,
    'process.kernel': 0,
    'process.cpu': five(cpu),
  })
  const { facts } = await verdictOn({ process: [process(4242, 'pidstat', '180%'), process(700, 'encoder', '95%')] })
  const naive = { each: 'process' as const, params: limit('150%'), status: { warn: 'process.cpu.median >= limit' } }
  expect(statusBy(naive, facts)).toBe('warn')
  withoutOwn(facts, [4242])
  expect(statusBy(naive, facts)).toBe('ok')
  expect([...(facts.instances.get('process')?.keys() ?? [])]).toEqual(['700'])
})

/** Some looks of a recording as a tool that fails silently would have left them: no output, exit status 0. */
function silence(folder: string, which: RegExp): void {
  const looks = readdirSync(folder).filter((name) => which.test(name))
  expect(looks.length).toBeGreaterThan(1)
  const index = join(folder, 'index.json')
  const recorded: { observations: { file: string; bytes: number }[] } = JSON.parse(readFileSync(index, 'utf8'))
  for (const look of recorded.observations) if (looks.includes(look.file)) look.bytes = 0
  writeFileSync(index, JSON.stringify(recorded))
  for (const name of looks) writeFileSync(join(folder, name), '')
}
