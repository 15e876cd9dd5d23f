// futex_stacks: in which function threads wait for a mutex of their program, and in which they held it: stacks of the calls that begin to wait and that wake.
import { hottest } from '../../instruments/hottest.ts'
import { perfSample } from '../../instruments/perf-sample.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import type { Stacks } from '../../model/stacks.ts'

const ENTER = 'syscalls:sys_enter_futex'
/** 0: waits for a mutex; 1: wakes who waits; 6, 13 and 7 the same with priority inheritance; 128: of threads of one process. */
const filterOf = (ops: readonly number[]) => ops.flatMap((op) => [`op == ${op}`, `op == ${op + 128}`]).join(' || ')
const WAIT_FILTER = filterOf([0, 6, 13])
const WAKE_FILTER = filterOf([1, 7])

/** The lock's own code: who called it is what we ask for. */
const OF_LOCKS = /futex|lll_|mutex|rwlock|cond_(?:wait|timedwait|signal|broadcast)|^_?_?(?:pthread|sem)_|^sem_|[Ll]ockSlow|semacquire|^syscall|^do_syscall|^entry_SYSCALL|^\[|^std::|^__gthread/

/** Giving back a mutex somebody waits for: whoever does it held the lock. Waking at a condition gives out work instead. */
const GIVES_BACK = /lock_wake|_unlock|^unlock/
const WAKES = /futex_wake|lock_wake|_unlock|^unlock|cond_(?:signal|broadcast)|sem_post/
const BEGINS_TO_WAIT = /lock_wait|futex_wait/

const plain = (frame: string) => frame.replace(/_\[[kij]\]$/, '')

function withOnly({ stacks, ...rest }: Stacks, wanted: (frames: readonly string[]) => boolean): Stacks {
  const own = stacks.filter(({ frames }) => wanted(frames.slice(1).map(plain)))
  return { ...rest, stacks: own, total: own.reduce((sum, { weight }) => sum + weight, 0) }
}

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  const waiting = (frames: readonly string[]) =>
    frames.some((frame) => BEGINS_TO_WAIT.test(frame)) || !frames.some((frame) => WAKES.test(frame))
  const waits = withOnly(stacks, waiting)
  const top = hottest(waits, OF_LOCKS)
  const holder = hottest(withOnly(stacks, (frames) => !waiting(frames) && frames.some((frame) => GIVES_BACK.test(frame))), OF_LOCKS)
  return {
    answers: { 'lock.wait_stacks': waits },
    host: {
      ...(top
        ? {
            'lock.waiting_function': top.function,
            'lock.waiting_process': top.process,
            'lock.waiting_share': Math.round(top.share * 10) / 10,
          }
        : {}),
      ...(holder ? {
            'lock.holding_function': holder.function,
            'lock.holding_process': holder.process,
            'lock.holding_share': Math.round(holder.share * 10) / 10,
          } : {}),
    },
  }
}

export const probe: Probe = {
  id: 'futex_stacks',
  answers: 'lock.wait_stacks',
  gives: ['lock.wait_stacks', 'lock.waiting_function', 'lock.waiting_process', 'lock.waiting_share', 'lock.holding_function', 'lock.holding_process', 'lock.holding_share'],
  asks: 'In which function do threads wait for a mutex of their program, and in which do they hold it?',
  tells:
    'The innermost frame that is no code of the lock is the critical section many want to enter: shorten it, move I/O out of it, or split the lock. Stacks of several functions that end in the same lock: all of them share it. Who gives a lock back to one that waits held it: when that is another function, look there first. Only waits that begin are seen: a thread that is stuck already shows nothing here.',
  seconds: 3,
  counted: [ENTER],
  checked: 'Eight threads that take one mutex in post_to_ledger: that function in nine of ten waits. Three threads in look_up while a fourth holds the lock 4 ms in rebuild_index: both, each in its role. No frame pointers in the library.',
  backEnds: [
    // Unwound with DWARF: libc has no frame pointers, and without it the caller of pthread_mutex_lock is the frame that is lost.
    perfSample({
      // Two events: one of both would be sampled in step with their turns, and see one kind only.
      event: ['-e', ENTER, '--filter', WAIT_FILTER, '-e', ENTER, '--filter', WAKE_FILTER, '-F', '99', '--max-size', '64M', '--call-graph', 'dwarf,4096'],
      events: [`${ENTER}(op)`],
      period: true,
      // Measured at a million calls: most are counted, 99 a second are copied.
      microseconds: 0.3,
      read,
    }),
  ],
}
