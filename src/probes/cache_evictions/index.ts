// cache_evictions: who takes pages of files out of the page cache, and who brings the same files back.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import type { Probe } from '../../model/probe.ts'
import { readEvictions, TAKEN_OUT } from './pairs.ts'
import program from './evictions.bt'

const DELETED = 'filemap:mm_filemap_delete_from_page_cache'
const ADDED = 'filemap:mm_filemap_add_to_page_cache'
const events = [`${DELETED}(i_ino,s_dev)`, `${ADDED}(i_ino,s_dev)`]

const question: Counts = {
  kind: 'counts',
  of: [{ event: DELETED }, { event: ADDED }],
  labels: {
    event: { field: '@event' },
    device: { field: 's_dev' },
    inode: { field: 'i_ino' },
    pid: { field: '@process' },
    comm: { field: '@comm' },
  },
}

export const probe: Probe = {
  id: 'cache_evictions',
  answers: 'fs.cache_evictions',
  gives: [
    'fs.cache_evictions',
    'memory.cache_taken_out',
    'memory.cache_inserted',
    'memory.cache_reader',
    'process.cache_taken_out',
  ],
  asks: 'Who takes pages of files out of the page cache, and who reads them back?',
  tells:
    'A process that takes out what another brings back: it tells the kernel that the pages are not needed (posix_fadvise, POSIX_FADV_DONTNEED) or invalidates them, and the other reads from the device what it had. Pages that go and do not come back are files that were deleted or cut short. kswapd among the first: the memory is short, see reclaim_latency.',
  seconds: 5,
  counted: [DELETED, ADDED],
  checked:
    'A process that calls posix_fadvise(POSIX_FADV_DONTNEED) on a file four times a second while another reads it: the first takes out all that the second brings back.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.2,
      maps: {
        rows: {
          labels: ['event', 'device', 'inode', 'pid', 'comm'],
          names: { event: (way) => (way === '1' ? TAKEN_OUT : '') },
          of: [{ map: '@n', is: 'count' }],
        },
      },
      read: readEvictions,
    }),
    perfLog({ question, events, read: readEvictions }),
    ftraceLog({ question, events, read: readEvictions }),
  ],
}
