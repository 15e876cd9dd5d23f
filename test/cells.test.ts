// cells.yaml against the published USE checklist, the shipped checks and runbooks/use.yaml: no cell is silently absent.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sources } from '../src/generated/sources.ts'
import { cells as validCells } from '../src/generated/validators.js'
import { recordedHost } from '../src/host/recorded.ts'
import type { Library } from '../src/load/library.ts'
import { catalogueOf } from '../src/load/own-metrics.ts'
import type { Report } from '../src/model/report.ts'
import type { Step } from '../src/model/runbook.ts'
import { checkProgram } from '../src/judge/program.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { matrixOf } from '../src/report/matrix.ts'
import { UNMEASURED } from '../src/report/unmeasured.ts'
import { silentGuide } from '../src/run/guide.ts'
import { run } from '../src/run/run.ts'
import { builtinLibrary, root } from './support/library.ts'

interface Cell {
  readonly title: string
  readonly use: string
  readonly checks?: readonly string[]
  readonly not_applicable?: string
  readonly later?: string
}

/** The checklist. Nothing is added here without a row there, and nothing is left out. */
const LIST = [
  ...'CPU-U-1 CPU-U-2 CPU-U-3 CPU-U-4 CPU-U-5 CPU-U-6 CPU-U-7 CPU-U-8'.split(' '),
  ...'CPU-S-1 CPU-S-2 CPU-S-3 CPU-S-4 CPU-S-5 CPU-E-1 CPU-E-2 CPU-E-3 CPU-E-4'.split(' '),
  ...'MEM-U-1 MEM-U-2 MEM-U-3 MEM-U-4 MEM-U-5 MEM-U-6'.split(' '),
  ...'MEM-S-1 MEM-S-2 MEM-S-3 MEM-S-4 MEM-S-5 MEM-S-6 MEM-S-7 MEM-S-8 MEM-E-1 MEM-E-2 MEM-E-3'.split(' '),
  ...'NIC-U-1 NIC-U-2 NIC-U-3 NIC-S-1 NIC-S-2 NIC-S-3 NIC-S-4 NIC-S-5 NIC-S-6 NIC-E-1 NIC-E-2 NIC-E-3'.split(' '),
  ...'DISK-U-1 DISK-U-2 DISK-U-3 DISK-U-4 DISK-S-1 DISK-S-2 DISK-S-3 DISK-S-4 DISK-S-5 DISK-E-1 DISK-E-2'.split(' '),
  ...'CAP-U-1 CAP-U-2 CAP-U-3 CAP-U-4 CAP-S CAP-E SCTL-U SCTL-S SCTL-E NCTL-U NCTL-S NCTL-E'.split(' '),
  ...'XCPU-U XCPU-S XCPU-E XMEM-U XMEM-S XMEM-E XIO-U XIO-S XIO-E GPU-U GPU-S GPU-E'.split(' '),
  ...'KLOCK-U KLOCK-S KLOCK-E ULOCK-U ULOCK-S ULOCK-E TASK-U TASK-S TASK-E FD-U-1 FD-U-2 FD-E MAPS-U'.split(' '),
  ...'PSI CG-CPU CG-MEM CG-IO CG-PIDS TCPL-S-1 TCPL-S-2 CONNTRACK-U CONNTRACK-E PORTS-U PORTS-E'.split(' '),
  ...'SOCKBUF-U SOCKBUF-S INODE/DENTRY ENTROPY NFS SWAP/ZSWAP/ZRAM HUGE/THP NUMA TIME WORKQ/RCU'.split(' '),
]

/** What the checks of a cell may be about, by the first word of its id. A queue in front of a disk is a task that waits, too. */
const FITS: Readonly<Record<string, readonly string[]>> = {
  CPU: ['cpu', 'cgroup', 'load', 'memory'],
  MEM: ['memory', 'cgroup', 'numa'],
  NIC: ['network', 'tcp', 'controller'],
  DISK: ['disk', 'fs', 'cgroup', 'load'],
  CAP: ['fs', 'memory', 'disk', 'swap'],
  SCTL: ['controller', 'disk'],
  NCTL: ['controller', 'network'],
  XCPU: ['interconnect', 'numa', 'memory', 'cpu'],
  XMEM: ['interconnect', 'memory', 'cpu'],
  XIO: ['interconnect', 'controller'],
  GPU: ['gpu'],
  KLOCK: ['lock', 'cpu', 'load'],
  ULOCK: ['lock'],
  TASK: ['limit', 'cgroup', 'memory'],
  FD: ['limit'],
  MAPS: ['limit', 'memory'],
  PSI: ['cpu', 'memory', 'disk', 'cgroup'],
  CG: ['cgroup', 'memory'],
  TCPL: ['tcp'],
  CONNTRACK: ['network', 'limit'],
  PORTS: ['tcp', 'limit'],
  SOCKBUF: ['tcp', 'udp'],
  INODE: ['fs', 'memory', 'limit'],
  ENTROPY: ['limit'],
  NFS: ['fs', 'network'],
  SWAP: ['memory', 'swap'],
  HUGE: ['memory'],
  NUMA: ['numa', 'memory'],
  TIME: ['cpu'],
  WORKQ: ['cpu'],
}

const text = readFileSync(join(root, 'cells.yaml'), 'utf8')
const cells = parse(text, { uniqueKeys: true }) as Readonly<Record<string, Cell>>
const entries = Object.entries(cells)
let library: Library
let judged: ReadonlySet<string>
beforeAll(async () => {
  library = await builtinLibrary()
  judged = judgedBy('use')
})

test('follows its schema', () => {
  expect(validCells(cells), JSON.stringify(validCells.errors)).toBe(true)
})

test('the schema refuses a cell that is both covered and excused, or neither', () => {
  const base = { title: 'x', use: 'cpu.errors' }
  for (const wrong of [{ ...base }, { ...base, checks: ['cpu.busy'], later: 'soon' }, { ...base, checks: [] }])
    expect(validCells({ TIME: wrong })).toBe(false)
})

test('every id of the checklist is there exactly once, and no other', () => {
  expect(new Set(LIST).size).toBe(LIST.length)
  expect(entries.map(([id]) => id)).toEqual(LIST)
})

describe.each(entries)('%s', (id, cell) => {
  test('its checks exist, are judged by the runbook, and speak about its resource', () => {
    const fitting = FITS[id.split(/[-/]/)[0] ?? ''] ?? []
    expect(fitting).toContain(cell.use.split('.')[0])
    for (const name of cell.checks ?? []) {
      const document = library.checks.get(name)?.document
      expect(document, `${name} exists`).toBeDefined()
      expect(judged, `runbooks/use.yaml judges ${name}`).toContain(name)
      if (document?.use !== 'none')
        expect(fitting, `${name} speaks about ${document?.use}`).toContain(document?.use.split('.')[0])
    }
  })
})

/** Read the answers of probes, and are judged where a finding led to the question. */
const afterProbes = (id: string) => {
  const passive = new Set(sources.flatMap(({ gives }) => gives))
  const loaded = library.checks.get(id)
  return loaded !== undefined && checkProgram(loaded, catalogueOf(library)).needs.some((need) => !passive.has(need))
}

test('the runbook judges every check but those of a target, of the configuration, and of probes', () => {
  const other = [...library.checks.keys()].filter((id) => !/^(target|static)\./.test(id) && !afterProbes(id))
  expect(other.filter((id) => !judged.has(id))).toEqual([])
})

test('of each cell of the matrix some check of the runbook speaks, or the matrix says why none does', () => {
  const uses = [...library.checks].flatMap(([id, { document }]) => (judged.has(id) ? [document.use] : []))
  const matrix = matrixOf([], uses)
  const silent = matrix.filter((cell) => cell.text === 'no check looks at this')
  expect(silent.map((cell) => `${cell.resource}.${cell.signal}`)).toEqual([])
  expect(Object.keys(UNMEASURED).filter((use) => uses.includes(use))).toEqual([])
  for (const [id, cell] of entries)
    expect(
      matrix.some((one) => `${one.resource}.${one.signal}` === cell.use),
      id,
    ).toBe(true)
})

describe('on a recorded host', () => {
  test.each([
    ['idle', undefined],
    ['no-tools', undefined],
    ['unprivileged', undefined],
    ['cpu-jam', 'cpu.saturated'],
    ['throttled-group', 'cgroup.cpu_throttled'],
    ['group-memory', 'cgroup.memory_pressure'],
    ['slow-disk', 'disk.slow'],
    ['listen-overflow', 'tcp.listen_overflow'],
  ])('%s: the known cause, and each cell of the matrix has its reason', async (name, cause) => {
    const report = await replay(name)
    expect(report.diagnoses[0]?.cause).toBe(cause)
    if (cause === undefined) expect(report.status).toBe('ok')
    expect(report.matrix.filter((cell) => cell.text === '')).toEqual([])
    for (const { resource, verdict, text, checks } of report.matrix) {
      expect(checks.length > 0, `${resource}: ${text}`).toBe(verdict !== 'not measured')
      expect(text).not.toBe('not in this run')
    }
  })
})

async function replay(name: string): Promise<Report> {
  const host = recordedHost(join(root, 'test/hosts', name))
  if (isUnavailable(host)) throw new Error(host.reason)
  const { report, failures } = await run({
    runbook: 'use',
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

function judgedBy(id: string): ReadonlySet<string> {
  const steps = (all: readonly Step[]): readonly string[] =>
    all.flatMap((step) => {
      if ('check' in step) return step.check
      if ('group' in step) return steps(step.steps)
      if ('escalate' in step) return step.judge ?? []
      return 'follow' in step ? [...judgedBy(step.follow)] : []
    })
  return new Set(steps(library.runbooks.get(id)?.document.steps ?? []))
}
