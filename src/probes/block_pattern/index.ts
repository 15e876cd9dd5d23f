// block_pattern: how much of the block I/O of each disk is random, and how much begins where the last one ended.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { diskIos } from '../../instruments/counter.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import { readBiopattern } from './biopattern.ts'
import { patternOf } from './from-log.ts'
import program from './pattern.bt'

const EVENT = 'block:block_rq_issue'
const events = [`${EVENT}(dev,sector,nr_sector,bytes,rwbs)`]

/** What is recorded; whether one follows the other is found afterwards. */
const question: Counts = { kind: 'counts', of: [{ event: EVENT, when: [['bytes', '>', 0]] }], labels: {} }

const answer = answering('block.pattern')

/** A disk with a handful of I/Os has no pattern. */
const LEAST_IOS = 20

const read: Reader = ({ rows = [] }) => {
  const disks = new Map<string, { random: number; all: number }>()
  for (const { labels, count } of rows) {
    const disk = disks.get(labels['device'] ?? '') ?? { random: 0, all: 0 }
    disk.all += count
    if (labels['pattern'] === 'random') disk.random += count
    disks.set(labels['device'] ?? '', disk)
  }
  const instances = [...disks].flatMap(([name, { random, all }]) =>
    all < LEAST_IOS
      ? []
      : [
          {
            domain: 'disk' as const,
            name,
            labels: { device: name },
            values: { 'disk.random_share': Math.round((1000 * random) / all) / 10, 'disk.issued': all },
          },
        ],
  )
  return { ...answer({ rows }), ...(instances.length > 0 ? { instances } : {}) }
}

export const probe: Probe = {
  id: 'block_pattern',
  answers: 'block.pattern',
  gives: ['block.pattern', 'disk.random_share', 'disk.issued'],
  asks: 'How much of the block I/O of each disk is random?',
  tells:
    'Random I/O costs a disk that turns a seek each, some 100 a second; an SSD serves it by the piece. Sequential I/O that is small is merged or read ahead by the kernel. Several streams at once look random to the device.',
  seconds: 5,
  counted: [EVENT],
  control: diskIos,
  checked:
    'fio, one job reading in order and one at random at once: 8 of 10 random, as the streams interrupt each other; biopattern of libbpf-tools says the same.',
  backEnds: [
    namingDisks(
      bpftrace({
        program,
        events,
        microseconds: 0.6,
        maps: {
          rows: {
            labels: ['device', 'pattern'],
            names: { pattern: (same) => (same === '1' ? 'sequential' : 'random') },
            of: [
              { map: '@ios', is: 'count' },
              { map: '@bytes', is: 'bytes' },
            ],
          },
        },
        read,
      }),
    ),
    libbpfTool({
      tool: 'biopattern',
      args: ['{seconds}', '1'],
      events: ['block:block_rq_complete'],
      microseconds: 0.5,
      parse: readBiopattern,
      read,
    }),
    namingDisks(perfLog({ question, events, read, measure: patternOf })),
    namingDisks(ftraceLog({ question, events, read, measure: patternOf })),
  ],
}
