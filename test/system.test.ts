// Sources about the system as a whole: context, kernel log, control groups, filesystems. What fixtures of real output cannot show.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Context } from '../src/model/context.ts'
import type { Observation } from '../src/model/observation.ts'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { frame } from '../src/parse/files.ts'
import { source as cgroups } from '../src/tools/cgroups/index.ts'
import { unitOf } from '../src/tools/cgroups/names.ts'
import { cgroupRequest, contextOf } from '../src/tools/context/index.ts'
import { listCount } from '../src/tools/context/cpus.ts'
import { source as df } from '../src/tools/df/index.ts'
import { FAMILIES } from '../src/tools/dmesg/families.ts'
import { source as dmesg } from '../src/tools/dmesg/index.ts'
import { source as pressure } from '../src/tools/proc_pressure/index.ts'
import { detailRequest, detailsOf } from '../src/tools/process_detail/index.ts'
import { source as thermal } from '../src/tools/thermal/index.ts'
import { context } from './support/context.ts'

const look = (text: string, atMs = 0): Observation => ({
  id: 'look',
  source: 'look',
  tier: 'read',
  atMs,
  elapsedMs: 1,
  cpuMs: 0,
  outcome: 'ok',
  text,
  bytes: text.length,
})
const framed = (files: Readonly<Record<string, string>>) =>
  Object.entries(files)
    .map(([path, text]) => frame(path, text))
    .join('')

function read(source: Source, looks: readonly Observation[], parts: Partial<Context> = {}): Reading {
  const reading = source.parse(looks, { window: { intervalMs: 1000, count: 5 }, context: context(parts) })
  if (isUnavailable(reading)) throw new Error(reading.reason)
  return reading
}

describe('context', () => {
  const recorded = (name: string) =>
    look(readFileSync(new URL(`../src/tools/context/fixtures/${name}.txt`, import.meta.url), 'utf8'))

  test('a real host, control groups of version 1 beside version 2, a container’s files in it', () => {
    const { uptimeSeconds, bootId, processes, disks, interfaces, ...rest } = contextOf([
      recorded('linux-6.18-v1-container'),
    ])
    expect(rest).toEqual({
      hostname: 'host',
      kernel: '6.18.44-fc-v657',
      distribution: { id: 'debian', like: [], name: 'Debian GNU/Linux 12 (bookworm)' },
      cpus: { online: 2, model: 'AMD EPYC', threadsPerCore: 1, sockets: 1 },
      usableCpus: 1.5,
      memoryBytes: 24_684_092 * 1024,
      virtualization: 'kvm',
      container: 'docker',
      cgroup: { version: 'hybrid', path: '/lab.slice/job.service', cpus: 1.5, memoryBytes: 2 ** 31 },
      privileges: { uid: 0, root: true, capabilities: '000001fffeffffff', perfEventParanoid: 2, dmesgRestrict: true },
      clocksource: 'tsc',
      pageSize: 4096,
      ticks: 100,
    })
    expect(disks.map(({ name }) => name)).toEqual([
      'loop0',
      'loop1',
      'loop2',
      'loop3',
      'loop4',
      'loop5',
      'loop6',
      'loop7',
      'vda',
      'zram0',
    ])
    expect(disks.slice(-2)).toEqual([
      { name: 'vda', kind: 'parallel', class: 'virtual', scheduler: 'mq-deadline', requests: 256, readAheadKiB: 8192 },
      { name: 'zram0', kind: 'parallel', class: 'ram', readAheadKiB: 128 },
    ])
    expect(interfaces).toContainEqual({ name: 'eth0', up: true, virtual: false })
    expect(interfaces).toContainEqual({ name: 'lo', up: true, virtual: true })
    expect([uptimeSeconds, bootId, processes]).toEqual([2472.55, 'bed01f6c-70ff-486a-812e-6294f0507757', 81])
  })

  test('a stock kernel in an emulator, version 2, a CPU quota of a fifth', () => {
    const found = contextOf([recorded('linux-6.1-v2-quota')])
    expect(found).toMatchObject({
      kernel: '6.1.0-56-cloud-amd64',
      virtualization: 'qemu',
      usableCpus: 0.2,
      cgroup: { version: '2', path: '/lab.slice/spinner.service', cpus: 0.2 },
      disks: [{ name: 'vda', kind: 'parallel', scheduler: 'none' }],
      pageSize: 4096,
      processes: 68,
    })
    expect(found.cgroup.memoryBytes).toBeUndefined()
    expect(found.interfaces.find(({ name }) => name === 'eth0')?.speed).toBeUndefined()
  })

  test('nothing readable: claims the least, does not throw', () => {
    const empty = contextOf([])
    expect(empty.cpus.online).toBe(1)
    expect(empty.memoryBytes).toBe(0)
    expect(empty.privileges).toEqual({ uid: 65_534, root: false, capabilities: '0' })
    expect(empty.cgroup).toEqual({ version: 'none', path: '/' })
    expect(contextOf([look('==> /proc/cpuinfo <==\n\0\xff garbage')]).disks).toEqual([])
  })

  test.each([
    ['0', 1],
    ['0-3,8,10-11', 7],
    ['', undefined],
    ['a-b', undefined],
  ])('CPU list %s', (list, count) => expect(listCount(list)).toBe(count))

  const v2 = {
    '/proc/mounts': 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
    '/proc/self/cgroup': '0::/a.slice/b.service\n',
    '/sys/devices/system/cpu/online': '0-7\n',
    '/.dockerenv': '',
  }

  test('the tightest limit of all ancestors counts', () => {
    const paths = cgroupRequest([look(framed(v2))])?.paths ?? []
    expect(paths).toContain('/sys/fs/cgroup/a.slice/b.service/cpu.max')
    expect(paths).toContain('/sys/fs/cgroup/a.slice/memory.max')
    const limits = {
      '/sys/fs/cgroup/a.slice/cpu.max': '150000 100000',
      '/sys/fs/cgroup/a.slice/memory.max': 'max',
      '/sys/fs/cgroup/a.slice/b.service/cpu.max': 'max 100000',
      '/sys/fs/cgroup/a.slice/b.service/memory.max': '1073741824',
    }
    const found = contextOf([look(framed(v2)), look(framed(limits))])
    expect(found.cgroup).toEqual({ version: '2', path: '/a.slice/b.service', cpus: 1.5, memoryBytes: 1_073_741_824 })
    expect(found.usableCpus).toBe(1.5)
  })

  test('on a host, the limits of our own session do not bind the work we judge', () => {
    const { '/.dockerenv': _, ...host } = v2
    const found = contextOf([look(framed({ ...host, '/sys/fs/cgroup/a.slice/cpu.max': '20000 100000' }))])
    expect(found.container).toBe('none')
    expect(found.usableCpus).toBe(8)
    expect(found.cgroup.cpus).toBe(0.2)
  })

  test('version 1 in a container: the path is not ours, the mount is', () => {
    const found = contextOf([
      look(
        framed({
          ...v2,
          '/proc/mounts':
            'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup ro,cpu,cpuacct 0 0\ncgroup /sys/fs/cgroup/memory cgroup ro,memory 0 0\n',
          '/proc/self/cgroup': '4:memory:/docker/0123\n2:cpu,cpuacct:/docker/0123\n',
          '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000',
          '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
          '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
        }),
      ),
    ])
    expect(found.cgroup).toEqual({ version: '1', path: '/docker/0123', cpus: 0.5 })
  })

  const disk = (name: string, rotational: string, more: Readonly<Record<string, string>> = {}, virtual = false) =>
    contextOf([
      look(
        framed({
          ...(virtual
            ? { '/proc/cpuinfo': 'flags\t\t: fpu hypervisor sse\n' }
            : { '/proc/cpuinfo': 'flags\t\t: fpu sse\n' }),
          [`/sys/block/${name}/queue/rotational`]: rotational,
          ...Object.fromEntries(Object.entries(more).map(([file, text]) => [`/sys/block/${name}/${file}`, text])),
        }),
      ),
    ]).disks[0]

  test.each([
    ['sda', '1', { 'device/model': 'HGST HUS726T4TAL' }, false, 'hdd', 'serial'],
    ['sda', '1', { 'device/model': 'QEMU HARDDISK   ' }, false, 'virtual', 'parallel'],
    ['sda', '1', { 'device/model': 'HGST HUS726T4TAL' }, true, 'virtual', 'parallel'],
    ['sda', '0', { 'device/model': 'Samsung SSD 870' }, false, 'ssd', 'parallel'],
    ['vda', '1', {}, true, 'virtual', 'parallel'],
    ['nvme0n1', '0', { 'device/model': 'Amazon Elastic Block Store' }, true, 'nvme', 'parallel'],
    ['dm-0', '1', { 'dm/name': 'vg-root' }, false, 'stacked', 'parallel'],
    ['md127', '1', { 'md/level': 'raid1' }, false, 'stacked', 'parallel'],
    ['sdb', '1', {}, false, 'other', 'parallel'],
  ])('%s rotational=%s %o (guest: %s) is %s, %s', (name, rotational, more, virtual, kind, order) => {
    expect(disk(name, rotational, more as Record<string, string>, virtual)).toMatchObject({ class: kind, kind: order })
  })

  test('a name with a slash', () => expect(disk('cciss!c0d0', '1', {})?.name).toBe('cciss/c0d0'))
})

// Formats as the kernel's own sources print them; most cannot be provoked on a healthy machine.
describe('families of kernel messages', () => {
  const familyOf = (text: string) => {
    const found = FAMILIES.find(({ pattern }) => pattern.test(text))
    const names = found?.pattern.exec(text)?.groups ?? {}
    return [found?.id, names['victim'] ?? names['dev'] ?? names['device'] ?? names['cgroup']]
  }

  test.each([
    ['Out of memory: Killed process 812 (mysqld) total-vm:1kB, anon-rss:1kB', 'oom_host', 'mysqld'],
    ['Out of memory: Kill process 812 (my sqld) score 900 or sacrifice child', 'oom_host', 'my sqld'],
    ['Memory cgroup out of memory: Killed process 4711 (python3) total-vm:1kB', 'oom_cgroup', 'python3'],
    [
      'kworker/0:1: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL), nodemask=(null)',
      'allocation_failure',
      'kworker/0:1',
    ],
    ['INFO: task jbd2/sda1-8:233 blocked for more than 120 seconds.', 'hung_task', 'jbd2/sda1-8'],
    ['INFO: task cp:99 blocked in I/O wait for more than 120 seconds.', 'hung_task', 'cp'],
    ['watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [stress:1234]', 'lockup', 'stress'],
    ['rcu: INFO: rcu_sched detected stalls on CPUs/tasks:', 'lockup', undefined],
    ['rcu: INFO: rcu_preempt self-detected stall on CPU', 'lockup', undefined],
    ['mce: [Hardware Error]: Machine check events logged', 'hardware_error', undefined],
    ['EDAC MC0: 1 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0', 'hardware_error', 'MC0'],
    ['mce: CPU4: Core temperature is above threshold, cpu clock is throttled (total events = 1)', 'thermal', 'CPU4'],
    ['CPU4: Core temperature above threshold, cpu clock throttled (total events = 1)', 'thermal', 'CPU4'],
    ['I/O error, dev sda, sector 2048 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2', 'io_error', 'sda'],
    ['blk_update_request: critical medium error, dev sdb, sector 99', 'io_error', 'sdb'],
    ['Buffer I/O error on dev dm-0, logical block 0, async page read', 'io_error', 'dm-0'],
    ['nvme nvme0: I/O 123 QID 4 timeout, aborting', 'io_error', 'nvme0'],
    ['ata1.00: failed command: READ FPDMA QUEUED', 'io_error', 'ata1.00'],
    ['sd 2:0:0:0: [sdc] Synchronize Cache(10) failed: Result: hostbyte=DID_NO_CONNECT', 'io_error', 'sdc'],
    ['EXT4-fs error (device sda1): ext4_lookup:1813: inode #2: comm ls: deleted inode', 'filesystem_error', 'sda1'],
    ['EXT4-fs (sda1): Remounting filesystem read-only', 'filesystem_error', 'sda1'],
    ['XFS (dm-0): metadata I/O error in "xfs_buf_ioend" at daddr 0x1 len 8 error 5', 'filesystem_error', 'dm-0'],
    ['BTRFS: error (device sdb1) in btrfs_finish_ordered_io:3041: errno=-5 IO failure', 'filesystem_error', 'sdb1'],
    ['NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out', 'link', 'eth0'],
    ['e1000e 0000:00:1f.6 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5000 ms', 'link', 'eth0'],
    ['e1000e 0000:00:1f.6 eth0: NIC Link is Down', 'link', 'eth0'],
    ['igb 0000:01:00.0 enp1s0: igb: enp1s0 NIC Link is Down', 'link', 'enp1s0'],
    ['mlx5_core 0000:3b:00.0 ens1f0: Link down', 'link', 'ens1f0'],
    ['TCP: request_sock_TCP: Possible SYN flooding on port 80. Sending cookies.', 'syn_flood', '80'],
    ['TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:8080. Sending cookies.', 'syn_flood', '8080'],
    ['TCP: request_sock_TCPv6: Possible SYN flooding on port [::]:443. Sending cookies.', 'syn_flood', '443'],
    ['nf_conntrack: nf_conntrack: table full, dropping packet', 'conntrack_full', undefined],
    ['neighbour: arp_cache: neighbor table overflow!', 'neighbour_overflow', 'arp_cache'],
    ['TCP: out of memory -- consider tuning tcp_mem', 'tcp_memory', undefined],
    ['TCP: too many orphaned sockets', 'tcp_memory', undefined],
    ['VFS: file-max limit 9223 reached', 'file_limit', undefined],
    ['cgroup: fork rejected by pids controller in /a b.slice/x.service', 'fork_rejected', '/a b.slice/x.service'],
    [
      "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:",
      'clocksource',
      'tsc',
    ],
    ['nginx[812]: segfault at 0 ip 00007f2 sp 00007ff error 4 in nginx[55e+9b000]', 'segfault', 'nginx'],
    ['traps: php-fpm[81] general protection fault ip:7f sp:7f error:0 in libc.so.6[7f+1]', 'segfault', 'php-fpm'],
    ['x86/split lock detection: #AC: game/81 took a split_lock trap at address: 0x1', 'split_lock', 'game'],
    ['NVRM: Xid (PCI:0000:3b:00): 79, pid=1, GPU has fallen off the bus.', 'gpu', 'PCI:0000:3b:00'],
  ])('%s', (text, family, victim) => expect(familyOf(text)).toEqual([family, victim]))

  test.each([
    ['ata2: SATA link down (SStatus 0 SControl 300)'],
    ['mce: CPU0: Core temperature/speed normal'],
    ['oom_reaper: reaped process 812 (mysqld), now anon-rss:0kB'],
    ['EXT4-fs (vda): mounted filesystem with ordered data mode. Quota mode: none.'],
    // A process may be named like a message.
    ['Out of memory:[81]: segfaulted nicely'],
  ])('%s: nothing', (text) => expect(familyOf(text)).toEqual([undefined, undefined]))

  test('no pattern is slow on a long line', () => {
    const lines = ['a'.repeat(1000), ' Link'.repeat(200), 'x: '.repeat(330), '('.repeat(1000), 'EXT4-fs ('.repeat(100)]
    const started = performance.now()
    for (const text of lines) familyOf(text)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('kernel log', () => {
  const oom = (seconds: number) => `<3>[${seconds.toFixed(6)}] Out of memory: Killed process 1 (a) total-vm:1kB`

  test('only the last 15 minutes count', () => {
    const text = `<6>[    0.000000] Linux\n${oom(1000)}\n${oom(9500)}\n`
    const reading = read(dmesg, [look(text, 5000)], { uptimeSeconds: 9995 })
    expect(reading.host).toMatchObject({ 'log.oom_host': 1, 'log.coverage': 900 })
  })

  test('a log that was overwritten reaches less far back', () => {
    const reading = read(dmesg, [look(`<6>[ 9970.000000] x\n`, 0)], { uptimeSeconds: 10_000 })
    expect(reading.host).toMatchObject({ 'log.coverage': 30, 'log.oom_host': 0 })
  })

  test('what user space writes there is not the kernel speaking', () => {
    const reading = read(
      dmesg,
      [look(`<12>[ 10.000000] Out of memory: Killed process 1 (init) total-vm:1kB\n<6>[ 11.0] x`)],
      { uptimeSeconds: 20 },
    )
    expect(reading.host).toMatchObject({ 'log.oom_host': 0 })
  })

  test('a caller field, control characters and length', () => {
    const name = `\u001b[31m${'x'.repeat(300)}`
    const reading = read(
      dmesg,
      [look(`<3>[   10.000000][  T812] EXT4-fs error (device sda1): f:1: comm ${name}: bad\n`)],
      { uptimeSeconds: 20 },
    )
    const detail = String(reading.instances?.[0]?.values['log.detail'])
    expect(detail).toHaveLength(200)
    expect(detail).toMatch(/^EXT4-fs error[\x20-\x7e]*\.\.\.$/)
    expect(reading.instances?.[0]?.labels).toEqual({ device: 'sda1' })
  })

  test('of a host-wide kill the group is the victim’s own', () => {
    const text =
      '<6>[ 9.0] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/db.service,task=a,pid=1,uid=0\n' +
      oom(9)
    expect(read(dmesg, [look(text)], { uptimeSeconds: 20 }).instances?.[0]).toMatchObject({
      name: 'oom_host',
      labels: { comm: 'a', pid: '1', cgroup: '/system.slice/db.service' },
    })
  })

  test('an empty log is not a quiet one', () => {
    expect(dmesg.parse([look('')], { window: { intervalMs: 1000, count: 5 }, context: context() })).toMatchObject({
      unavailable: 'not supported',
    })
  })
})

describe('control groups', () => {
  const at = (
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
    parts: Partial<Context> = {},
  ) => {
    const under = (files: Readonly<Record<string, string>>) =>
      framed(Object.fromEntries(Object.entries(files).map(([path, text]) => [`/sys/fs/cgroup/${path}`, text])))
    const reading = read(cgroups, [look(under(before), 0), look(under(after), 5000)], parts)
    return new Map(reading.instances?.map((instance) => [instance.name, instance]))
  }

  test('a kill by the host is not the group’s, a kill below is its limit’s', () => {
    const events = (oom: number, kill: number) => `low 0\nhigh 0\nmax ${oom}\noom ${oom}\noom_kill ${kill}\n`
    const found = at(
      {
        'a/memory.events': events(0, 0),
        'a/memory.events.local': events(0, 0),
        'a/memory.max': '1000',
        'a/b/memory.events': events(0, 0),
        'a/b/memory.events.local': events(0, 0),
        'a/b/memory.max': '2000',
        'c/memory.events': events(0, 0),
        'c/memory.events.local': events(0, 0),
        'c/memory.max': '3000',
      },
      {
        'a/memory.events': events(1, 1),
        'a/memory.events.local': events(1, 0),
        'a/memory.max': '1000',
        'a/b/memory.events': events(0, 1),
        'a/b/memory.events.local': events(0, 1),
        'a/b/memory.max': '2000',
        'c/memory.events': events(0, 1),
        'c/memory.events.local': events(0, 1),
        'c/memory.max': '3000',
      },
    )
    expect(['/a', '/a/b', '/c'].map((name) => found.get(name)?.values['cgroup.oom_kills'])).toEqual([1, 0, 0])
  })

  test('a group that came during the window has no rates', () => {
    const found = at(
      {},
      { 'new/cpu.stat': 'usage_usec 5000000\nnr_periods 9\nnr_throttled 9\n', 'new/cpu.max': '1000 100000' },
    )
    expect(found.get('/new')?.values).toEqual({ 'cgroup.cpu_quota': 1 })
  })

  test('counters that went backwards are dropped', () => {
    const found = at(
      { 'x/cpu.stat': 'usage_usec 500\nnr_periods 9\nnr_throttled 9\n', 'x/cpu.max': '1000 100000' },
      { 'x/cpu.stat': 'usage_usec 5\nnr_periods 1\nnr_throttled 1\n', 'x/cpu.max': '1000 100000' },
    )
    expect(found.get('/x')?.values).toEqual({ 'cgroup.cpu_quota': 1 })
  })

  test('idle groups without limits, inner groups and the root are left out; a task limit is no reason', () => {
    const busy = (usage: number) => ({
      'cpu.stat': `usage_usec ${usage}\n`,
      'p/cpu.stat': `usage_usec ${usage}\n`,
      'p/q/cpu.stat': `usage_usec ${usage}\n`,
      'idle/cpu.stat': 'usage_usec 1\n',
      'idle/pids.max': '4915',
      'idle/pids.current': '1',
    })
    expect([...at(busy(0), busy(5e6)).keys()]).toEqual(['/p/q'])
  })

  test('at most 200, the throttled first', () => {
    const all = (throttled: number) =>
      Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [
          [`g${i}/cpu.max`, '1000 100000'],
          [
            `g${i}/cpu.stat`,
            `usage_usec 1\nnr_periods ${throttled * 10}\nnr_throttled ${i === 250 ? throttled : 0}\nthrottled_usec 0\n`,
          ],
        ]).flat(),
      )
    const names = [...at(all(0), all(5)).keys()]
    expect(names).toHaveLength(200)
    expect(names[0]).toBe('/g250')
  })

  test('version none: says so', () => {
    const requests = cgroups.requests(
      { intervalMs: 1000, count: 5 },
      context({ cgroup: { version: 'none', path: '/' } }),
    )
    expect(requests).toMatchObject({ unavailable: 'not supported' })
  })

  test.each([
    ['/system.slice/docker-0123.scope', 'docker-0123.scope'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/editor.service', 'editor.service'],
    ['/kubepods/burstable/pod1/0123', undefined],
  ])('unit of %s', (path, unit) => expect(unitOf(path)).toBe(unit))
})

describe('pressure', () => {
  test('switched off: every metric says how to cure it', () => {
    const off =
      '==> /proc/pressure/cpu <== ENOENT\n==> /proc/pressure/memory <== ENOENT\n==> /proc/pressure/io <== EOPNOTSUPP\n'
    const reading = read(pressure, [look(off), look(off, 5000)])
    expect(reading.host).toEqual({})
    expect(Object.keys(reading.missing ?? {})).toEqual(pressure.gives)
    expect(reading.missing?.['io.pressure.full']?.unavailable).toBe('not supported')
    expect(reading.missing?.['io.pressure.full']?.cure).toContain('psi=1')
  })
})

describe('thermal', () => {
  const cpu = (n: number, socket: number, count: number) => ({
    [`/sys/devices/system/cpu/cpu${n}/thermal_throttle/core_throttle_count`]: '0',
    [`/sys/devices/system/cpu/cpu${n}/thermal_throttle/package_throttle_count`]: String(count),
    [`/sys/devices/system/cpu/cpu${n}/topology/physical_package_id`]: String(socket),
  })

  test('the CPUs of a package repeat its count: it is taken once per package', () => {
    const before = look(framed({ ...cpu(0, 0, 5), ...cpu(1, 0, 5), ...cpu(2, 1, 1) }))
    const after = look(framed({ ...cpu(0, 0, 8), ...cpu(1, 0, 8), ...cpu(2, 1, 2) }), 5000)
    expect(read(thermal, [before, after]).host).toEqual({ 'cpu.throttle_events': 4 })
  })
})

describe('filesystems', () => {
  test('a device name with spaces, a name of more bytes than columns, an overdrawn reserve, a made-up size', () => {
    const text = `Type     Inodes IUsed  1B-blocks    Used   Avail Filesystem Mounted on
zfs           -     -       1000     400     600 tank/a b   /srv/a b
ext4        100    99       1000     980     -20 /dev/sdb1  /full
nfs4          -     -          -       -       - srv:/x     /gone
squashfs      1     1       1000    1000       0 /dev/loop0 /snap/x/1
ext4        100    10       1000     100     900 /dev/sdé1  /é
`
    expect(
      read(df, [look(text)]).instances?.map(({ name, labels, values }) => [
        name,
        labels?.['device'],
        values['mount.used'],
        values['mount.inodes_used'],
      ]),
    ).toEqual([
      ['/srv/a b', 'tank/a b', 40, undefined],
      ['/full', '/dev/sdb1', 100, 99],
      ['/é', '/dev/sdé1', 10, 10],
    ])
  })
})

describe('process detail', () => {
  test('at most 30 processes, never their command line', () => {
    const { paths } = detailRequest(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(paths).toHaveLength(60)
    expect(paths.filter((path) => path.includes('cmdline') || path.includes('environ'))).toEqual([])
  })

  test('unit and group of v2 and v1; a process that ended is left out', () => {
    const text = framed({
      '/proc/7/status': 'Name:\tnginx: worker\nState:\tD (disk sleep)\nUid:\t33\t33\t33\t33\nThreads:\t4\n',
      '/proc/7/cgroup': '0::/system.slice/nginx.service\n',
      '/proc/8/status': 'Name:\tx\nState:\tR (running)\n',
      '/proc/8/cgroup': '4:memory:/docker/0123\n2:cpu,cpuacct:/docker/0123\n1:name=systemd:/docker/0123\n0::/\n',
    })
    expect([...detailsOf(look(`${text}==> /proc/9/status <== ENOENT\n`))]).toEqual([
      [
        7,
        {
          comm: 'nginx: worker',
          state: 'D',
          uid: 33,
          threads: 4,
          groups: ['/system.slice/nginx.service'],
          cgroup: '/system.slice/nginx.service',
          unit: 'nginx.service',
        },
      ],
      [8, { comm: 'x', state: 'R', groups: ['/docker/0123'], cgroup: '/docker/0123' }],
    ])
  })
})
