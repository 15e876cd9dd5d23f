// Rates and rules of the sources below the kernel's surface, on inputs made for the test: what a single published read cannot show.
import { expect, test } from 'vitest'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { frame } from '../src/parse/files.ts'
import { source as gpu } from '../src/tools/sys_gpu/index.ts'
import { source as busLinks } from '../src/tools/bus_links/index.ts'
import { source as cpupower } from '../src/tools/cpupower/index.ts'
import { source as cpufreq } from '../src/tools/cpufreq/index.ts'
import { source as edac } from '../src/tools/edac/index.ts'
import { source as interrupts } from '../src/tools/proc_interrupts/index.ts'
import { source as lockStat } from '../src/tools/proc_lock_stat/index.ts'
import { source as nodes } from '../src/tools/sys_nodes/index.ts'
import { source as numastat } from '../src/tools/numastat/index.ts'
import { source as nvidia } from '../src/tools/nvidia_smi/index.ts'
import { source as uncore } from '../src/tools/perf_uncore/index.ts'
import { source as perf } from '../src/tools/perf_stat/index.ts'
import { source as rdmsr } from '../src/tools/rdmsr/index.ts'
import { source as schedstat } from '../src/tools/proc_schedstat/index.ts'
import { source as thp } from '../src/tools/proc_thp/index.ts'
import { source as tiptop } from '../src/tools/tiptop/index.ts'
import { source as turbostat } from '../src/tools/turbostat/index.ts'
import { source as zones } from '../src/tools/proc_zones/index.ts'
import { source as zram } from '../src/tools/zram/index.ts'
import { context } from './support/context.ts'
import { observe } from './support/looks.ts'

const window = { intervalMs: 1000, count: 2 }

function read(source: Source, texts: readonly string[], parts = {}): Reading {
  const host = context(parts)
  const reading = source.parse(observe(source, texts, window, host), { window, context: host })
  if (isUnavailable(reading)) throw new Error(reading.reason)
  return reading
}

test('waiting is told against running, over all CPUs', () => {
  const look = (run: number, waited: number, slices: number) =>
    frame('/proc/schedstat', `version 15\ncpu0 1 0 2 3 4 5 ${run} ${waited} ${slices}\ncpu1 1 0 2 3 4 5 0 0 0\n`)
  const { host } = read(schedstat, [look(1e9, 1e9, 100), look(3e9, 5e9, 300)])
  expect(host).toEqual({ 'sched.run_delay': 200, 'sched.delay_per_slice': 0.02 })
})

test('a version of schedstat whose columns are not known is not read', () => {
  const text = frame('/proc/schedstat', 'version 99\ncpu0 1 0 2 3 4 5 6 7 8\n')
  expect(() => read(schedstat, [text, text])).toThrow(/version/)
})

test('misses and remote pages of two nodes, from the tool and from the files', () => {
  const tool = (hit: number, miss: number, other: number) =>
    `                 node0  node1\nnuma_hit  ${hit} 0\nnuma_miss ${miss} 0\nlocal_node ${hit} 0\nother_node ${other} 0\n`
  const file = (hit: number, miss: number, other: number) =>
    [0, 1]
      .map((node) =>
        frame(
          `/sys/devices/system/node/node${node}/numastat`,
          node === 0
            ? `numa_hit ${hit}\nnuma_miss ${miss}\nlocal_node ${hit}\nother_node ${other}\n`
            : 'numa_hit 0\nnuma_miss 0\nlocal_node 0\nother_node 0\n',
        ),
      )
      .join('')
  const expected = { 'numa.nodes': 2, 'numa.allocations': 500, 'numa.miss': 10, 'numa.remote': 20 }
  expect(read(numastat, [tool(0, 0, 0), tool(1000, 100, 250)]).host).toEqual(expected)
  expect(read(nodes, [file(0, 0, 0), file(500, 50, 125), file(1000, 100, 250)]).host).toEqual(expected)
})

test('a table of many nodes that numastat broke into two is one table', () => {
  const part = (node: string, hit: number) =>
    `        ${node}\nnuma_hit ${hit}\nnuma_miss 0\nlocal_node 0\nother_node ${hit}\n\n`
  const { host } = read(numastat, [part('node0', 0) + part('node1', 0), part('node0', 10) + part('node1', 20)])
  expect(host).toMatchObject({ 'numa.nodes': 2, 'numa.allocations': 15, 'numa.remote': 100 })
})

test('the fullest node counts its page cache as room, and a node without memory counts not at all', () => {
  const meminfo = (node: number, total: number, free: number, cache: number) =>
    frame(
      `/sys/devices/system/node/node${node}/meminfo`,
      `Node ${node} MemTotal: ${total} kB\nNode ${node} MemFree: ${free} kB\nNode ${node} Active(file): ${cache} kB\nNode ${node} Inactive(file): 0 kB\n`,
    )
  const text = meminfo(0, 1000, 20, 30) + meminfo(1, 1000, 700, 0) + meminfo(2, 0, 0, 0)
  const { host } = read(nodes, [text, text, text])
  expect(host).toMatchObject({ 'numa.least_free': [5, 5, 5], 'numa.most_free': [70, 70, 70] })
})

test('an interrupt line that came meanwhile, and a CPU that went, are left out', () => {
  const before = frame(
    '/proc/interrupts',
    '           CPU0       CPU1\n 10:    100    100  PCI-MSI 1-edge      eth0-rx-0\n',
  )
  const after = frame(
    '/proc/interrupts',
    '           CPU0\n 10:    300  PCI-MSI 1-edge      eth0-rx-0\n 11:  900000  PCI-MSI 2-edge      new\n',
  )
  expect(read(interrupts, [before, after]).host).toMatchObject({
    'interrupt.device': 100,
    'interrupt.busiest': '10 eth0-rx-0',
    'interrupt.busiest_cpu': 'CPU0',
    'interrupt.busiest_share': 100,
  })
})

test('machine checks are counted over all CPUs', () => {
  const look = (count: number) =>
    frame('/proc/interrupts', `      CPU0   CPU1\nMCE:  0  ${count}   Machine check exceptions\nERR:  0\n`)
  expect(read(interrupts, [look(1), look(3)]).host).toMatchObject({
    'interrupt.machine_check': 2,
    'interrupt.spurious': 0,
  })
})

test('huge pages are 2 MiB, whatever the size of a page', () => {
  const text = frame('/proc/buddyinfo', 'Node 0, zone   Normal      0      0      0      0      0      1      0\n')
  expect(read(zones, [text], { pageSize: 65_536 }).host).toMatchObject({ 'zone.large_free': [2 * 1024 ** 2] })
  expect(read(zones, [text]).host).toMatchObject({ 'zone.large_free': [0], 'zone.fragmentation': [100] })
})

test('the tightest zone stands for all, and zones without memory for none', () => {
  const zone = (name: string, free: number, managed: number) =>
    `Node 0, zone ${name}\n  pages free     ${free}\n        min      100\n        low      125\n        managed  ${managed}\n`
  const text = frame('/proc/zoneinfo', zone('DMA32', 5000, 9000) + zone('Normal', 50, 9000) + zone('Movable', 0, 0))
  expect(read(zones, [text]).host).toEqual({ 'zone.margin': [50], 'zone.low_margin': [40] })
})

test('faults that fell back to small pages', () => {
  const look = (got: number, missed: number) =>
    frame('/proc/vmstat', `pgfault 9\nthp_fault_alloc ${got}\nthp_fault_fallback ${missed}\n`)
  expect(read(thp, [look(10, 10), look(20, 100)]).host).toMatchObject({
    'thp.faults': 5,
    'thp.fallbacks': 45,
    'thp.fallback_share': 90,
  })
})

test('zswap counts pages', () => {
  const look = (pages: number) =>
    frame('/proc/vmstat', `pgfault 9\nzswpin 0\nzswpout ${pages}\nzswpwb 0\n`) +
    frame('/proc/meminfo', 'MemTotal: 100 kB\nZswap: 10 kB\nZswapped: 30 kB\n')
  expect(read(zram, [look(0), look(100)]).host).toMatchObject({ 'zswap.out': 204_800, 'zswap.stored': 30_720 })
})

test('locks: the growth of both ends, and the class that grew most', () => {
  const look = (a: number, b: number) =>
    frame(
      '/proc/lock_stat',
      `lock_stat version 0.4\n class name con-bounces contentions waittime-total\n  &mm->mmap_lock-W: 1 ${a} ${a * 1000}.00\n  &rq->__lock: 1 ${b} ${b}.00\n`,
    )
  expect(read(lockStat, [look(0, 0), look(1000, 400)]).host).toEqual({
    'kernel_lock.contentions': 700,
    'kernel_lock.wait': 0.5002,
    'kernel_lock.worst': '&mm->mmap_lock-W',
  })
})

test('corrected errors in the first hour are not told as twenty-four times as many a day', () => {
  const mc = '/sys/devices/system/edac/mc/mc0'
  const look = (errors: number) =>
    frame(`${mc}/ce_count`, `${errors}`) + frame(`${mc}/ue_count`, '0') + frame(`${mc}/seconds_since_reset`, '3600')
  expect(read(edac, [look(1), look(3)]).host).toEqual({
    'hardware.corrected': 2,
    'hardware.corrected_daily': 3,
    'hardware.uncorrected': 0,
    'hardware.error_controller': 'mc0',
  })
})

test('the clock is that of the fastest CPU against its base, which firmware may tell in MHz', () => {
  const cpu = '/sys/devices/system/cpu'
  const policy = (n: number, khz: number) =>
    frame(`${cpu}/cpufreq/policy${n}/scaling_cur_freq`, `${khz}`) +
    frame(`${cpu}/cpufreq/policy${n}/scaling_governor`, 'schedutil') +
    frame(`${cpu}/cpu${n}/acpi_cppc/nominal_freq`, '2000')
  const look = policy(0, 800_000) + policy(1, 3_000_000) + frame(`${cpu}/cpufreq/boost`, '1')
  expect(read(cpufreq, [look, look, look]).host).toEqual({
    'cpu.clock': [150, 150, 150],
    'cpu.governor': 'schedutil',
    'cpu.boost': 1,
  })
})

test('counters of both kinds of cores are added', () => {
  const { host } = read(perf, [
    '100,,cpu_core/cycles/,1,100.00,,\n100,,cpu_atom/cycles/,1,100.00,,\n300,,instructions:u,1,1,,\n',
  ])
  expect(host).toEqual({ 'cpu.ipc': 1.5 })
})

test('reasons of a GPU that are harmless (idle, power cap, settings) are not throttling', () => {
  const look = (bits: string) => `index, clocks_event_reasons.active\n0, ${bits}\n1, 0x0000000000000001\n`
  expect(read(nvidia, [look('0x0000000000000048'), look('0x0000000000000004')]).host).toMatchObject({
    'gpu.throttled': [1, 0],
    'gpu.power_capped': [0, 1],
  })
})

test('what would load a kernel module is run only where it cannot', () => {
  const able = context()
  const unable = context({ privileges: { ...able.privileges, capabilities: '000001fffffeffff' } })
  for (const source of [turbostat, cpupower]) {
    expect(isUnavailable(source.requests(window, able)), source.id).toBe(true)
    expect(isUnavailable(source.requests(window, unable)), source.id).toBe(false)
  }
})

test('a GPU that does not tell is unknown; so is none at all, or one that a hypervisor pretends', () => {
  const look = (vendor: string) =>
    frame('/proc/version', 'Linux version 6.1.0\n') + frame('/sys/class/drm/card0/device/vendor', vendor)
  const why = (text: string) => read(gpu, [text, text, text]).missing?.['gpu.busy']?.unavailable
  expect(why(look('0x8086'))).toBe('not supported')
  expect(why(look('0x1af4'))).toBe('not supported')
  expect(why(frame('/proc/version', 'Linux version 6.1.0\n'))).toBe('not supported')
  expect(why(frame('/proc/driver/nvidia/version', 'NVRM version: 580\n'))).toBe('not measured')
})

test('registers: the clock is the growth of all CPUs together, whatever their order, and with or without their names', () => {
  const host = context({ modules: ['msr'] })
  const of = (register: string, text: string) => ({ argv: ['rdmsr', '-a', register], text })
  const read = (looks: readonly { readonly argv: readonly string[]; readonly text: string }[]) =>
    rdmsr.parse(
      observe(
        rdmsr,
        looks.map(({ text }) => text),
        window,
        host,
        looks,
      ),
      { window, context: host },
    ) as Reading
  const reading = read([
    of('0xe7', 'CPU 1: 3e8\nCPU 0: ffffffff0000\n'),
    of('0xe8', 'CPU 1: 3e8\nCPU 0: 0\n'),
    of('0xe7', 'ffffffff03e8\n7d0\n'),
    of('0xe8', '1f4\n5dc\n'),
  ])
  expect(reading.host).toEqual({ 'cpu.clock': [50] })
  const wrapped = read([of('0xe7', '3e8\n'), of('0xe8', '3e8\n'), of('0xe7', '0\n'), of('0xe8', '0\n')])
  expect(wrapped.host).toEqual({})
  const early = read([
    of('0x19c', '88050002\n'),
    of('0x1b1', '88040004\n'),
    of('0x1a2', '5640000\n'),
    of('0x19c', '88030001\n'),
  ])
  // The processor slows down 5 degrees before its target: with readings of 5 and 3 it does so now.
  expect(early.host).toEqual({ 'cpu.heat_margin': [0, -2], 'cpu.limited_now': [1, 1] })
})

test('tools that need a module, a device or counters are not started without them', () => {
  const bare = context({ modules: ['kvm'], counters: ['software', 'tracepoint'] })
  const full = context({ modules: ['msr', 'nvidia'], counters: ['cpu', 'software'] })
  for (const source of [rdmsr, nvidia, tiptop, turbostat, cpupower]) {
    expect(isUnavailable(source.requests(window, bare)), source.id).toBe(true)
    expect(isUnavailable(source.requests(window, full)), source.id).toBe(false)
  }
  const wsl = context({ modules: ['kvm'], kernel: '5.15.167.4-microsoft-standard-WSL2' })
  expect(isUnavailable(nvidia.requests(window, wsl))).toBe(false)
  expect(isUnavailable(rdmsr.requests(window, context({ modules: ['msr'], virtualization: 'kvm' })))).toBe(true)
  expect(isUnavailable(tiptop.requests(window, context({ counters: ['cpu_core', 'cpu_atom'] })))).toBe(false)
})

test('refreshes of tiptop are put together; impossible lines and shares are left out', () => {
  const head = '  PID [ %CPU] %SYS    P   Mcycle   Minstr   IPC  %MISS  %BMIS  %BUS COMMAND\n'
  const { instances } = read(tiptop, [
    `${head} 77+ 99.0 0.0 0 100.00 40.00 0.40 1.00 0.0 0.0 a b\n${head} 77+ 99.0 0.0 0 300.00 120.00 0.40 3.00 0.0 0.0 a b\n` +
      ' 78 1.0 0.0 0 10.00 18446744073674.99 9.0 0.0 0.0 0.0 c\n',
  ])
  expect(instances).toEqual([
    {
      domain: 'process',
      name: '77',
      labels: { pid: '77', comm: 'a b' },
      values: { 'process.ipc': 0.4, 'process.cache_misses': 2.5 },
    },
  ])
})

test('a link carries what its lanes do after coding; sleeping and pretended links are not told', () => {
  const link = (folder: string, speed: string, width: string) =>
    frame(`${folder}current_link_speed`, speed) + frame(`${folder}current_link_width`, width)
  const { instances } = read(busLinks, [
    link('/sys/block/nvme0n1/device/device/', '16.0 GT/s PCIe', '4') +
      link('/sys/block/nvme1n1/device/device/', '8.0 GT/s PCIe', '0') +
      link('/sys/class/net/eth0/device/', '5.0 GT/s PCIe', '8') +
      link('/sys/class/net/eth1/device/', '8.0 GT/s PCIe', '255'),
  ])
  expect(instances?.map(({ domain, name }) => `${domain} ${name}`)).toEqual(['disk nvme0n1', 'interface eth0'])
  expect(instances?.[0]?.values['disk.bus_rate']).toBeCloseTo(7.877e9, -7)
  expect(instances?.[1]?.values).toEqual({ 'interface.bus_rate': 4e9 })
  expect(isUnavailable(busLinks.requests(window, context({ virtualization: 'kvm' })))).toBe(true)
})

test('memory traffic: one kind of event, the busiest channel of each socket, and nothing where a controller was not counted', () => {
  const argvOf = (counters: readonly string[]) => {
    const requests = uncore.requests(window, context({ counters }))
    return isUnavailable(requests)
      ? requests.unavailable
      : requests.flatMap((one) => (one.kind === 'run' ? one.argv : []))
  }
  expect(argvOf(['cpu', 'uncore_imc_0', 'uncore_imc_1', 'uncore_imc_free_running_0'])).toContain(
    'uncore_imc_0/cas_count_read/,uncore_imc_0/cas_count_write/,uncore_imc_1/cas_count_read/,uncore_imc_1/cas_count_write/',
  )
  expect(argvOf(['cpu', 'uncore_imc'])).toContain('uncore_imc/data_reads/,uncore_imc/data_writes/')
  expect(argvOf(['cpu', 'amd_df'])).toBe('not supported')
  const line = (count: string, event: string) => `${count},MiB,${event},100,100.00,,\n`
  const host = context({
    counters: ['uncore_imc_0'],
    cpus: { online: 8, model: 'x86-64', threadsPerCore: 1, sockets: 2 },
  })
  const parse = (text: string) => uncore.parse(observe(uncore, [text], window, host), { window, context: host })
  const counted =
    line('100', 'uncore_imc_0/cas_count_read/') +
    line('20', 'uncore_imc_0/cas_count_write/') +
    line('8', 'uncore_imc_1/cas_count_read/')
  expect(parse(counted)).toMatchObject({
    host: { 'interconnect.memory_traffic': 64 * 1024 ** 2, 'interconnect.busiest_channel': 30 * 1024 ** 2 },
  })
  expect(parse(counted + line('<not counted>', 'uncore_imc_1/cas_count_write/'))).toMatchObject({
    unavailable: 'not permitted',
  })
})
