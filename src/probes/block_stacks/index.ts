// block_stacks: which code asks for block I/O: stacks of the kernel and of programs where it is queued.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { diskIos } from '../../instruments/counter.ts'
import { namingHottest } from '../../instruments/hottest.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './stacks.bt'

const EVENT = 'block:block_bio_queue'
const events = [EVENT]

/** On the way down from every file system: what it asked for is above them. */
const ON_THE_WAY =
  /^(?:perf_trace_\w+|trace_event_raw_\w+|bpf_\w+|(?:__)?submit_bio\w*|submit_bh\w*|__?submit_bh\w*|(?:__)?blk_\w+|blkdev_\w+|bio_\w+|io_schedule\w*|\w+_io_submit\w*|\w+_submit_io\w*|\w+_bio_write_\w+|mpage_\w+|dm_\w+|md_\w+|\[unknown\]|__traceiter_\w+)$/

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  return {
    answers: { 'block.stacks': stacks },
    host: namingHottest(
      { function: 'block.asking_function', process: 'block.asking_process', share: 'block.asking_share' },
      stacks,
      ON_THE_WAY,
    ),
  }
}

export const probe: Probe = {
  id: 'block_stacks',
  answers: 'block.stacks',
  gives: ['block.stacks', 'block.asking_function', 'block.asking_process', 'block.asking_share'],
  asks: 'Which code asks for block I/O?',
  tells:
    'readpage, readahead, mpage: reads that missed the page cache; below a page fault: mapped files or programs paged in again. swap_writepage, swap_readpage: memory is short. jbd2, xlog: the journal, for whoever called fsync. wb_workfn: writeback of what others wrote. iomap_dio, blkdev_direct: I/O past the cache, as databases do.',
  seconds: 5,
  counted: [EVENT],
  control: diskIos,
  checked: 'fio with reads that miss the cache: ext4_mpage_readpages first, then the writes of its fsyncs.',
  backEnds: [
    bpftrace({ program, events, microseconds: 3, maps: { stacks: { map: '@', unit: 'count' } }, read }),
    perfSample({ event: ['-e', EVENT, '-c', '1'], events, microseconds: 6, mostEvents: 5000, read }),
  ],
}
