// Test helper: hosts on which a textbook rule fires and is wrong, by the rows of the table of common misdiagnoses (domain.md G).
import type { CheckDocument, Status } from '../../src/model/check.ts'
import type { Given } from './verdict.ts'

export interface Misdiagnosis {
  /** Its row in the table of domain.md G, and what is said there. */
  readonly row: string
  readonly given: Given
  /** The textbook rule, which fires on these facts. */
  readonly naive: Pick<CheckDocument, 'params' | 'status' | 'each' | 'where'>
  /** First cause of the verdict; none: nothing is diagnosed. */
  readonly cause?: string
  readonly culprit?: string
  /** Causes the naive rule would have named. */
  readonly never?: readonly string[]
  readonly checks?: Readonly<Record<string, Status>>
  readonly status?: Status
}

export const five = <T>(value: T): T[] => Array.from({ length: 5 }, () => value)
export const limit = (value: string | number) => ({ limit: { default: value, help: 'as the textbook has it' } })

const QUIET_INTERFACE = {
  'interface.tx_bytes': five('5KiB/s'),
  'interface.rx_bytes': five('9KiB/s'),
  'interface.errors': 0,
  'interface.rx_dropped': 0,
  'interface.tx_dropped': 0,
  'interface.rx_missed': 0,
  'interface.carrier_changes': 0,
}

const program = (pid: number, comm: string, cpu: string, kernel = 0) => ({
  name: pid,
  comm,
  'process.comm': comm,
  'process.kernel': kernel,
  'process.cpu': five(cpu),
})

const IDLE_DISK = {
  'disk.serial': 0,
  'disk.await_limit': '10ms',
  'disk.queue_depth': 256,
  'disk.discards': five('0/s'),
  'disk.flushes': five('0/s'),
  'disk.write_bytes': five('0B/s'),
  'disk.read_bytes': five('0B/s'),
  'disk.reads': five('0/s'),
  'disk.writes': five('0/s'),
  'disk.queue': five(0),
  'disk.utilization': five('0%'),
}

export const CASES: readonly Misdiagnosis[] = [
  {
    row: '1: load above the CPU count is CPU overload (tasks in D count too)',
    given: {
      'load.one': 12,
      'load.five': 8,
      'load.fifteen': 3,
      'task.uninterruptible': five(12),
      'task.running': five(0),
      process: [
        {
          ...program(41, 'parent', '0%'),
          'process.uninterruptible': '100%',
          'process.voluntary_switches': five('0/s'),
        },
      ],
    },
    naive: { params: limit(2), status: { warn: 'load.one > limit * cpu.usable' } },
    cause: 'process.uninterruptible',
    culprit: 'parent',
    never: ['cpu.saturated', 'cpu.busy_process'],
    checks: { 'cpu.run_queue': 'ok', 'cpu.busy': 'ok', 'load.uninterruptible': 'warn' },
  },
  {
    row: '2: no iowait, so the disk is fine (busy CPUs hide it)',
    given: {
      'cpu.iowait': five('0%'),
      'cpu.utilization': five('100%'),
      'cpu.runnable': five(2),
      'cpu.blocked': five(3),
      'io.pressure.some': '70%',
      'io.pressure.full': '45%',
      disk: [
        {
          ...IDLE_DISK,
          name: 'vdb',
          'disk.reads': five('70/s'),
          'disk.read_await': five('41ms'),
          'disk.read_bytes': five('1MiB/s'),
          'disk.read_size': five('16KiB'),
          'disk.queue': five(2),
          'disk.utilization': five('99%'),
        },
      ],
    },
    naive: { params: limit('5%'), status: { warn: 'cpu.iowait.median < limit' } },
    cause: 'disk.slow',
    culprit: 'vdb',
  },
  {
    row: '2: high iowait is a disk problem (it is idle time)',
    given: {
      'cpu.iowait': five('60%'),
      'cpu.utilization': five('2%'),
      'cpu.blocked': five(0),
      'io.pressure.some': '3%',
      'io.pressure.full': '2%',
    },
    naive: { params: limit('20%'), status: { warn: 'cpu.iowait.median > limit' } },
    checks: { 'disk.pressure': 'ok', 'disk.slow': 'ok' },
    status: 'ok',
  },
  {
    row: '3: %util 100 is a saturated disk (not one that serves requests in parallel)',
    given: {
      disk: [
        {
          ...IDLE_DISK,
          name: 'nvme0n1',
          'disk.await_limit': '2ms',
          'disk.queue_depth': 1023,
          'disk.reads': five('9000/s'),
          'disk.read_await': five('0.1ms'),
          'disk.read_bytes': five('72MiB/s'),
          'disk.read_size': five('8KiB'),
          'disk.queue': five(2),
          'disk.utilization': five('100%'),
        },
      ],
    },
    naive: { each: 'disk', params: limit('90%'), status: { warn: 'disk.utilization.median >= limit' } },
    checks: { 'disk.saturated': 'ok', 'disk.saturated_serial': 'ok', 'disk.slow': 'ok' },
    status: 'ok',
  },
  {
    row: '4: no memory is free (cache is memory at work)',
    given: {
      'memory.total': '24GiB',
      'memory.free': five('60MiB'),
      'memory.available': five('15GiB'),
      'memory.cache': five('15GiB'),
    },
    naive: { params: limit('5%'), status: { warn: 'memory.free.median < limit * memory.total' } },
    checks: { 'memory.available_low': 'ok' },
    status: 'ok',
  },
  {
    row: '5: swap is used, so it is slow (only the rate matters)',
    given: {
      'memory.swap_total': '8GiB',
      'memory.swap_used': five('5GiB'),
      'memory.swap_in': five('0B/s'),
      'memory.swap_out': five('0B/s'),
      'memory.pressure.some': '0%',
      'memory.pressure.full': '0%',
    },
    naive: { params: limit('10%'), status: { warn: 'memory.swap_used.median > limit * memory.swap_total' } },
    checks: { 'memory.swapping': 'ok', 'memory.swap_filled': 'warn' },
    status: 'ok',
  },
  {
    row: '6: the host is idle, so the container is fine',
    given: {
      'cpu.utilization': five('20%'),
      cgroup: [
        {
          name: '/web',
          'cgroup.periods': 50,
          'cgroup.throttled_periods': '96%',
          'cgroup.throttled_time': '0.8s',
          'cgroup.cpu': '20%',
          'cgroup.cpu_quota': '20%',
          'cgroup.frozen': 0,
        },
      ],
    },
    naive: { params: limit('50%'), status: { warn: 'cpu.utilization.median < limit' } },
    cause: 'cgroup.cpu_throttled',
    culprit: '/web',
  },
  {
    row: '7: the OOM killer ran, so buy RAM (a group hit its own limit)',
    given: {
      'memory.oom_kills': 1,
      'log.oom_cgroup': 1,
      'log.oom_host': 0,
      cgroup: [
        {
          name: '/job',
          'cgroup.oom_kills': 1,
          'cgroup.memory_limit': '48MiB',
          'cgroup.memory': '48MiB',
          'cgroup.memory_working': '47MiB',
          'cgroup.memory_limit_hits': 30,
          'cgroup.frozen': 0,
        },
      ],
    },
    naive: { params: limit(0), status: { warn: 'memory.oom_kills > limit' } },
    cause: 'cgroup.oom_kill',
    culprit: '/job',
    never: ['memory.oom', 'memory.oom_kill', 'memory.exhausted', 'memory.short'],
    checks: { 'memory.available_low': 'ok', 'log.host_oom': 'ok' },
  },
  {
    row: '8: the CPUs are busy computing (the hypervisor took them away)',
    given: {
      'cpu.utilization': five('55%'),
      'cpu.steal': five('40%'),
      'cpu.runnable': five(7),
      'cpu.pressure.some': '60%',
    },
    naive: { params: limit('90%'), status: { warn: 'cpu.utilization.median + cpu.steal.median >= limit' } },
    cause: 'cpu.steal',
    never: ['cpu.busy_process', 'cpu.single_thread_bound'],
  },
  {
    row: '10: retransmits are for the network team (the own queue dropped them)',
    given: {
      'tcp.data_sent': 13_500,
      'tcp.retransmitted': 865,
      'tcp.retransmit_ratio': '6.4%',
      'tcp.local_retransmit_fails': 423,
      'tcp.timeouts': 3,
      interface: [
        { ...QUIET_INTERFACE, name: 'veth1', 'interface.tx_bytes': five('500KiB/s'), 'interface.tx_dropped': 1076 },
      ],
    },
    naive: { params: limit('1%'), status: { warn: 'tcp.retransmit_ratio >= limit' } },
    cause: 'network.qdisc_drops',
    culprit: 'veth1',
    never: ['tcp.loss', 'tcp.reordering'],
  },
  {
    row: '11: the NIC dropped packets (that nobody wanted)',
    given: {
      interface: [{ ...QUIET_INTERFACE, name: 'eth0', 'interface.rx_dropped': 900 }],
    },
    naive: { each: 'interface', params: limit(0), status: { warn: 'interface.rx_dropped > limit' } },
    checks: { 'network.errors': 'ok', 'network.ring_drops': 'ok', 'network.rx_drops': 'warn' },
    status: 'ok',
  },
  {
    row: '12: it waits in futex all the time, so locks contend (idle workers wait there)',
    given: {
      process: [
        {
          ...program(99, 'java', '0%'),
          'process.cpu_user': five('0%'),
          'process.cpu_system': five('0%'),
          'process.cpu_wait': five('0%'),
          'process.voluntary_switches': five('400/s'),
          'process.involuntary_switches': five('0/s'),
          'process.uninterruptible': '0%',
          'process.threads': 260,
        },
      ],
    },
    naive: { each: 'process', params: limit('100/s'), status: { warn: 'process.voluntary_switches.median > limit' } },
    status: 'ok',
  },
  {
    row: '14: on average all is well (bursts of a second)',
    given: {
      'cpu.utilization': ['6%', '100%', '5%', '96%', '7%'],
      'cpu.runnable': [0, 14, 1, 12, 0],
      'cpu.pressure.some': '38%',
    },
    naive: {
      params: limit('60%'),
      status: { warn: 'cpu.utilization.mean < limit && cpu.runnable.median <= cpu.usable' },
    },
    checks: { 'cpu.bursts': 'warn' },
  },
  {
    row: '14, turned round: the worst sample is the truth (one spike harms nobody)',
    given: {
      'cpu.utilization': ['6%', '9%', '64%', '5%', '7%'],
      'cpu.runnable': [1, 0, 22, 1, 1],
      'cpu.pressure.some': '2%',
    },
    naive: { params: limit(3), status: { warn: 'cpu.runnable.max > limit * cpu.usable' } },
    checks: { 'cpu.bursts': 'ok', 'cpu.run_queue': 'ok' },
    status: 'ok',
  },
  {
    row: '15: the process with most CPU is the culprit (a kernel thread does the work of others)',
    given: {
      'cpu.utilization': five('99%'),
      'cpu.runnable': five(9),
      'cpu.pressure.some': '80%',
      process: [
        {
          name: 36,
          comm: 'ksoftirqd/0',
          'process.comm': 'ksoftirqd/0',
          'process.kernel': 1,
          'process.cpu': five('96%'),
        },
        { name: 700, comm: 'encoder', 'process.comm': 'encoder', 'process.kernel': 0, 'process.cpu': five('70%') },
      ],
    },
    naive: {
      each: 'process',
      where: 'process.kernel',
      params: limit('90%'),
      status: { warn: 'process.cpu.median >= limit' },
    },
    cause: 'cpu.saturated',
    culprit: 'encoder',
  },
  {
    row: '15: many TIME-WAIT sockets',
    given: { 'tcp.time_wait': 28_000 },
    naive: { params: limit(10_000), status: { warn: 'tcp.time_wait > limit' } },
    status: 'ok',
  },
]
