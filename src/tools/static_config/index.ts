// Settings of CPUs, kernel and memory, read once → one metric for each, beside what it is judged against.
//   ==> /proc/sys/vm/swappiness <==
//   60
//   ==> /sys/kernel/mm/transparent_hugepage/enabled <==
//   always [madvise] never
import type { Source } from '../../model/source.ts'
import { CPU_ITEMS } from './cpu.ts'
import { pathsOf, readingOf, type Items } from './items.ts'
import { KERNEL_ITEMS } from './kernel.ts'
import { MEMORY_ITEMS } from './memory.ts'

const ITEMS: Items = { ...CPU_ITEMS, ...KERNEL_ITEMS, ...MEMORY_ITEMS }

export const source: Source = {
  id: 'static_config',
  tier: 'read',
  asks: 'Which settings of the CPUs, the kernel and memory cost performance, or hide what happens?',
  gives: Object.keys(ITEMS),
  requests: () => [{ kind: 'read', paths: pathsOf(ITEMS), at: 'start' }],
  parse: (looks, { context }) => readingOf(ITEMS, looks, context),
}
