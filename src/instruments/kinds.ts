// Stacks of CPU samples → which share of the work was of a kind that the names of functions tell: polling, spinning at a lock, copying pages, matching expressions.
import type { Value } from '../model/metric.ts'
import type { Stacks } from '../model/stacks.ts'
import { plainFrame } from '../flame/index.ts'

export interface Kind {
  readonly metric: string
  /** A function that belongs to it; what it calls does as well. The name of the process is no function. */
  readonly functions: RegExp
  /** Threads that do nothing else, by their names. */
  readonly threads?: RegExp
}

/**
 * System calls that ask whether something happened. Names of kernels 4.14 to 6.18; the entry (`__x64_sys_poll`) is often the only frame
 * that is left after inlining.
 */
const ENTRY = String.raw`^(?:__(?:x64|arm64|ia32|se|do|s390x|riscv)_(?:compat_)?sys_|SyS_|sys_)`

export const KINDS: readonly Kind[] = [
  {
    metric: 'cpu.polling_share',
    functions: new RegExp(
      `${ENTRY}(?:epoll_p?wait2?|p?poll|select|pselect6|_newselect|io_getevents)$|^(?:do_epoll_wait|ep_poll|do_sys_poll|do_select|core_sys_select)$`,
    ),
  },
  { metric: 'cpu.yielding_share', functions: new RegExp(`${ENTRY}sched_yield$|^(?:do_sched_yield|yield_task_\\w+)$`) },
  // Sending, and what the receiver does on its way to the handler and back.
  {
    metric: 'cpu.signal_share',
    functions: new RegExp(
      `${ENTRY}(?:kill|tkill|tgkill|rt_sigqueueinfo|rt_tgsigqueueinfo|rt_sigreturn|pidfd_send_signal)$|^(?:do_tkill|do_send_specific|do_send_sig_info|group_send_sig_info|kill_pid_info(?:_type)?|(?:__)?send_signal(?:_locked)?|complete_signal|signal_wake_up_state|arch_do_signal_or_restart|do_signal|get_signal|handle_signal|(?:x64_)?setup_rt_frame|restore_sigcontext)$`,
    ),
  },
  {
    metric: 'cpu.kernel_lock_share',
    functions:
      /^(?:native_|__pv_)?queued_spin_lock_slowpath$|^queued_(?:read|write)_lock_slowpath$|^osq_lock$|^virt_spin_lock$|^rwsem_(?:spin_on_owner|optimistic_spin|down_(?:read|write)_\w+)$|^mutex_spin_on_owner$|^__mutex_lock(?:\.\w+)*$|^rt_(?:mutex|spin_lock)_slowlock\w*$/,
  },
  {
    metric: 'cpu.page_copy_share',
    functions: /^(?:do_wp_page|wp_page_copy|do_cow_fault|copy_page_range|dup_mmap|copy_pte_range|copy_present_ptes?)$/,
  },
  {
    metric: 'cpu.regex_share',
    functions:
      /^(?:sre_\w*|_sre_\w*|pcre2?(?:16|32)?_\w*|pcre2_match_\d+|Perl_(?:regexec_flags|re_\w+|pregexec)|S_(?:regmatch|regtry|regrepeat|find_byclass)|re_(?:search|match)_\w*|sift_states_backward|onig_\w*|match_at|vs_regex\w*|re2::\w.*|.*RegExp.*|.*Irregexp.*|.*java[./]util[./]regex.*|rure_\w*|regexec)$/i,
  },
  {
    metric: 'cpu.tracing_share',
    functions:
      /^(?:bpf_prog_[0-9a-f]{16}\w*|bpf_trace_run\d*|trace_call_bpf|__bpf_(?:trace|prog)_\w+|(?:do_)?perf_trace_\w+|perf_(?:tp_event|syscall_enter|syscall_exit|swevent_\w+|event_output\w*|output_\w+|trace_buf_alloc|ftrace_function_call)|trace_event_(?:raw_event_\w+|buffer_\w+)|ftrace_syscall_(?:enter|exit)|(?:kprobe|kretprobe|uprobe|uretprobe)_\w+|ring_buffer_\w+|function_(?:stack_)?trace_call|ftrace_ops_\w+|function_graph_enter\w*)$/,
  },
  // Classes of collectors only with what they do: a program may have a function of its own called Serialize.
  {
    metric: 'cpu.collector_share',
    functions:
      /^(?:gc_collect\w*|collect_with_callback|deduce_unreachable|gc_mark\w*|gc_sweep\w*|rb_gc\w*|runtime\.(?:gcBgMarkWorker|gcDrain\w*|scanobject|mallocgcAssist\w*|gcAssistAlloc\w*)|GC_mark\w*|mono_gc\w*|sgen_\w*)|^(?:v8::internal::)(?:Heap|Scaveng|MarkCompact|Mark(?:ing)?|Minor|Major|Young|Sweep|Evacuat|Concurrent|Incremental|GlobalHandles|LocalHeap)|^(?:G1|PS(?:Scavenge|Promotion|ParallelCompact|MarkSweep)|Parallel(?:Compact|Scavenge)|MarkSweep|Serial(?:Heap|FullGC)|DefNew|TenuredGen|GenCollected|Shenandoah|Z(?:Mark|Relocate|Heap))\w*::|::oop_/,
    threads: /^(?:GC Thread|G1 |Parallel GC|Concurrent Mark|ZWorker|Shenandoah)/,
  },
]

/** Every kind is said, also when it is nothing; without samples none is. Percent of what was not idle. */
export function sharesOfKinds({ stacks, total }: Stacks): Readonly<Record<string, Value>> {
  if (total <= 0) return {}
  return Object.fromEntries(
    KINDS.map((kind) => {
      const weight = stacks.reduce((sum, one) => sum + (isOf(kind, one.frames) ? one.weight : 0), 0)
      return [kind.metric, Math.round((1000 * weight) / total) / 10]
    }),
  )
}

function isOf({ functions, threads }: Kind, [process = '', ...frames]: readonly string[]): boolean {
  return threads?.test(process) === true || frames.some((frame) => functions.test(plainFrame(frame)))
}
