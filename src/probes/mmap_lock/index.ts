// mmap_lock: how long it takes to get the lock of an address space, to read it (page faults) and to write it (mmap, munmap).
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './wait.bt'

const events = ['mmap_lock:mmap_lock_start_locking(write)', 'mmap_lock:mmap_lock_acquire_returned(write)']

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'mmap_lock:mmap_lock_start_locking', key: ['@pid'] }],
  end: [{ event: 'mmap_lock:mmap_lock_acquire_returned', key: ['@pid'] }],
  labels: {
    pid: { field: '@process' },
    mode: { field: 'write', names: { true: 'write', false: 'read' } },
    comm: { field: '@comm' },
  },
}

const read = answering('lock.mmap_wait', {
  table: 'lock.mmap_by',
  by: [{ domain: 'process', metric: 'process.mmap_lock_wait', value: 'seconds', name: 'pid' }],
})

export const probe: Probe = {
  id: 'mmap_lock',
  answers: 'lock.mmap_wait',
  gives: ['lock.mmap_wait', 'lock.mmap_by', 'process.mmap_lock_wait'],
  asks: 'How long does it take to get the lock of an address space?',
  tells:
    'Below a microsecond nobody is in the way. Milliseconds in one process: its threads fault, map and unmap at the same time; an allocator that returns memory too eagerly, or a reader of /proc/PID/maps and smaps. Writers wait for all readers, and readers for one writer.',
  seconds: 3,
  counted: ['mmap_lock:mmap_lock_start_locking', 'mmap_lock:mmap_lock_acquire_returned'],
  checked:
    'Six threads that map, fault and unmap: a mode of milliseconds beside one below a microsecond, in that process only.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.45,
      maps: {
        histogram: { map: '@latency', unit: 1e-6 },
        rows: {
          labels: ['pid', 'mode', 'comm'],
          names: { mode: (write) => (write === '0' ? 'read' : 'write') },
          of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
        },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
