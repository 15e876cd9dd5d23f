// off_cpu: where threads are blocked, and for how long, by the stack they block in; what only waits for work is kept out of the sentence.
import { foldStackBlocks, plainFrame } from '../../flame/index.ts'
import { bpftrace, type BpftraceMaps } from '../../instruments/bpftrace.ts'
import { counter } from '../../instruments/counter.ts'
import { hottest } from '../../instruments/hottest.ts'
import { toNanoseconds } from '../../instruments/measured.ts'
import { perfBlocked } from '../../instruments/perf-blocked.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { libbpfTool } from '../../instruments/tool.ts'
import type { Probe } from '../../model/probe.ts'
import type { Stack, Stacks } from '../../model/stacks.ts'
import { unavailable } from '../../model/unavailable.ts'
import program from './blocked.bt'
import onlyUninterruptible from './uninterruptible.bt'

const events = ['sched:sched_switch(prev_pid,prev_state,next_pid,next_comm)']

/** An idle thread sits below one of these: it waits for work, a time or a child, and nothing is slow. */
const FOR_WORK =
  /^(?:do_epoll_wait|ep_poll|do_sys_poll|do_poll.*|do_select|core_sys_select|__x64_sys_pause|hrtimer_nanosleep|do_wait|kernel_wait4|do_sigtimedwait|sigsuspend|(?:__)?futex_wait|worker_thread|smpboot_thread_fn|kswapd|kcompactd|rcu_.*kthread|rcu_tasks_kthread|kthread_worker_fn|khugepaged|kauditd_thread|io_wq_worker|io_cqring_wait|io_sq_thread|.*pipe_read|wait_for_partner|inet_csk_accept|unix_accept|unix_stream_read_generic|__skb_wait_for_more_packets|n_tty_read|do_msgrcv|do_semtimedop|kjournald2|oom_reaper|watchdog|kdamond_fn|devtmpfsd|irq_thread|jbd2_journal_wait_for_commit|sk_wait_data|signalfd_read|eventfd_read|timerfd_read|inotify_read|do_signal_stop|ptrace_stop|exp_funnel_lock)$/
/** A mutex of the program that another thread has: no waiting for work, though it ends in the same futex. */
const FOR_A_LOCK = /lll_lock_wait|mutex_lock|rwlock_.*lock|lockSlow/
/** All idle threads are one line of the answer. */
const IDLE = 'waits for work'
/** Preempted, not blocked: offcputime has these too. */
const PREEMPTED =
  /^(?:irqentry_exit_to_user_mode|exit_to_user_mode_loop|preempt_schedule_irq|__cond_resched|schedule_tail)$/
/** On the way into every wait. */
const ON_THE_WAY =
  /^(?:__)?schedule(?:_(?:timeout|hrtimeout|preempt_disabled|idle|rtlock)\w*)?$|^io_schedule\w*$|^(?:__)?wait_(?:for_common|for_completion|on_bit|woken)\w*$|^bit_wait\w*$|^out_of_line_wait\w*|rwsem_down|^down_|^(?:__)?mutex_lock|^rt_mutex|^do_nanosleep$/

function withOnly({ stacks, ...rest }: Stacks, wanted: (stack: Stack) => boolean): Stacks {
  const own = stacks.filter(wanted)
  return { ...rest, stacks: own, total: own.reduce((sum, { weight }) => sum + weight, 0) }
}

function forWork(frames: readonly string[]): boolean {
  const names = frames.map(plainFrame)
  return names.some((name) => FOR_WORK.test(name)) && !names.some((name) => FOR_A_LOCK.test(name))
}

const table = answering('sched.blocked_by')
const uninterruptible = answering('', {
  by: [{ domain: 'process', metric: 'process.blocked_uninterruptible', value: 'seconds', name: 'pid' }],
})

const read: Reader = ({ stacks, rows }) => {
  if (!stacks) return { answers: {} }
  const blocked = withOnly(stacks, ({ frames }) => !frames.some((frame) => PREEMPTED.test(plainFrame(frame))))
  const slow = withOnly(blocked, ({ frames }) => frames.length > 1 && !forWork(frames))
  const idle = { frames: [IDLE], weight: toNanoseconds(Math.max(0, blocked.total - slow.total)) }
  const kernel = { ...slow, stacks: slow.stacks.map((one) => ({ ...one, frames: kernelOnly(one.frames) })) }
  const top = hottest(kernel, ON_THE_WAY)
  const found = rows && uninterruptible({ rows: rows.filter(({ labels }) => labels['state'] === 'D') }).instances
  return {
    answers: {
      'sched.blocked_stacks': { ...blocked, stacks: idle.weight > 0 ? [...slow.stacks, idle] : slow.stacks },
      ...(rows ? table({ rows }).answers : {}),
    },
    host: {
      'sched.blocked_time': toNanoseconds(slow.total),
      ...(top ? { 'sched.blocked_function': top.function, 'sched.blocked_process': top.process } : {}),
    },
    ...(found ? { instances: found } : {}),
  }
}

/** What the thread waits for is in the kernel; its own code is the way there. A kernel thread, or a tool that marks nothing, keeps all. */
function kernelOnly(frames: readonly string[]): readonly string[] {
  const [name = '', ...rest] = frames
  const own = rest.filter((frame) => frame.endsWith('_[k]'))
  return [name, ...(own.length > 0 ? own : rest)]
}

const maps: BpftraceMaps = {
  rows: {
    labels: ['pid', 'state', 'comm'],
    names: { state: (bits) => (bits === '2' ? 'D' : 'S') },
    of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
  },
  stacks: { map: '@stacks', unit: 'us' },
}

export const probe: Probe = {
  id: 'off_cpu',
  answers: 'sched.blocked_stacks',
  gives: [
    'sched.blocked_stacks',
    'sched.blocked_by',
    'sched.blocked_time',
    'sched.blocked_function',
    'sched.blocked_process',
    'process.blocked_uninterruptible',
  ],
  asks: 'Where are threads blocked, and for how long?',
  tells:
    'folio_wait, io_schedule: the disk. rpc_wait_bit_killable: NFS. jbd2_log_wait_commit: the journal. rwsem below mmap, munmap or a page fault: mmap_lock. blk_throtl, rq_qos_wait: a limit of I/O. request_wait_answer: a file system in user space. futex: a lock or an idle worker, see lock.futex_wait. epoll, poll, nanosleep, pipe, accept and idle workers are one line: they wait for work. When only uninterruptible sleep was looked at (the instrument is then called uninterruptible), other waits are not known. A thread that did not wake in the window is not seen: task.blocked has those.',
  seconds: 5,
  counted: ['sched:sched_switch'],
  control: counter('/proc/stat', /^ctxt (\d+)$/gm, 'context switches', 20),
  checked:
    'dd oflag=dsync: its writes, in the function that waits for the device; threads that sleep and idle workers in one line of their own.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 3,
      maps,
      read,
    }),
    libbpfTool({
      tool: 'offcputime',
      args: ['-m', '1000', '{seconds}'],
      pidArgs: ['-p', '{pid}'],
      events,
      microseconds: 2,
      parse: (text) => {
        const stacks = foldStackBlocks(text, 'us')
        return stacks.stacks.length === 0 && (stacks.unread ?? 0) > 0
          ? unavailable('not understood', 'offcputime printed no stacks')
          : { stacks }
      },
      read,
    }),
    perfBlocked({ events, read }),
    // Where the others cost too much: what sleeps uninterruptibly is what a high load is made of, and the rest is not told.
    bpftrace({ id: 'uninterruptible', program: onlyUninterruptible, events, microseconds: 0.35, maps, read }),
  ],
}
