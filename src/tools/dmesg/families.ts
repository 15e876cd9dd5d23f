// Families of kernel messages that explain slowness, as data: the pattern of a message → family and what it names. First match wins.
// Patterns are linear (no nested quantifiers) and start at the message where they can: a process can be named like a message.

export interface Family {
  /** Metric `log.ID`. */
  readonly id: string
  /** Group `victim` is what the message names; `pid`, `device`, `port` become labels. */
  readonly pattern: RegExp
}

export const FAMILIES: readonly Family[] = [
  // Kill or Killed: kernels before 5.0 announced it and counted again when done; the second line has no prefix.
  {
    id: 'oom_cgroup',
    pattern: /^Memory cgroup out of memory[^:]*: Kill(?:ed)? process (?<pid>\d+) \((?<victim>.{0,64}?)\)[ ,]/i,
  },
  { id: 'oom_host', pattern: /^Out of memory[^:]*: Kill(?:ed)? process (?<pid>\d+) \((?<victim>.{0,64}?)\)[ ,]/i },
  {
    id: 'segfault',
    pattern:
      /^(?:traps: )?(?<victim>.{1,64}?)\[(?<pid>\d+)\]:? (?:segfault at|general protection|trap invalid opcode|trap divide error)/i,
  },
  { id: 'split_lock', pattern: /split lock detection: #\w+: (?<victim>.{1,64}?)\/(?<pid>\d+) took a/i },
  {
    id: 'hung_task',
    pattern: /^INFO: task (?<victim>.{1,64}?):(?<pid>\d+) (?:is )?blocked .{0,80}?for more than \d+ seconds/i,
  },
  { id: 'allocation_failure', pattern: /^(?:\[[^\]]*\] )?(?<victim>.{1,64}?): page allocation (?:failure|stalls)/i },
  // Since 5.16; the number of bytes came later.
  {
    id: 'commit_refused',
    pattern:
      /^__vm_enough_memory: pid: (?<pid>\d+), comm: (?<victim>.{0,64}?), (?:bytes: (?<bytes>\d+) )?not? enough memory for the allocation/,
  },
  { id: 'lockup', pattern: /(?:soft|hard) lockup - CPU#\d+.{0,40}?(?:\[(?<victim>.{1,64}?):(?<pid>\d+)\])?$/i },
  {
    id: 'lockup',
    pattern:
      /^rcu: INFO: \w+ (?:self-)?detected (?:expedited )?stall|^INFO: rcu_\w+ (?:self-)?detected stall|(?:^|: )Watchdog detected hard LOCKUP/i,
  },
  {
    id: 'hardware_error',
    pattern:
      /^(?:mce: )?\[Hardware Error\]|^mce: Uncorrected|^EDAC (?<victim>\S{1,32}): \d+ [CU]E |^Memory failure: 0x/i,
  },
  {
    id: 'thermal',
    pattern: /^(?:mce: )?(?<victim>CPU\d+): .{0,20}?temperature.{0,10}? above threshold|cpu clock throttled/i,
  },
  {
    id: 'io_error',
    pattern:
      /^(?:blk_update_request: )?(?:critical )?(?:I\/O|medium|target|nexus|recovered|timeout|transport|protection) error, dev (?<victim>\S{1,64}), sector/i,
  },
  { id: 'io_error', pattern: /^Buffer I\/O error on (?:dev |device )(?<victim>[^\s,]{1,64}), /i },
  {
    id: 'io_error',
    pattern: /^nvme (?<victim>nvme\S{1,32}): (?:I\/O .{1,60}? timeout|controller is down|Device not ready)/i,
  },
  { id: 'io_error', pattern: /^(?<victim>ata\d+(?:\.\d+)?): (?:failed command|exception Emask|SError)/i },
  {
    id: 'io_error',
    pattern:
      /^sd \S{1,32} \[(?<victim>\w{1,32})\] .{0,80}(?:Sense Key : (?:Medium|Hardware) Error|FAILED Result|Synchronize Cache.{0,20} failed)/i,
  },
  { id: 'filesystem_error', pattern: /^EXT[234]-fs error(?: \(device (?<victim>[^)]{1,64})\))?/i },
  {
    id: 'filesystem_error',
    pattern: /^EXT[234]-fs \((?<victim>[^)]{1,64})\): (?:error|Remounting filesystem read-only)/i,
  },
  {
    id: 'filesystem_error',
    pattern:
      /^XFS \((?<victim>[^)]{1,64})\): (?:metadata I\/O error|Corruption|.{0,80}?(?:shutting down|Shutting down|corruption))/i,
  },
  { id: 'filesystem_error', pattern: /^BTRFS(?: error| critical|: error) ?\(device (?<victim>[^) ]{1,64})/i },
  {
    id: 'filesystem_error',
    pattern: /^JBD2: .{0,80}(?:error|abort)|^Aborting journal on device (?<victim>\S{1,64}?)\.?$/i,
  },
  { id: 'link', pattern: /^NETDEV WATCHDOG: (?<victim>\S{1,32}) .{0,64}transmit queue \d+ timed out/i },
  // Letters as drivers write them: `SATA link down` of an empty port is no network link.
  { id: 'link', pattern: /(?:^|\s)(?<victim>[\w.@-]{1,32}):? (?:NIC )?Link (?:is )?[Dd]own/ },
  {
    id: 'link',
    pattern: /^(?:.{1,60} )?(?<victim>[\w.@-]{1,32}): NETDEV WATCHDOG|^(?<dev>[\w.@-]{1,32}): transmit timed out/i,
  },
  { id: 'syn_flood', pattern: /Possible SYN flooding on port (?:\S{1,64}:)?(?<victim>\d+)\./i },
  {
    id: 'conntrack_full',
    pattern: /^(?:nf_|ip_)conntrack: .{0,40}?table full(?: in netns \d{1,20})?, dropping packet/i,
  },
  {
    id: 'neighbour_overflow',
    pattern: /^neighbour: (?<victim>\w{1,32}): neighbor table overflow|^Neighbour table overflow/i,
  },
  {
    id: 'tcp_memory',
    pattern:
      /^(?:TCP: )?(?:out of memory -- consider tuning tcp_mem|too many orphaned sockets|too many of orphaned sockets)/i,
  },
  { id: 'file_limit', pattern: /^VFS: file-max limit \d+ reached/i },
  { id: 'fork_rejected', pattern: /^cgroup: fork rejected by pids controller in (?<cgroup>\/.{0,200})$/i },
  {
    id: 'clocksource',
    pattern:
      /^clocksource: .{0,120}(?:Marking clocksource '?(?<victim>\w{1,32})'? as unstable)|^clocksource: Watchdog .{0,60}read-back delay/i,
  },
  {
    id: 'gpu',
    pattern:
      /^NVRM: Xid(?: \((?<victim>[^)]{1,40})\))?|^amdgpu (?<device>\S{1,40}): .{0,40}ring \S{1,20} timeout|^\S{1,40} \S{1,40}: \[drm\] .{0,40}GPU HANG/i,
  },
]
