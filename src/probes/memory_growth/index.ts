// memory_growth: which code makes its process larger: stacks of the calls that ask the kernel for address space.
import { namingHottest } from '../../instruments/hottest.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'

const CALLS = ['brk', 'mmap', 'mremap'].map((call) => `syscalls:sys_enter_${call}`)

/** The allocator's own code: who asked it is what we want to know. */
const OF_ALLOCATORS =
  /^(?:\[|_*(?:GI_+)?(?:libc_)?(?:malloc|calloc|realloc|memalign|mmap(?:64)?|mremap|s?brk|(?:glibc_)?morecore)\b|_int_|sysmalloc|operator new|_Zn[wa]|grow_heap|new_heap|arena_get|do_syscall|entry_SYSCALL|__x64_sys|syscall_trace|perf_|je_|tc_|std::)/

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  return {
    answers: { 'memory.growth_stacks': stacks },
    host: {
      'memory.growths_traced': stacks.total,
      ...namingHottest(
        { function: 'memory.growing_function', process: 'memory.growing_process', share: 'memory.growing_share' },
        stacks,
        OF_ALLOCATORS,
      ),
    },
  }
}

export const probe: Probe = {
  id: 'memory_growth',
  answers: 'memory.growth_stacks',
  gives: [
    'memory.growth_stacks',
    'memory.growing_function',
    'memory.growing_process',
    'memory.growing_share',
    'memory.growths_traced',
  ],
  asks: 'Which code makes its process ask the kernel for more memory?',
  tells:
    'An allocator asks the kernel only when what it has does not suffice: code that is found here in a process that grows is where the memory goes that nobody gives back. In a process that does not grow it is memory that goes and comes: large buffers, mapped files, thread stacks. A runtime with a heap of its own shows its collector here.',
  seconds: 10,
  counted: CALLS,
  checked:
    'A program that keeps every order it remembers: remember_order in nearly all calls, its libraries without frame pointers.',
  backEnds: [
    perfSample({
      event: [...CALLS.flatMap((call) => ['-e', call]), '-F', '99', '--max-size', '64M', '--call-graph', 'dwarf,4096'],
      events: CALLS,
      period: true,
      microseconds: 0.3,
      read,
    }),
  ],
}
