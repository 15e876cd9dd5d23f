// wakers: who wakes the threads that slept, in which code, and how long they had slept.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { plainFrame } from '../../flame/index.ts'
import { hottest } from '../../instruments/hottest.ts'
import type { Reader } from '../../instruments/reading.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import { readWakeuptime } from '../../instruments/wakeuptime.ts'
import type { Probe } from '../../model/probe.ts'
import type { Stack } from '../../model/stacks.ts'
import program from './wakers.bt'

const events = ['sched:sched_switch(prev_pid,prev_state)', 'sched:sched_wakeup(pid)']

/** Below one of these an interrupt woke the thread: whom it interrupted has nothing to do with it. */
const INTERRUPT =
  /^(?:asm_sysvec|asm_common_interrupt|asm_call_irq|common_interrupt|sysvec_|el1h?_irq|handle_softirqs|__do_softirq|irq_exit)/
const BY_INTERRUPT = 'interrupt'
/** On the way into every wake-up. */
const ON_THE_WAY =
  /wake_?up|^ttwu_|^bpf_|wake_function|^__wake|^complete|^swake|^rcuwait|^wake_|^do_syscall|^entry_|^\[|^queued_|^_?_?raw_/

function withoutInterrupted(stack: Stack): Stack {
  const at = stack.frames.findIndex((frame) => INTERRUPT.test(plainFrame(frame)))
  return at < 0 ? stack : { ...stack, frames: [BY_INTERRUPT, ...stack.frames.slice(at)] }
}

const read: Reader = ({ stacks }) => {
  if (!stacks) return { answers: {} }
  const wakers = { ...stacks, stacks: stacks.stacks.map(withoutInterrupted) }
  const own = wakers.stacks.filter(({ frames }) => frames[0] !== BY_INTERRUPT)
  const top = hottest({ ...wakers, stacks: own, total: own.reduce((sum, { weight }) => sum + weight, 0) }, ON_THE_WAY)
  return {
    answers: { 'sched.waker_stacks': wakers },
    ...(top ? { host: { 'sched.waker_process': top.process, 'sched.waker_function': top.function } } : {}),
  }
}

export const probe: Probe = {
  id: 'wakers',
  answers: 'sched.waker_stacks',
  gives: ['sched.waker_stacks', 'sched.waker_process', 'sched.waker_function'],
  asks: 'Who wakes the threads that slept, and how long had they slept?',
  tells:
    'Read it beside the stacks they were blocked in: who wakes a thread had what it waited for. Another thread of the program in futex: it gave back a lock or made work. An interrupt: a disk, a packet or a timer was waited for. A process that writes to a pipe or socket: the thread waited for that process.',
  seconds: 5,
  counted: ['sched:sched_switch', 'sched:sched_wakeup'],
  control: counter('/proc/stat', /^ctxt (\d+)$/gm, 'context switches', 20),
  checked:
    'Eight threads at one mutex: woken by each other in futex_wake, after the sleep of the holder; those that sleep by the timer.',
  backEnds: [
    bpftrace({ program, events, microseconds: 0.5, maps: { stacks: { map: '@stacks', unit: 'us' } }, read }),
    libbpfTool({
      tool: 'wakeuptime',
      args: ['-m', '1000', '{seconds}'],
      pidArgs: ['-p', '{pid}'],
      events,
      microseconds: 0.5,
      parse: readWakeuptime,
      read,
    }),
  ],
}
