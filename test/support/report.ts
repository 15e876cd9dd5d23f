// Reports as runs produce them: a jammed CPU, an idle host, an interrupted run, a run that could see nothing.
import { matrixOf } from '../../src/report/matrix.ts'
import type { Evidence, Finding } from '../../src/model/finding.ts'
import type { ObservationSummary, Report } from '../../src/model/report.ts'
import { unavailable, type Unavailable } from '../../src/model/unavailable.ts'

const VMSTAT = 'vmstat -w -y 1 5'

/** Every `use` of an imagined library: wider than any one run. */
export const USES: readonly string[] = (
  'cpu.utilization cpu.saturation cpu.errors memory.utilization memory.saturation memory.errors ' +
  'disk.utilization disk.saturation disk.errors fs.utilization network.utilization network.saturation ' +
  'network.errors tcp.saturation tcp.errors cgroup.saturation load.saturation limit.utilization none'
).split(' ')

const evidence = (metric: string, value: string, command: string, samples?: readonly number[]): Evidence => ({
  metric,
  value,
  ...(samples === undefined ? {} : { samples }),
  from: [command.split(' ')[0] ?? ''],
  command,
})

const ok = (check: string, use: string, ...rows: Evidence[]): Finding => ({
  check,
  status: 'ok',
  weight: 'alarm',
  text: rows.map((row) => `${row.metric} ${row.value}`).join(', '),
  use,
  evidence: rows,
  culprits: [],
})

const blind = (check: string, use: string, why: Unavailable): Finding => ({
  check,
  status: 'unknown',
  weight: 'alarm',
  text: why.reason,
  use,
  evidence: [],
  culprits: [],
  unavailable: why,
})

const ran = (
  source: string,
  argv: readonly string[],
  elapsedMs: number,
  cpuMs: number,
  bytes: number,
): ObservationSummary => ({
  id: source,
  source,
  tier: 'run',
  argv,
  atMs: 41,
  elapsedMs,
  cpuMs,
  outcome: 'ok',
  exitCode: 0,
  bytes,
})

const read = (source: string, number: number, paths: readonly string[], bytes: number): ObservationSummary => ({
  id: number === 1 ? source : `${source}#${number}`,
  source,
  tier: 'read',
  paths,
  atMs: 40 + number * 1000,
  elapsedMs: 0.4,
  cpuMs: 0,
  outcome: 'ok',
  bytes,
})

const NO_PERMISSION = unavailable(
  'not permitted',
  'reading the kernel log needs root or CAP_SYSLOG',
  'run as root, or: sysctl kernel.dmesg_restrict=0',
)
const NO_IOSTAT = unavailable(
  'not installed',
  'neither iostat nor /proc/diskstats could be used',
  'apt-get install sysstat',
)

const BASE = {
  schemaVersion: 1,
  tracebook: '0.1.0',
  runbook: 'sixty_seconds',
  title: 'The first sixty seconds on a slow host',
  host: {
    name: 'web-1',
    kernel: '6.1.0-28-amd64',
    distribution: 'Debian GNU/Linux 12 (bookworm)',
    cpus: 4,
    usableCpus: 2,
    memoryBytes: 8_331_657_216,
    virtualization: 'kvm',
    container: 'none',
    cgroup: '/user.slice/user-1000.slice/session-3.scope',
    uptimeSeconds: 1_043_200,
    user: 'deploy',
  },
  startedAt: '2026-10-06T03:12:45.123Z',
  elapsedMs: 6214,
  windowMs: 5000,
  conclusions: [],
  cost: { cpuMs: 412, ownCpuMs: 231, peakRssBytes: 89_128_960 },
} as const

const QUIET: readonly Finding[] = [
  ok('memory.pressure', 'memory.saturation', evidence('memory.pressure.some', '0 %', 'cat /proc/pressure/memory')),
  ok('memory.available', 'memory.utilization', evidence('memory.available', '5.31 GiB', 'free -m -w')),
  { ...ok('disk.slow', 'disk.saturation'), text: '2 disks within limits' },
  ok('tcp.retransmits', 'tcp.errors', evidence('tcp.retransmits', '0.2/s', 'sar -n TCP,ETCP 1 5', [0, 1, 0, 0, 0])),
  {
    ...ok('network.link_use', 'network.utilization'),
    status: 'unknown',
    text: 'the driver of eth0 does not tell its speed',
    unavailable: unavailable('not supported', 'the driver of eth0 does not tell its speed'),
  },
]

const OBSERVATIONS: readonly ObservationSummary[] = [
  ran('vmstat', ['vmstat', '-w', '-y', '1', '5'], 5012, 10, 612),
  ran('mpstat', ['mpstat', '-P', 'ALL', '1', '5'], 5018, 20, 3410),
  ran('pidstat', ['pidstat', '-u', '-r', '-d', '-w', '-R', '-H', '-h', '1', '5'], 5034, 140, 18_211),
  ...[1, 2, 3, 4, 5, 6].map((n) =>
    read('proc_pressure', n, ['/proc/pressure/cpu', '/proc/pressure/io', '/proc/pressure/memory'], 306),
  ),
  {
    ...ran('dmesg', ['dmesg', '--level=emerg,alert,crit,err,warn', '--time-format', 'iso'], 4, 0, 0),
    outcome: 'failed',
    exitCode: 1,
  },
]

const JAM_FINDINGS: readonly Finding[] = [
  {
    check: 'cpu.run_queue',
    status: 'critical',
    weight: 'alarm',
    text: '9 tasks runnable on 2 CPUs for most of the window; some task waited for a CPU 97 % of the time',
    use: 'cpu.saturation',
    evidence: [
      evidence('cpu.runnable', '9', VMSTAT, [8, 9, 11, 9, 9]),
      evidence('cpu.usable', '2', 'nproc; cat /sys/fs/cgroup/cpu.max'),
      evidence('cpu.pressure.some', '97 %', 'cat /proc/pressure/cpu'),
    ],
    culprits: [],
  },
  {
    check: 'cpu.busy',
    status: 'warn',
    weight: 'alarm',
    text: 'the CPUs were 99.6 % busy',
    use: 'cpu.utilization',
    evidence: [evidence('cpu.utilization', '99.6 %', VMSTAT, [99, 100, 99.6, 100, 99])],
    culprits: [],
    explainedBy: ['cpu.run_queue'],
  },
  {
    check: 'load.high',
    status: 'warn',
    weight: 'notice',
    text: 'load average 8.7 over one minute on 2 CPUs',
    use: 'load.saturation',
    evidence: [evidence('load.one', '8.7', 'uptime')],
    culprits: [],
    explainedBy: ['cpu.run_queue'],
  },
  {
    check: 'fs.space',
    instance: '/var',
    status: 'warn',
    weight: 'notice',
    text: '/var is 88 % full, 1.2 GiB are left',
    use: 'fs.utilization',
    evidence: [{ ...evidence('mount.used', '88 %', 'df --output=target,pcent,avail /var'), instance: '/var' }],
    culprits: [{ kind: 'mount', name: '/var', device: '/dev/vda3' }],
  },
  blind('kernel_log.hardware', 'cpu.errors', NO_PERMISSION),
  blind('memory.ecc', 'memory.errors', NO_PERMISSION),
  ...QUIET,
]

export function jammed(): Report {
  return {
    ...BASE,
    status: 'critical',
    verdict: [
      'The CPUs are saturated: stress-ng (8 processes) wants 8 CPUs where 2 are usable.',
      'Stop or move stress-ng first; memory, disks and TCP are cleared; the kernel log could not be read.',
    ],
    diagnoses: [
      {
        cause: 'cpu.saturated',
        title: 'More runnable work than CPUs',
        status: 'critical',
        confidence: 'high',
        use: 'cpu.saturation',
        text: 'The CPUs are saturated.',
        culprits: [
          {
            kind: 'process',
            name: 'stress-ng',
            pid: 4121,
            pids: [4121, 4122, 4123, 4124, 4125, 4126, 4127, 4128],
            comm: 'stress-ng',
            cgroup: '/system.slice/burn.service',
            unit: 'burn.service',
            by: 'process.cpu 199 %',
          },
        ],
        findings: ['cpu.run_queue', 'cpu.busy'],
        explains: ['load.high'],
        advice: [
          { order: 'add', text: 'Give this host or group more CPUs.' },
          { order: 'remove', text: 'Stop stress-ng, or run it when nobody waits: systemctl stop burn.service.' },
          {
            order: 'tune',
            text: 'Give the group a smaller share: systemctl set-property --runtime burn.service CPUWeight=20.',
            current: '100',
            revert: 'systemctl set-property --runtime burn.service CPUWeight=100',
            caution: 'It gets only what others leave.',
          },
          { order: 'move', text: 'Move the batch work to another host.' },
        ],
      },
    ],
    findings: JAM_FINDINGS,
    cleared: ['memory', 'disk', 'tcp'],
    matrix: matrixOf(JAM_FINDINGS, USES),
    path: [
      {
        state: 'sixty_seconds/check-1',
        verb: 'check',
        outcome: 'done',
        text: '9 checks in one window',
        elapsedMs: 5204,
      },
      {
        state: 'sixty_seconds/escalate-1',
        verb: 'escalate',
        outcome: 'refused',
        text: 'sched.wakeup_latency',
        because: 'it instruments the kernel and --allow stops at run',
        elapsedMs: 0,
      },
      {
        state: 'sixty_seconds/escalate-2',
        verb: 'escalate',
        outcome: 'skipped',
        text: 'disk.latency',
        because: 'disk.slow.firing is false',
        elapsedMs: 0,
      },
      {
        state: 'sixty_seconds/conclude-1',
        verb: 'conclude',
        outcome: 'done',
        text: 'The CPUs are saturated.',
        elapsedMs: 1,
      },
    ],
    observations: OBSERVATIONS,
  }
}

export function idle(): Report {
  const findings: readonly Finding[] = [
    ok(
      'cpu.run_queue',
      'cpu.saturation',
      evidence('cpu.runnable', '0', VMSTAT, [0, 1, 0, 0, 0]),
      evidence('cpu.pressure.some', '0.1 %', 'cat /proc/pressure/cpu'),
    ),
    ok('cpu.busy', 'cpu.utilization', evidence('cpu.utilization', '2.4 %', VMSTAT, [2, 3, 2.4, 2, 3])),
    ...QUIET,
  ]
  return {
    ...BASE,
    status: 'ok',
    verdict: [
      'Nothing that was measured is wrong: CPU, memory, disks and TCP are cleared.',
      'Not looked at: hardware errors. If an application is slow, name it with --target.',
    ],
    diagnoses: [],
    findings,
    cleared: ['cpu', 'memory', 'disk', 'tcp'],
    matrix: matrixOf(findings, USES),
    path: [
      {
        state: 'sixty_seconds/check-1',
        verb: 'check',
        outcome: 'done',
        text: '7 checks in one window',
        elapsedMs: 5204,
      },
      {
        state: 'sixty_seconds/conclude-4',
        verb: 'conclude',
        outcome: 'done',
        text: 'Nothing is the bottleneck.',
        elapsedMs: 1,
      },
    ],
    conclusions: ['Nothing is the bottleneck.'],
    observations: OBSERVATIONS.slice(0, 4),
  }
}

export function interrupted(): Report {
  const { findings } = jammed()
  return {
    ...jammed(),
    target: 'comm:nginx',
    status: 'unknown',
    interrupted: 'Ctrl-C after 2.1 s',
    elapsedMs: 2143,
    verdict: [
      'Inconclusive: the run was stopped before its window closed.',
      'Run it again for the five seconds it needs.',
    ],
    diagnoses: [],
    findings: findings.slice(4),
    cleared: [],
    matrix: matrixOf(findings.slice(4), USES),
    path: [
      {
        state: 'sixty_seconds/check-1',
        verb: 'check',
        outcome: 'interrupted',
        text: '9 checks in one window',
        elapsedMs: 2101,
      },
    ],
    observations: OBSERVATIONS.map((one) =>
      one.tier === 'run' ? { ...one, outcome: 'interrupted', signal: 'SIGTERM' } : one,
    ),
  }
}

export function unseen(): Report {
  const findings: readonly Finding[] = [
    blind('kernel_log.hardware', 'cpu.errors', NO_PERMISSION),
    blind('memory.ecc', 'memory.errors', NO_PERMISSION),
    blind('disk.slow', 'disk.saturation', NO_IOSTAT),
    blind('disk.errors', 'disk.errors', NO_IOSTAT),
    blind('cpu.run_queue', 'cpu.saturation', unavailable('timed out', 'vmstat did not end within 8 s')),
  ]
  return {
    ...BASE,
    status: 'unknown',
    verdict: ['Inconclusive: none of the 5 checks could look.', 'Install sysstat and run as root, then run it again.'],
    diagnoses: [],
    findings,
    cleared: [],
    matrix: matrixOf(findings, USES),
    path: [],
    observations: [],
  }
}
