// The four promises on this very host: jammed CPUs, a throttled group, an overflowing listener, nothing at all; each with all tools as root, without sysstat, and unprivileged.
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { SYSSTAT, isRoot, reportOf, toolFolder, tracebook, type Conditions } from '../support/product.ts'
import { fullListener, has, quiet, stressCpus, throttledGroup, type Fault } from '../support/faults.ts'

const without = toolFolder(SYSSTAT)
const modes: [string, Conditions][] = [
  ['all tools, as root', {}],
  ['sysstat removed', { env: { TRACEBOOK_PATH: without.path } }],
  ['unprivileged', { unprivileged: true }],
]
const run = (conditions: Conditions) => {
  const outcome = tracebook(['run', '--auto', '--format', 'json'], conditions)
  return { outcome, report: reportOf(outcome) }
}
afterAll(() => without.remove())
let fault: Fault | undefined
afterEach(async () => {
  await fault?.stop()
  fault = undefined
})

describe.skipIf(!isRoot)('live diagnosis', () => {
  test.skipIf(!has('stress-ng')).each(modes)(
    'stress-ng --cpu 8: saturated CPUs, its processes to blame (%s)',
    async (_, conditions) => {
      fault = await stressCpus(8)
      const { outcome, report } = run(conditions)
      expect(report.diagnoses[0]?.cause).toBe('cpu.saturated')
      expect(JSON.stringify(report.diagnoses[0]?.culprits)).toContain('stress-ng')
      expect(outcome.status).toBe(report.status === 'critical' ? 2 : 1)
      expect(['warn', 'critical']).toContain(report.status)
    },
  )

  test.each(modes)(
    'a spinner in a group with a fifth of a CPU: that group is throttled (%s)',
    async (_, conditions) => {
      await quiet()
      const group = await throttledGroup(`tb-live-${process.pid}`)
      fault = group
      const { report } = run(conditions)
      expect(report.diagnoses[0]?.cause).toBe('cgroup.cpu_throttled')
      expect(JSON.stringify(report.diagnoses[0]?.culprits)).toContain(group.group)
    },
  )

  test.each(modes)('a listener with backlog 1 that never accepts: its port (%s)', async (_, conditions) => {
    const listener = await fullListener()
    fault = listener
    const { report } = run(conditions)
    expect(report.diagnoses[0]?.cause).toBe('tcp.listen_overflow')
    const culprits = JSON.stringify(report.diagnoses[0]?.culprits)
    expect(culprits).toContain(String(listener.port))
    // Whose socket it is may only be seen by its owner and by root.
    if (!conditions.unprivileged) expect(culprits).toContain('python3')
  })

  test.each(modes)('nothing running: no diagnosis, cleared resources named, exit 0 (%s)', async (_, conditions) => {
    await quiet()
    const { outcome, report } = run(conditions)
    expect(report.diagnoses).toEqual([])
    expect(
      report.findings.filter((f) => f.weight === 'alarm' && (f.status === 'warn' || f.status === 'critical')),
    ).toEqual([])
    for (const resource of ['cpu', 'memory']) expect(report.cleared).toContain(resource)
    expect(outcome.status).toBe(0)
  })
})
