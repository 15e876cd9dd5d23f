// major_faults: which code waits for pages from disk or swap: stacks of major page faults.
import { vmstatCounter } from '../../instruments/counter.ts'
import { namingHottest } from '../../instruments/hottest.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'

const OF_FAULTS = /^(?:asm_exc_page_fault|exc_page_fault|.*_fault|handle_mm_fault|\[unknown\])$/

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  return {
    answers: { 'memory.major_fault_stacks': stacks },
    host: {
      'memory.major_faults_traced': stacks.total,
      ...namingHottest(
        {
          function: 'memory.major_fault_function',
          process: 'memory.major_fault_process',
          share: 'memory.major_fault_share',
        },
        stacks,
        OF_FAULTS,
      ),
    },
  }
}

export const probe: Probe = {
  id: 'major_faults',
  answers: 'memory.major_fault_stacks',
  gives: [
    'memory.major_fault_stacks',
    'memory.major_fault_function',
    'memory.major_fault_process',
    'memory.major_fault_share',
    'memory.major_faults_traced',
  ],
  asks: 'Which code waits for its pages to come from disk or swap?',
  tells:
    'Each stack is a wait for a disk in the middle of computing. Program start, libraries and mapped files: the page cache lost them. malloc, garbage collectors and data of a program: its memory was swapped out. Who waits is not who took the memory.',
  seconds: 5,
  counted: ['exceptions:page_fault_user'],
  control: vmstatCounter(['pgmajfault'], 'major page faults', 20),
  checked: 'A mapped file larger than the limit of its group, read at random: the function that reads it.',
  // A major fault costs a disk access: whatever is added to it is nothing.
  backEnds: [
    perfSample({
      event: ['-e', 'major-faults', '-c', '1', '--max-size', '64M'],
      period: true,
      microseconds: 0.02,
      read,
    }),
  ],
}
