// /proc/vmstat at both ends and the settings of transparent huge pages → huge page faults, those that got small pages, splits, compaction work.
//   thp_fault_alloc 10137
//   thp_fault_fallback 0
//   ==> /sys/kernel/mm/transparent_hugepage/enabled <==        always [madvise] never
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase, meanRate } from '../../parse/counters.ts'
import { files, keyed } from '../../parse/files.ts'
import { defined } from '../../parse/table.ts'

const VMSTAT = '/proc/vmstat'
const FOLDER = '/sys/kernel/mm/transparent_hugepage'
const COUNTED = [
  'thp.faults',
  'thp.fallbacks',
  'thp.fallback_share',
  'thp.splits',
  'compaction.scanned',
  'compaction.asked',
] as const

export const source: Source = {
  id: 'proc_thp',
  tier: 'read',
  asks: 'Are huge pages to be had, and what does it cost to make them?',
  gives: ['thp.mode', 'thp.defrag', ...COUNTED],
  requests: () => [{ kind: 'read', paths: [VMSTAT, `${FOLDER}/enabled`, `${FOLDER}/defrag`], at: 'ends' }],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    const vm = read.map((found) => keyed(found.get(VMSTAT) ?? ''))
    if (!vm.every((counters) => counters.has('pgfault')) || vm.length === 0)
      return unavailable('not understood', `${VMSTAT} has not the lines it is known by`)
    const at = looks.map((look) => look.atMs)
    const of = (name: string) => vm.map((counters) => counters.get(name))
    const [got, missed] = [increase(of('thp_fault_alloc')), increase(of('thp_fault_fallback'))]
    const scanned = ['compact_migrate_scanned', 'compact_free_scanned'].map((name) => meanRate(of(name), at))
    const [daemon, asked] = ['compact_daemon_migrate_scanned', 'compact_migrate_scanned'].map((name) =>
      meanRate(of(name), at),
    )
    const last = read.at(-1)
    const host = defined<string | number>({
      'thp.mode': chosen(last?.get(`${FOLDER}/enabled`)),
      'thp.defrag': chosen(last?.get(`${FOLDER}/defrag`)),
      'thp.faults': meanRate(of('thp_fault_alloc'), at),
      'thp.fallbacks': meanRate(of('thp_fault_fallback'), at),
      'thp.fallback_share':
        got !== undefined && missed !== undefined && got + missed > 0 ? (100 * missed) / (got + missed) : undefined,
      'thp.splits': meanRate(of('thp_split_page'), at),
      'compaction.scanned': scanned.every((rate) => rate !== undefined)
        ? scanned.reduce<number>((total, rate) => total + (rate ?? 0), 0)
        : undefined,
      'compaction.asked': asked === undefined || daemon === undefined ? undefined : Math.max(0, asked - daemon),
    })
    const missing = Object.fromEntries(source.gives.filter((id) => !(id in host)).map((id) => [id, unsupported]))
    return { host, missing: got === 0 && missed === 0 ? { ...missing, 'thp.fallback_share': unasked } : missing }
  },
}

const unsupported = unavailable('not supported', 'this kernel has no transparent huge pages or no compaction')
const unasked = unavailable('nothing to measure', 'no page fault wanted a huge page in the window')

/** The word in brackets. */
function chosen(text: string | undefined): string | undefined {
  return /\[(\w+)\]/.exec(text ?? '')?.[1]
}
