// Metrics of memory: capacity, reclaim, swap, pressure.
import type { Metric } from '../model/metric.ts'

const free = 'free -b -w'
const meminfo = 'cat /proc/meminfo'
const vm = 'cat /proc/vmstat'
const vmOf = "grep -E '^Vm(PTE|Data)' /proc/[0-9]*/status"
const ipcs = 'ipcs -m'

export const metrics: readonly Metric[] = [
  { id: 'memory.total', dimension: 'bytes', kind: 'constant', help: 'Memory the kernel manages', see: free },
  { id: 'memory.available', dimension: 'bytes', kind: 'gauge', help: 'Memory a new program could get without swapping (kernel estimate)', see: free },
  { id: 'memory.free', dimension: 'bytes', kind: 'gauge', help: 'Memory used for nothing; small is normal', see: free },
  { id: 'memory.buffers', dimension: 'bytes', kind: 'gauge', help: 'Block-device page cache', see: free },
  { id: 'memory.cache', dimension: 'bytes', kind: 'gauge', help: 'Page cache and reclaimable slab', see: free },
  { id: 'memory.shared', dimension: 'bytes', kind: 'gauge', help: 'tmpfs and shared memory: not reclaimable without swap', see: free },
  { id: 'memory.swap_total', dimension: 'bytes', kind: 'constant', help: 'Swap space', see: free },
  { id: 'memory.swap_used', dimension: 'bytes', kind: 'gauge', help: 'Swap space in use; says nothing about now', see: free },
  { id: 'memory.swap_in', dimension: 'byteRate', kind: 'gauge', help: 'Read back from swap', see: 'vmstat -w 1 6' },
  { id: 'memory.swap_out', dimension: 'byteRate', kind: 'gauge', help: 'Written to swap', see: 'vmstat -w 1 6' },
  { id: 'memory.committed', dimension: 'bytes', kind: 'constant', help: 'Address space promised to processes (Committed_AS)', see: meminfo },
  { id: 'memory.commit_limit', dimension: 'bytes', kind: 'constant', help: 'Limit of promises when vm.overcommit_memory is 2', see: meminfo },
  { id: 'memory.overcommit', dimension: 'count', kind: 'constant', help: 'vm.overcommit_memory: 0 guess, 1 always, 2 strict', see: 'sysctl vm.overcommit_memory' },
  { id: 'memory.slab_unreclaimable', dimension: 'bytes', kind: 'gauge', help: 'Kernel objects that cannot be reclaimed (SUnreclaim)', see: meminfo },
  { id: 'memory.slab_reclaimable', dimension: 'bytes', kind: 'constant', help: 'Kernel caches that can be reclaimed (SReclaimable)', see: meminfo },
  { id: 'memory.unevictable', dimension: 'bytes', kind: 'constant', help: 'Memory that cannot be reclaimed: locked, ramfs', see: meminfo },
  { id: 'memory.locked', dimension: 'bytes', kind: 'constant', help: 'Memory locked by mlock (Mlocked)', see: meminfo },
  { id: 'memory.page_tables', dimension: 'bytes', kind: 'gauge', help: 'Memory in page tables', see: meminfo },
  { id: 'memory.page_tables_of_processes', dimension: 'bytes', kind: 'constant', help: 'Page tables of all processes together', see: vmOf },
  { id: 'process.page_tables', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Memory in the page tables of a process (VmPTE); in no RSS', see: vmOf },
  { id: 'memory.data_of_processes', dimension: 'bytes', kind: 'constant', help: 'Private writable memory all processes asked for, touched or not', see: vmOf },
  { id: 'process.data_size', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Private writable memory a process asked for, touched or not (VmData); most of what it commits', see: vmOf },
  { id: 'memory.shm_unattached', dimension: 'bytes', kind: 'gauge', help: 'Memory in System V shared memory segments that no process has attached', see: ipcs },
  { id: 'memory.shm_unattached_segments', dimension: 'count', kind: 'constant', help: 'Such segments', see: ipcs },
  { id: 'memory.shm_unattached_owner', dimension: 'text', kind: 'text', help: 'User and creator of most of that memory', see: ipcs },
  { id: 'memory.shm_of_living', dimension: 'bytes', kind: 'constant', help: 'Memory in segments nobody has attached whose creator still runs', see: 'ipcs -m -p' },
  { id: 'process.shm_unattached', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Memory in segments a process created and nobody has attached', see: 'ipcs -m -p' },
  { id: 'memory.kernel_stacks', dimension: 'bytes', kind: 'constant', help: 'Memory in kernel stacks', see: meminfo },
  { id: 'memory.huge_reserved_idle', dimension: 'bytes', kind: 'constant', help: 'Huge pages reserved and not used', see: 'grep -i huge /proc/meminfo' },
  { id: 'memory.hardware_corrupted', dimension: 'bytes', kind: 'constant', help: 'Memory taken out of use after hardware errors', see: meminfo },
  { id: 'memory.dirty', dimension: 'bytes', kind: 'gauge', help: 'Page cache waiting to be written (dirty and under writeback)', see: "grep -E 'nr_dirty|nr_writeback' /proc/vmstat" },
  { id: 'memory.dirty_limit', dimension: 'bytes', kind: 'gauge', help: 'Dirty page cache at which writers are made to wait (nr_dirty_threshold)', see: 'grep nr_dirty_threshold /proc/vmstat' },
  { id: 'memory.scan_direct', dimension: 'rate', kind: 'rate', help: 'Pages scanned per second by tasks that had to reclaim before they could allocate', see: vm },
  { id: 'memory.scan_kswapd', dimension: 'rate', kind: 'rate', help: 'Pages scanned per second by kswapd', see: vm },
  { id: 'memory.refault', dimension: 'rate', kind: 'rate', help: 'Pages per second read back soon after they were evicted', see: vm },
  { id: 'memory.compact_stall', dimension: 'rate', kind: 'rate', help: 'Allocations per second that had to wait for compaction', see: vm },
  { id: 'memory.compact_fail', dimension: 'rate', kind: 'rate', help: 'Compactions per second that did not help', see: vm },
  { id: 'memory.major_faults', dimension: 'rate', kind: 'rate', help: 'Page faults per second that had to read from a device', see: vm },
  { id: 'memory.minor_faults', dimension: 'rate', kind: 'rate', help: 'Page faults per second served from memory', see: vm },
  { id: 'memory.oom_kills', dimension: 'count', kind: 'count', help: 'Processes killed for lack of memory in the window, host or cgroup', see: 'grep oom_kill /proc/vmstat' },
  { id: 'memory.paged_in', dimension: 'bytes', kind: 'count', help: 'Read from block devices in the window (pgpgin), direct I/O and swap included', see: 'vmstat -w 1 6' },
  { id: 'memory.reclaimed', dimension: 'bytes', kind: 'count', help: 'Memory reclaimed in the window, for the host or for a group', see: 'grep pgsteal /proc/vmstat' },
  { id: 'memory.drop_caches', dimension: 'count', kind: 'count', help: 'Times in the window that somebody dropped the page cache or slab', see: 'grep drop_ /proc/vmstat' },
  { id: 'memory.pressure.some', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which some task waited for memory (PSI)', see: 'cat /proc/pressure/memory' },
  { id: 'memory.pressure.full', dimension: 'ratio', kind: 'rate', help: 'Share of the window in which all non-idle tasks waited for memory (PSI)', see: 'cat /proc/pressure/memory' },
]
