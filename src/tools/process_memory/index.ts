// /proc/PID/status of every process → what it holds that its RSS does not show: page tables, and private memory it asked for.
//   VmData:	41943200 kB                          private and writable, touched or not; what it commits
//   VmPTE:	 2713000 kB                          kernels before 4.15 tell VmPMD apart
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'
import { defined } from '../../parse/table.ts'

/** The largest by each of them. */
const MOST_PROCESSES = 40
const KIB = 1024

interface Held {
  readonly pid: number
  readonly comm: string
  readonly pageTables?: number
  readonly data?: number
}

/** A look of its own at all processes: only where something of the host asks who it is. */
export const source: Source = {
  id: 'process_memory',
  tier: 'read',
  asks: 'Which processes hold page tables, and which asked for memory they do not touch?',
  gives: ['memory.page_tables_of_processes', 'process.page_tables', 'memory.data_of_processes', 'process.data_size'],
  requests: () => [{ kind: 'scan', files: ['status'], at: 'end' }],
  parse: (looks) => {
    if (looks.some((look) => look.outcome === 'truncated'))
      return unavailable('not measured', 'there are more processes than can be read in one look')
    const records = looks.flatMap((look) => scan(look.text, 1))
    const held = records.flatMap((record) => heldBy(record) ?? [])
    if (held.length === 0)
      return unavailable('not understood', 'no /proc/PID/status with sizes of memory could be read')
    return {
      host: defined({
        'memory.page_tables_of_processes': total(held, 'pageTables'),
        'memory.data_of_processes': total(held, 'data'),
      }),
      instances: largest(held).map(instance),
    }
  },
}

/** Kernel threads have no memory of their own, and no such lines. */
function heldBy({ pid, comm, files: [status = ''] }: ProcessRecord): Held | undefined {
  const tables = kilobytes(status, 'VmPTE')
  const data = kilobytes(status, 'VmData')
  if (tables === undefined && data === undefined) return undefined
  const pageTables = tables === undefined ? undefined : tables + (kilobytes(status, 'VmPMD') ?? 0)
  return { pid, comm, ...defined({ pageTables, data }) }
}

function kilobytes(status: string, name: string): number | undefined {
  const digits = new RegExp(`^${name}:\\s+(\\d{1,12}) kB$`, 'm').exec(status)?.[1]
  return digits === undefined ? undefined : Number(digits) * KIB
}

function total(held: readonly Held[], of: 'pageTables' | 'data'): number | undefined {
  const known = held.flatMap((one) => one[of] ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0)
}

function largest(held: readonly Held[]): readonly Held[] {
  const by = (of: 'pageTables' | 'data') =>
    held.toSorted((a, b) => (b[of] ?? 0) - (a[of] ?? 0)).slice(0, MOST_PROCESSES)
  return [...new Set([...by('pageTables'), ...by('data')])]
}

function instance({ pid, comm, pageTables, data }: Held): Instance {
  return {
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), comm },
    values: defined({ 'process.page_tables': pageTables, 'process.data_size': data }),
  }
}
