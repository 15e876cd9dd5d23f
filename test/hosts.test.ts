// Recorded hosts: judged again without root, tools or waiting; the diagnosis is the known one, the report is byte for byte the same, and is kept as a golden file.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { report as valid } from '../src/generated/validators.js'
import { sources } from '../src/generated/sources.ts'
import { recordedHost } from '../src/host/recorded.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import type { Report } from '../src/model/report.ts'
import { format as json } from '../src/report/json.ts'
import { format as markdown } from '../src/report/markdown.ts'
import { silentGuide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { builtinLibrary, root } from './support/library.ts'

const library = await builtinLibrary()
const folder = join(root, 'test/hosts')
const hosts = readdirSync(folder, { withFileTypes: true })
  // use-*: test/use-matrix.test.ts; escalated-*: test/escalate.test.ts.
  .filter((entry) => entry.isDirectory() && !/^(?:use|escalated)-/.test(entry.name))
  .map((entry) => entry.name)

/** What was wrong with each when it was recorded (test/hosts/README.md): cause, a word of the culprit, status. */
const truth: Readonly<Record<string, { cause?: string; culprit?: string; exit: number }>> = {
  idle: { exit: 0 },
  'no-tools': { exit: 0 },
  unprivileged: { exit: 0 },
  'cpu-jam': { cause: 'cpu.saturated', culprit: 'stress-ng', exit: 2 },
  'throttled-group': { cause: 'cgroup.cpu_throttled', culprit: 'report-svc', exit: 2 },
  'group-memory': { cause: 'cgroup.memory_pressure', culprit: 'search-index', exit: 1 },
  'slow-disk': { cause: 'disk.slow', culprit: 'loop0', exit: 2 },
  hypervisor: { cause: 'virt.exit_heavy', culprit: 'workloads', exit: 1 },
  'listen-overflow': { cause: 'tcp.listen_overflow', culprit: '7070', exit: 2 },
}
const EXIT = { ok: 0, warn: 1, critical: 2, unknown: 3 } as const

async function replay(name: string): Promise<Report> {
  const host = recordedHost(join(folder, name))
  if (isUnavailable(host)) throw new Error(host.reason)
  const { report, failures } = await run({
    runbook: 'sixty_seconds',
    host,
    library,
    catalogue: catalogueOf(library),
    sources,
    window: host.recording?.window ?? { intervalMs: 1000, count: 5 },
    allow: 'run',
    overrides: new Map(),
    guide: silentGuide,
    signal: new AbortController().signal,
  })
  expect(failures).toEqual([])
  return report
}

test('every host has a truth', () => {
  expect(hosts.sort()).toEqual(Object.keys(truth).sort())
})

describe.each(hosts)('%s', (name) => {
  const expected = truth[name]!
  test('the cause first, with its culprit', async () => {
    const report = await replay(name)
    expect(report.diagnoses[0]?.cause).toBe(expected.cause)
    if (expected.culprit) expect(JSON.stringify(report.diagnoses[0]?.culprits)).toContain(expected.culprit)
    expect(EXIT[report.status]).toBe(expected.exit)
    if (!expected.cause) expect(report.diagnoses).toEqual([])
  })
  test('replayed twice: the same bytes, valid by the schema, as the golden report', async () => {
    const [first, second] = [await replay(name), await replay(name)]
    const text = await json.render(first)
    expect(await json.render(second)).toBe(text)
    expect(valid(JSON.parse(text)), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true)
    await expect(await markdown.render(first)).toMatchFileSnapshot(
      join(root, `test/golden/hosts/${name}.exit-${expected.exit}.md`),
    )
  })
})
