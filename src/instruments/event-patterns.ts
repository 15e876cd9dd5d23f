// Tracepoints that print positions instead of names → patterns that give their fields the names of the format file.
//   254,0 WS 4096 () 1234 + 8 [dd]                     block_rq_issue before 6.?; newer: 254,0 WS 4096 () 1234 + 8 none,0,0 [dd]
//   prev_comm=dd prev_pid=7 prev_prio=120 prev_state=R+ ==> next_comm=swapper/0 next_pid=0 next_prio=120
//   NR 202 (7ffd, 80, 0, 0, 0, ffffffff)               raw_syscalls:sys_enter
// Kernels add fields: a pattern skips what it does not know where kernels put it, and a line that does not fit has no fields at all.

/** A command name is at most 15 bytes: bounded, a name that imitates fields cannot be taken for them. */
const COMM = '.{0,15}'
const BLOCK = String.raw`^(?<dev>\d+,\d+) (?<rwbs>\S+) (?:(?<bytes>\d+) )?\((?<cmd>.*?)\) (?<sector>\d+) \+ (?<nr_sector>\d+)(?: \S+)?`
const BIO = String.raw`^(?<dev>\d+,\d+) (?<rwbs>\S+) (?<sector>\d+) \+ (?<nr_sector>\d+)`

const ISSUED = new RegExp(String.raw`${BLOCK} \[(?<comm>${COMM})\]$`)
const DONE = new RegExp(String.raw`${BLOCK} \[(?<error>-?\d+)\]$`)
const WOKEN = new RegExp(
  String.raw`^comm=(?<comm>${COMM}) pid=(?<pid>\d+) prio=(?<prio>-?\d+)(?: success=\d)? target_cpu=(?<target_cpu>\d+)$`,
)

/** The name of a backing device: `254:0`, `btrfs-1`. */
const WRITEBACK = /^bdi (?<name>\S+): .*\breason=(?<reason>\S+)/

const PAGE =
  /^dev (?<s_dev>\d+:\d+) ino (?<i_ino>[0-9a-f]+) (?:page=\S+ )?pfn=(?<pfn>\w+) ofs=(?<ofs>\d+)(?: order=(?<order>\d+))?$/

export const PATTERNS: Readonly<Record<string, RegExp>> = {
  'sched:sched_switch': new RegExp(
    String.raw`^prev_comm=(?<prev_comm>${COMM}) prev_pid=(?<prev_pid>\d+) prev_prio=(?<prev_prio>-?\d+) prev_state=(?<prev_state>\S+) ==> next_comm=(?<next_comm>${COMM}) next_pid=(?<next_pid>\d+) next_prio=(?<next_prio>-?\d+)`,
  ),
  'sched:sched_wakeup': WOKEN,
  'sched:sched_wakeup_new': WOKEN,
  'sched:sched_waking': WOKEN,
  'block:block_rq_insert': ISSUED,
  'block:block_rq_issue': ISSUED,
  'block:block_io_start': ISSUED,
  'block:block_io_done': ISSUED,
  'block:block_rq_complete': DONE,
  'block:block_rq_error': DONE,
  'block:block_rq_requeue': DONE,
  'block:block_bio_queue': new RegExp(String.raw`${BIO} \[(?<comm>${COMM})\]$`),
  'block:block_bio_complete': new RegExp(String.raw`${BIO} \[(?<error>-?\d+)\]$`),
  'raw_syscalls:sys_enter':
    /^NR (?<id>-?\d+) \((?<arg0>\w+), (?<arg1>\w+), (?<arg2>\w+), (?<arg3>\w+), (?<arg4>\w+), (?<arg5>\w+)\)$/,
  'raw_syscalls:sys_exit': /^NR (?<id>-?\d+) = (?<ret>-?\d+)$/,
  'lock:contention_begin': /^(?<lock_addr>(?:0x)?[0-9a-f]+) \(flags=(?<flags>\S*)\)$/,
  'lock:contention_end': /^(?<lock_addr>(?:0x)?[0-9a-f]+) \(ret=(?<ret>-?\d+)\)$/,
  'workqueue:workqueue_queue_work':
    /^work struct=(?<work>\S+) function=(?<function>\S+)(?: workqueue=(?<workqueue>\S+))? req_cpu=(?<req_cpu>-?\d+) cpu=(?<cpu>-?\d+)$/,
  'workqueue:workqueue_execute_start': /^work struct (?<work>\S+): function (?<function>\S+)$/,
  'workqueue:workqueue_execute_end': /^work struct (?<work>[^\s:]+)(?:: function (?<function>\S+))?$/,
  'filemap:mm_filemap_add_to_page_cache': PAGE,
  'filemap:mm_filemap_delete_from_page_cache': PAGE,
  'ext4:ext4_fc_commit_stop': /^dev (?<dev>\d+,\d+) nblks (?<nblks>-?\d+), reason (?<reason>-?\d+),/,
  'writeback:writeback_start': WRITEBACK,
  'writeback:writeback_written': WRITEBACK,
  // Without work and budget before 4.10.
  'napi:napi_poll':
    /^napi poll on napi struct (?<napi>\S+) for device (?<dev_name>\S+)(?: work (?<work>-?\d+) budget (?<budget>-?\d+))?$/,
  // Addresses since 6.10, before only the port.
  'udp:udp_fail_queue_rcv_skb': /^rc=(?<rc>-?\d+) (?:port=|family=\S+ src=\S+ dest=\S+:)(?<port>\d+)$/,
  // Since 6.10; before without a reason, and with addresses apart from the ports.
  'tcp:tcp_send_reset':
    /^skbaddr=\S+ skaddr=\S+ src=\S+:(?<port>\d+) dest=\[?(?<peer>[^\]\s]+?)\]?:(?<peer_port>\d+) state=(?<state>\S+) reason=(?<reason>\S+)$/,
  'tlb:tlb_flush': /^pages:(?<pages>-?\d+) reason:.+ \((?<reason>\d+)\)$/,
  // Before 5.17 without a reason.
  'skb:kfree_skb':
    /^skbaddr=(?<skbaddr>\S+)(?: rx_sk=(?<rx_sk>\S+))? protocol=(?<protocol>\d+) location=(?<location>\S+)(?: reason: (?<reason>\S+))?$/,
}

/** Where the print has another name than the format: filters, bpftrace and hist triggers know the format's, so logs know both. */
export const FORMAT_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'sched:sched_process_fork': { comm: 'parent_comm', pid: 'parent_pid' },
  'signal:signal_generate': { grp: 'group', res: 'result' },
  'sock:inet_sock_set_state': { saddrv6: 'saddr_v6', daddrv6: 'daddr_v6' },
  'tcp:tcp_retransmit_skb': { saddrv6: 'saddr_v6', daddrv6: 'daddr_v6' },
  'tcp:tcp_receive_reset': { saddrv6: 'saddr_v6', daddrv6: 'daddr_v6' },
  'net:net_dev_queue': { dev: 'name' },
  'net:net_dev_xmit': { dev: 'name' },
  'net:netif_receive_skb': { dev: 'name' },
}

/** Letters the kernel prints for the state of a task that leaves the CPU → the bits of `prev_state`. */
const STATES: Readonly<Record<string, number>> = {
  R: 0,
  S: 1,
  D: 2,
  T: 4,
  t: 8,
  X: 16,
  Z: 32,
  P: 64,
  I: 128,
  x: 16,
  K: 256,
}
const PREEMPTED = 256

/** `R+` → 256, `D|K` → 258: preempted is a bit of its own since 4.14; letters of older kernels that are not known are undefined. */
export function taskState(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const letters = text.replace(/\+$/, '').split('|')
  let bits = text.endsWith('+') ? PREEMPTED : 0
  for (const letter of letters) {
    const bit = STATES[letter]
    if (bit === undefined) return undefined
    bits |= bit
  }
  return bits
}

/** Names the kernel prints for the states of a TCP socket, from 1 on (include/net/tcp_states.h). */
export const TCP_STATES: readonly string[] = [
  'TCP_ESTABLISHED',
  'TCP_SYN_SENT',
  'TCP_SYN_RECV',
  'TCP_FIN_WAIT1',
  'TCP_FIN_WAIT2',
  'TCP_TIME_WAIT',
  'TCP_CLOSE',
  'TCP_CLOSE_WAIT',
  'TCP_LAST_ACK',
  'TCP_LISTEN',
  'TCP_CLOSING',
  'TCP_NEW_SYN_RECV',
]
