// The USE runbook over five views of one quiet host (root, an ordinary user, a namespace, cron, no tools): each cell of the matrix
// is a verdict with its ground, nothing is ok that could not be looked at, nothing alarms. The reports are kept as golden files.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sources } from '../src/generated/sources.ts'
import { recordedHost } from '../src/host/recorded.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import type { MatrixCell, Report } from '../src/model/report.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { format as markdown } from '../src/report/markdown.ts'
import { silentGuide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { builtinLibrary, root } from './support/library.ts'

const library = await builtinLibrary()

/** View → cells that cannot be known in it, each with a word of the reason. */
const BLIND: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  root: { 'network.utilization': 'not supported', 'gpu.utilization': 'no such hardware' },
  unprivileged: {
    'disk.errors': 'not permitted',
    'memory.errors': 'not permitted',
    'limit.utilization': 'not permitted',
  },
  namespace: { 'gpu.errors': 'no such hardware' },
  cron: { 'network.utilization': 'not supported', 'gpu.errors': 'no such hardware' },
  'no-tools': {
    'disk.errors': 'not installed',
    'fs.utilization': 'not installed',
    'fs.errors': 'not installed',
    'memory.errors': 'not installed',
  },
}

async function replay(view: string): Promise<Report> {
  const host = recordedHost(join(root, `test/hosts/use-${view}`))
  if (isUnavailable(host)) throw new Error(host.reason)
  const { report, failures } = await run({
    runbook: 'use',
    host,
    library,
    catalogue: catalogueOf(library),
    sources,
    window: host.recording.window ?? { intervalMs: 1000, count: 5 },
    allow: 'count',
    overrides: new Map(),
    guide: silentGuide,
    signal: new AbortController().signal,
  })
  expect(failures).toEqual([])
  return report
}

const nameOf = ({ resource, signal }: MatrixCell) => `${resource}.${signal}`

describe.each(Object.entries(BLIND))('%s', (view, blind) => {
  test('each cell says its verdict and why; ok has a ground, unknown a reason', async () => {
    const { matrix, findings } = await replay(view)
    const groundless = matrix.filter((cell) => {
      const lead = findings.find(({ check }) => check === cell.checks[0])
      if (cell.text.trim() === '') return true
      if (cell.verdict === 'not measured') return cell.checks.length > 0
      if (cell.verdict === 'unknown') return lead?.unavailable === undefined
      // An ok without figures is one of which there was nothing, and its text says of what.
      return lead === undefined || lead.status === 'unknown' || /not (?:permitted|installed|supported)/.test(cell.text)
    })
    expect(groundless).toEqual([])
    // No check is left out without a word: what is unknown says why.
    expect(
      findings.filter(({ status, unavailable }) => (status === 'unknown') !== (unavailable !== undefined)),
    ).toEqual([])
  })

  test('what cannot be looked at is unknown, with the reason', async () => {
    const { matrix } = await replay(view)
    for (const [name, reason] of Object.entries(blind)) {
      const cell = matrix.find((one) => nameOf(one) === name)
      expect([name, cell?.verdict, cell?.text]).toEqual([name, 'unknown', expect.stringContaining(reason)])
    }
  })

  test('nothing alarms on a quiet host', async () => {
    const { status, diagnoses, matrix } = await replay(view)
    expect(matrix.filter(({ verdict }) => verdict === 'problem')).toEqual([])
    expect([status, diagnoses]).toEqual(['ok', []])
  })

  test('the golden report', async () => {
    await expect(await markdown.render(await replay(view))).toMatchFileSnapshot(
      join(root, `test/golden/use-${view}.md`),
    )
  })
})

test('who may see less knows less, and never of more cells that they are ok', async () => {
  const okOf = async (view: string) => (await replay(view)).matrix.filter(({ verdict }) => verdict === 'ok').map(nameOf)
  const seen = new Set([...(await okOf('root')), ...(await suspectsOf('root'))])
  for (const view of ['unprivileged', 'no-tools'])
    expect((await okOf(view)).filter((name) => !seen.has(name))).toEqual([])
})

async function suspectsOf(view: string): Promise<string[]> {
  return (await replay(view)).matrix.filter(({ verdict }) => verdict === 'suspect').map(nameOf)
}
