// kernel_locks: how long tasks wait for contended locks of the kernel, whose they are, and in which function.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { namingHottest } from '../../instruments/hottest.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './contention.bt'

const events = ['lock:contention_begin(lock_addr,flags)', 'lock:contention_end(lock_addr)']

/** A task may spin for one lock while it waits for another: the key is both. */
const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'lock:contention_begin', key: ['@pid', 'lock_addr'] }],
  end: [{ event: 'lock:contention_end', key: ['@pid', 'lock_addr'] }],
  labels: { pid: { field: '@process' }, lock: { field: 'flags', at: 'start' }, comm: { field: '@comm' } },
}

/** Bits of `flags`, in the order the kernel prints them. */
const FLAGS = ['SPIN', 'READ', 'WRITE', 'RT', 'PERCPU', 'MUTEX']

const KINDS: Readonly<Record<string, string>> = {
  SPIN: 'spinlock',
  'SPIN|READ': 'rwlock, read',
  'SPIN|WRITE': 'rwlock, write',
  READ: 'rwsem, read',
  WRITE: 'rwsem, write',
  MUTEX: 'mutex',
  'SPIN|MUTEX': 'mutex, spinning',
  'READ|PERCPU': 'percpu rwsem, read',
  'WRITE|PERCPU': 'percpu rwsem, write',
}

function kindOf(flags: string): string {
  const text = /^\d+$/.test(flags) ? FLAGS.filter((_, bit) => (Number(flags) & (1 << bit)) !== 0).join('|') : flags
  return KINDS[text] ?? (text === '' ? 'other' : text)
}

/** The lock's own code: who wants it is what we ask for. */
const OF_LOCKS =
  /spin_lock|slowpath|rwsem|^(?:__)?down_|^(?:__)?(?:mutex|rt_mutex|ww_mutex|osq)_|_lock_irq|lruvec_lock|^(?:__)?rtmutex|percpu_down|task_rq_lock|offset_map_lock|^\[/

const waits = answering('lock.kernel_wait', {
  table: 'lock.kernel_by',
  by: [{ domain: 'process', metric: 'process.kernel_lock_wait', value: 'seconds', name: 'pid' }],
})

const read: Reader = ({ histogram, rows = [], stacks }) => {
  const named = rows.map((row) => ({ ...row, labels: { ...row.labels, lock: kindOf(row.labels['lock'] ?? '') } }))
  const reading = waits({ ...(histogram ? { histogram } : {}), rows: named })
  return {
    ...reading,
    ...(stacks ? { answers: { ...reading.answers, 'lock.kernel_stacks': stacks } } : {}),
    ...(stacks
      ? {
          host: namingHottest(
            { function: 'lock.kernel_function', process: 'lock.kernel_process', share: 'lock.kernel_share' },
            stacks,
            OF_LOCKS,
          ),
        }
      : {}),
  }
}

export const probe: Probe = {
  id: 'kernel_locks',
  answers: 'lock.kernel_wait',
  gives: [
    'lock.kernel_wait',
    'lock.kernel_by',
    'process.kernel_lock_wait',
    'lock.kernel_stacks',
    'lock.kernel_function',
    'lock.kernel_process',
    'lock.kernel_share',
  ],
  asks: 'How long do tasks wait for locks of the kernel, and in which function?',
  tells:
    'Spinlocks: microseconds, and the CPU is busy meanwhile. Rwsem and mutex: tasks sleep; lock_mm_and_find_vma, vm_mmap_pgoff and munmap are mmap_lock: threads that fault, map and unmap in one process. Directory and inode locks: many in one directory. lruvec or zone locks: reclaim or many CPUs that free memory. Share less, split the process, or a newer kernel.',
  seconds: 5,
  counted: ['lock:contention_begin', 'lock:contention_end'],
  checked:
    'Six threads that map, fault and unmap: their waits for the rwsem in munmap, mmap and the page fault, milliseconds each.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 1.5,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: { labels: ['pid', 'lock', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
        stacks: { map: '@stacks', unit: 'us' },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
