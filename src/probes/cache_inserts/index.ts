// cache_inserts: whose reads and writes bring new pages into the page cache.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './inserts.bt'

const events = ['filemap:mm_filemap_add_to_page_cache(i_ino)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'filemap:mm_filemap_add_to_page_cache' }],
  labels: { comm: { field: '@comm' } },
}

const read = answering('fs.cache_inserts')

export const probe: Probe = {
  id: 'cache_inserts',
  answers: 'fs.cache_inserts',
  gives: ['fs.cache_inserts'],
  asks: 'Whose reads and writes bring new pages into the page cache?',
  tells:
    'Each is a miss, read ahead, or new data: who is first here pushes the files of others out of the cache. A scan that is read once does not need the cache.',
  seconds: 5,
  counted: ['filemap:mm_filemap_add_to_page_cache'],
  checked: 'A program that reads a file not in the cache: as many as it has pages, fewer where folios are large.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.5,
      maps: { rows: { labels: ['comm'], of: [{ map: '@n', is: 'count' }] } },
      read,
    }),
    histTrigger({ question, events, read }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
