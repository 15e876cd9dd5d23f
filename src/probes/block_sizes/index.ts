// block_sizes: how large the block I/Os are.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { diskIos } from '../../instruments/counter.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { lttng } from '../../instruments/lttng.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import program from './sizes.bt'

const events = ['block:block_rq_issue(dev,bytes)']

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'block:block_rq_issue', when: [['bytes', '>', 0]] }],
  labels: { device: { field: 'dev' } },
  histogram: { field: 'bytes', unit: 1 },
}

const read = answering('block.sizes')

export const probe: Probe = {
  id: 'block_sizes',
  answers: 'block.sizes',
  gives: ['block.sizes'],
  asks: 'How large are the block I/Os?',
  tells:
    'Many of 4 KiB: random or synchronous small I/O, which a device serves by the piece; large ones are a stream. A size that is cut at one limit: max_sectors_kb.',
  seconds: 5,
  counted: ['block:block_rq_issue'],
  control: diskIos,
  checked: 'dd oflag=dsync of 4 KiB: 4 KiB to 8 KiB nearly all of them.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.5,
      maps: { histogram: { map: '@size', unit: 1 } },
      read,
    }),
    histTrigger({ question, events, read }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
    // Last: it counts flushes too, as I/Os of nothing.
    libbpfTool({ tool: 'bitesize', args: ['{seconds}', '1'], events, microseconds: 0.8, read }),
    systemtap({ question, events, read }),
    systemtapBuild({ question, events, read }),
    lttng({ question, events, read }),
  ],
}
