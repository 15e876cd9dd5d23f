// page_faults: which code touches memory for the first time: stacks of every thousandth page fault.
import { namingHottest } from '../../instruments/hottest.ts'
import { vmstatCounter } from '../../instruments/counter.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  return {
    answers: { 'memory.fault_stacks': stacks },
    host: namingHottest(
      { function: 'memory.fault_function', process: 'memory.fault_process', share: 'memory.fault_share' },
      stacks,
      /^(?:asm_exc_page_fault|exc_page_fault|.*_fault|handle_mm_fault|\[unknown\])$/,
    ),
  }
}

export const probe: Probe = {
  id: 'page_faults',
  answers: 'memory.fault_stacks',
  gives: ['memory.fault_stacks', 'memory.fault_function', 'memory.fault_process', 'memory.fault_share'],
  asks: 'Which code touches new memory, and so makes the page faults?',
  tells:
    'The innermost user frame is the code that touched the page. malloc and free in turn: the allocator gives memory back and asks again. memcpy after fork: pages that are copied on the first write. The stacks of one process that grows are where its memory is born.',
  seconds: 5,
  counted: ['exceptions:page_fault_user'],
  control: vmstatCounter(['pgfault'], 'page faults', 1000),
  checked: 'A program that maps, touches and unmaps 8 MiB in a loop: its function in nearly all samples.',
  backEnds: [perfSample({ event: ['-e', 'page-faults', '-c', '1000'], period: true, microseconds: 0.2, read })],
}
