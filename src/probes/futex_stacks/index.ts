// futex_stacks: in which function threads wait for a mutex of their program: stacks of the calls that begin to wait.
import { namingHottest } from '../../instruments/hottest.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'

const ENTER = 'syscalls:sys_enter_futex'
/** Waits of a mutex and, 6 and 13, of one with priority inheritance; 128: of threads of one process. */
const FILTER = [0, 6, 13]
  .flatMap((op) => [op, op + 128])
  .map((op) => `op == ${op}`)
  .join(' || ')

/** The lock's own code: who called it is what we ask for. */
const OF_LOCKS =
  /futex|lll_|mutex|rwlock|cond_(?:wait|timedwait)|^_?_?(?:pthread|sem)_|^sem_|[Ll]ockSlow|semacquire|^syscall|^do_syscall|^entry_SYSCALL|^\[|^std::|^__gthread/

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  return {
    answers: { 'lock.wait_stacks': stacks },
    host: namingHottest(
      { function: 'lock.waiting_function', process: 'lock.waiting_process', share: 'lock.waiting_share' },
      stacks,
      OF_LOCKS,
    ),
  }
}

export const probe: Probe = {
  id: 'futex_stacks',
  answers: 'lock.wait_stacks',
  gives: ['lock.wait_stacks', 'lock.waiting_function', 'lock.waiting_process', 'lock.waiting_share'],
  asks: 'In which function do threads wait for a mutex of their program?',
  tells:
    'The innermost frame that is no code of the lock is the critical section many want to enter: shorten it, move I/O out of it, or split the lock. Stacks of several functions that end in the same lock: all of them share it. Only waits that begin are seen: a thread that is stuck already shows nothing here.',
  seconds: 3,
  counted: [ENTER],
  checked:
    'Eight threads that take one mutex in post_to_ledger: that function in nine of ten waits, its library built without frame pointers.',
  backEnds: [
    // Unwound with DWARF: libc has no frame pointers, and without it the caller of pthread_mutex_lock is the frame that is lost.
    perfSample({
      event: ['-e', ENTER, '--filter', FILTER, '-F', '99', '--max-size', '64M', '--call-graph', 'dwarf,4096'],
      events: [`${ENTER}(op)`],
      // Measured at a million calls: most are counted, 99 a second are copied.
      microseconds: 0.3,
      read,
    }),
  ],
}
