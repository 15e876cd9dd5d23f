// What the instruments print: every event of a real log has its fields, logs agree with what the kernel recorded, and questions are counted right.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readBpftrace } from '../src/instruments/bpftrace.ts'
import { diskNames } from '../src/instruments/disk-names.ts'
import { taskState } from '../src/instruments/event-patterns.ts'
import { histTrigger } from '../src/instruments/hist-trigger.ts'
import { powerOf, readHists } from '../src/instruments/hist-text.ts'
import { logSeconds } from '../src/instruments/log-budget.ts'
import { fieldsOf, LogEvent } from '../src/instruments/log-event.ts'
import { readLog2 } from '../src/instruments/log2-text.ts'
import { readLog } from '../src/instruments/log.ts'
import { measureHists } from '../src/instruments/measure-hists.ts'
import { measureLog } from '../src/instruments/measure-log.ts'
import { plainPeers } from '../src/instruments/peer.ts'
import { filtersOf, type Pairs } from '../src/instruments/question.ts'
import { answering } from '../src/instruments/reading.ts'
import { stapProgram } from '../src/instruments/stap-program.ts'
import { readStap } from '../src/instruments/stap-text.ts'
import { syscallNumber } from '../src/instruments/syscall-names.ts'
import { moduleName } from '../src/instruments/systemtap.ts'
import { percentile, totalOf } from '../src/model/distribution.ts'
import { isUnavailable, type Unavailable } from '../src/model/unavailable.ts'
import { context } from './support/context.ts'

const fixture = (name: string) => readFileSync(new URL(`../src/instruments/fixtures/${name}`, import.meta.url), 'utf8')
const EVENTS = [
  ...['insert', 'issue', 'complete'].map((name) => `block:block_rq_${name}`),
  ...['block_io_start', 'block_io_done', 'block_bio_queue'].map((name) => `block:${name}`),
  ...['sys_enter', 'sys_exit'].map((name) => `raw_syscalls:${name}`),
  ...['enter_futex', 'exit_futex', 'enter_fsync', 'exit_fsync'].map((name) => `syscalls:sys_${name}`),
  ...['begin', 'end'].map((name) => `lock:contention_${name}`),
  ...['queue_work', 'execute_start', 'execute_end'].map((name) => `workqueue:workqueue_${name}`),
  ...['switch', 'waking', 'migrate_task', 'process_exec', 'process_fork', 'process_exit', 'stat_runtime'].map(
    (name) => `sched:sched_${name}`,
  ),
  'skb:kfree_skb',
  'sock:inet_sock_set_state',
  'tcp:tcp_send_reset',
  'tcp:tcp_receive_reset',
  'signal:signal_generate',
  'net:net_dev_queue',
  'napi:napi_poll',
  'filemap:mm_filemap_add_to_page_cache',
  'kmem:mm_page_alloc',
]

function measured<T extends object>(value: T | Unavailable): T {
  if (isUnavailable(value)) throw new Error(value.reason)
  return value
}

describe('event logs', () => {
  const log = [...readLog('ftrace', fixture('ftrace-6.18-events.txt'), EVENTS)]
  const raw = [...readLog('ftrace', fixture('ftrace-6.18-fields.txt'), EVENTS)]
  const lines = fixture('ftrace-6.18-events.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

  test('every line of a trace is an event', () => {
    expect(log.length).toBe(lines.length)
    expect(log.length).toBeGreaterThan(100)
  })

  // The kernel prints the same records twice: as the tracepoint wants it (any kernel), and all fields by name (6.4 and later).
  test('numbers of the printed fields are those of the records', () => {
    let compared = 0
    for (const [i, event] of log.entries()) {
      const text =
        fixture('ftrace-6.18-fields.txt')
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))[i] ?? ''
      for (const [, name = '', hex, decimal] of text.matchAll(/(\w+)=(0x[0-9a-f]+) \((-?\d+)\)/g)) {
        const own = event.number(name)
        // Addresses are hashed in print; names stand for some numbers.
        if (own === undefined || /addr|work|napi|skb|^sk|now|cookie|gfp/.test(name)) continue
        expect([event.event, name, own]).toEqual([event.event, name, hex === '0xffffffff' ? -1 : Number(decimal)])
        compared++
      }
    }
    expect(compared).toBeGreaterThan(250)
    expect(raw.length).toBe(log.length)
  })

  test('both have the same times, CPUs and threads', () => {
    const who = ({ seconds, cpu, pid, comm }: LogEvent) => [seconds, cpu, pid, comm]
    expect(log.map(who)).toEqual(raw.map(who))
  })

  test('every event of the fixture has fields', () => {
    const bare = lines.filter((line, i) => {
      const text = /\d: (?:sys_\w+(?:\(| -> )|\w+: )(.*?)\)?$/.exec(line)?.[1] ?? ''
      const { event } = log[i]!
      return (
        fieldsOf(event, /^raw|contention/.test(event) ? `${text})`.replace(/^(NR \d+ = .*)\)$/, '$1') : text).size === 0
      )
    })
    expect(bare).toEqual([])
  })

  test('names with dashes, brackets, blanks and equal signs are who they are', () => {
    const odd = log.filter(({ comm }) => comm === 'a=b c-1 [0]')
    expect(odd.length).toBeGreaterThan(10)
    const gone = odd.find(({ event }) => event === 'sched:sched_switch')
    expect([gone?.field('prev_comm'), gone?.number('prev_pid'), gone?.number('prev_state')]).toEqual([
      'a=b c-1 [0]',
      14148,
      32,
    ])
    expect(odd.find(({ event }) => event === 'sched:sched_process_exit')?.number('pid')).toBe(14148)
  })

  test('perf prints the same events', () => {
    const found = [...readLog('perf', fixture('perf-6.1-events.txt'), EVENTS)]
    expect(found.length).toBe(fixture('perf-6.1-events.txt').split('\n').filter(Boolean).length)
    const issue = found.find(({ event }) => event === 'block:block_rq_issue')
    expect(['dev', 'rwbs', 'bytes', 'sector', 'nr_sector', 'comm'].map((name) => issue?.field(name))).toEqual([
      '254,0',
      'RA',
      '4096',
      '37936288',
      '8',
      'sh',
    ])
    const late = found.find((one) => one.event === 'syscalls:sys_exit_futex' && one.number('ret') !== 0)
    expect([late?.number('ret'), late?.process]).toEqual([-110, 11077])
    expect(found.filter(({ comm }) => comm === 'a=b c-1 [0]').length).toBe(8)
  })

  test('LTTng has other names and numbers for the same', () => {
    const found = [...readLog('lttng', fixture('lttng-2.13-events.txt'), EVENTS)]
    expect(found.length).toBe(24)
    const [issue, complete] = found
    expect(['dev', 'sector', 'bytes', 'rwbs', 'comm', '@comm'].map((name) => issue?.field(name))).toEqual([
      '266338304',
      '263424',
      '131072',
      'WS',
      'dd',
      'dd',
    ])
    expect([complete?.event, complete?.pid, complete?.number('error')]).toEqual(['block:block_rq_complete', 0, 0])
    expect((complete?.seconds ?? 0) - (issue?.seconds ?? 0)).toBeCloseTo(0.001031817, 6)
    expect(new Set(found.map((one) => one.field('rwbs')))).toEqual(new Set(['WS', 'WSM', 'FF', undefined]))
    const calls: Pairs = {
      kind: 'pairs',
      start: [{ event: 'syscalls:sys_enter_fsync', key: ['@pid'] }],
      end: [{ event: 'syscalls:sys_exit_fsync', key: ['@pid'] }],
      labels: { comm: { field: '@comm' } },
    }
    expect(measureLog(found, calls).rows).toMatchObject([{ labels: { comm: 'dd' }, count: 2 }])
  })

  test('LTTng names system calls; who asks for all of them gets one event', () => {
    const text = `[1.5] (+?.?????????) host syscall_exit_openat: { cpu_id = 1 }, { pid = 7, tid = 9, procname = "dd" }, { ret = -21 }\n`
    const [event] = [...readLog('lttng', text, ['raw_syscalls:sys_exit'])]
    expect([event?.event, event?.field('id'), event?.number('ret')]).toEqual(['raw_syscalls:sys_exit', 'openat', -21])
    expect([event?.pid, event?.field('@process'), event?.comm]).toEqual([9, '7', 'dd'])
  })

  test('states of tasks', () => {
    expect(['R', 'R+', 'S', 'D', 'D|K', 'I', '256', '?'].map(taskState)).toEqual([
      0,
      256,
      1,
      2,
      258,
      128,
      256,
      undefined,
    ])
  })

  test('block events of older kernels', () => {
    const old = new LogEvent(1, 0, 7, 'dd', 'block:block_rq_issue', '254,0 WS 4096 () 1234 + 8 [dd]')
    expect([old.number('sector'), old.number('bytes'), old.field('comm')]).toEqual([1234, 4096, 'dd'])
    const done = new LogEvent(1, 0, 7, 'dd', 'block:block_rq_complete', '254,0 WS () 1234 + 8 [-5]')
    expect([done.field('dev'), done.number('error')]).toEqual(['254,0', -5])
  })
})

describe('questions', () => {
  const question: Pairs = {
    kind: 'pairs',
    start: [
      {
        event: 'block:block_rq_issue',
        key: ['dev', 'sector'],
        when: [
          ['nr_sector', '>', 0],
          ['rwbs', '~', '*W*'],
        ],
      },
      { event: 'block:block_rq_insert', key: ['dev', 'sector'] },
    ],
    end: [{ event: 'block:block_rq_complete', key: ['dev', 'sector'] }],
    labels: { device: { field: 'dev' }, comm: { field: 'comm', at: 'start' } },
    parts: ['device'],
    bytes: 'bytes',
  }
  const event = (seconds: number, name: string, text: string) =>
    new LogEvent(seconds, 0, 1, 'x', `block:block_rq_${name}`, text)

  test('filters are those of all points of a tracepoint', () => {
    expect([...filtersOf(question)]).toEqual([
      ['block:block_rq_issue', '(nr_sector > 0 && rwbs ~ "*W*")'],
      ['block:block_rq_insert', undefined],
      ['block:block_rq_complete', undefined],
    ])
  })

  test('time from the last start to its end; what has no start, or no end, is left out', () => {
    const found = measureLog(
      [
        event(1, 'complete', '8,0 W () 16 + 8 [0]'),
        event(2, 'insert', '8,0 R 4096 () 24 + 8 [cat]'),
        event(2.5, 'issue', '8,0 R 4096 () 24 + 8 [cat]'),
        event(3, 'issue', '8,0 W 8192 () 16 + 16 [dd]'),
        event(3.5, 'issue', '8,16 W 8192 () 16 + 16 [dd]'),
        event(3.004, 'complete', '8,0 W () 16 + 16 [0]'),
        event(4, 'complete', '8,0 R () 24 + 8 [0]'),
      ],
      question,
    )
    expect(found.rows?.map(({ labels, count, bytes }) => [labels['comm'], count, bytes])).toEqual([
      ['dd', 1, 8192],
      ['cat', 1, 4096],
    ])
    expect(found.rows?.[1]?.seconds).toBeCloseTo(2, 9)
    expect(found.parts?.map(({ labels, distribution }) => [labels['device'], totalOf(distribution)])).toEqual([
      ['8,0', 2],
    ])
  })

  test('only one process: its threads as perf knows them', () => {
    const run = (seconds: number, pid: number, process: number, next: number) =>
      new LogEvent(
        seconds,
        0,
        pid,
        'x',
        'sched:sched_switch',
        `prev_comm=x prev_pid=${pid} prev_prio=120 prev_state=R ==> next_comm=y next_pid=${next} next_prio=120`,
        process,
      )
    const queue: Pairs = {
      kind: 'pairs',
      start: [{ event: 'sched:sched_switch', key: ['prev_pid'] }],
      end: [{ event: 'sched:sched_switch', key: ['next_pid'] }],
      labels: { pid: { field: 'next_pid' } },
    }
    const log = [run(1, 11, 10, 20), run(2, 20, 20, 10), run(3, 10, 10, 11), run(4, 11, 10, 20)]
    expect(measureLog(log, queue, 10).rows).toEqual([{ labels: { pid: '11' }, count: 1, seconds: 2 }])
    expect(measureLog(log, queue).rows?.length).toBe(2)
  })

  test('counts with what they carry', () => {
    const found = measureLog(
      [event(1, 'issue', '8,0 W 8192 () 16 + 16 [dd]'), event(2, 'issue', '8,0 W 4096 () 32 + 8 [dd]')],
      {
        kind: 'counts',
        of: [{ event: 'block:block_rq_issue', when: [['rwbs', '==', 'W']] }],
        labels: { comm: { field: 'comm' } },
        bytes: { field: 'bytes', unit: 1 },
        histogram: { field: 'nr_sector', unit: 512 },
      },
    )
    expect(found.rows).toEqual([{ labels: { comm: 'dd' }, count: 2, bytes: 12288 }])
    expect(found.histogram?.buckets.map(({ low, count }) => [low, count])).toEqual([
      [4096, 1],
      [8192, 1],
    ])
  })

  test('one row for each instance, however it is split', () => {
    const read = answering('block.latency', { by: [{ domain: 'process', metric: 'm', value: 'seconds', name: 'pid' }] })
    const reading = read({
      rows: [
        { labels: { pid: '7', op: 'R' }, count: 1, seconds: 0.1 },
        { labels: { pid: '7', op: 'W' }, count: 1, seconds: 0.2 },
      ],
    })
    expect(reading.instances).toEqual([
      { domain: 'process', name: '7', labels: { pid: '7', op: 'R' }, values: { m: 0.3 } },
    ])
  })

  test('a log is as long as its events allow', () => {
    const plan = { seconds: 5, cpus: 2, context: context() }
    expect(
      [undefined, 1000, 80_000, 10_000_000].map((rate) => logSeconds(rate === undefined ? plan : { ...plan, rate })),
    ).toEqual([5, 5, 1, 0.2])
  })
})

describe('what tools print', () => {
  test('histograms with names above them, in milliseconds', () => {
    const table = 'msecs : count    distribution\n 0 -> 1 : 2 |****|\n 2 -> 3 : 0 | |\n 4 -> 7 : 9 |*|\n'
    const found = measured(readLog2(`disk = vda\n     ${table}\nflags = Read\n  ${table}`))
    expect(found.parts?.map(({ labels }) => labels)).toEqual([{ disk: 'vda' }, { flags: 'Read' }])
    expect(found.histogram?.buckets).toEqual([
      { low: 0, high: 0.002, count: 4 },
      { low: 0.004, high: 0.008, count: 18 },
    ])
    expect(isUnavailable(readLog2('     parsecs : count distribution\n 0 -> 1 : 2 |*|\n'))).toBe(true)
  })

  test('bpftrace: keys with a comma in the name, sums and counts in one row, nothing counted, nothing attached', () => {
    const maps = {
      histogram: { map: '@l', unit: 1e-6 },
      rows: {
        labels: ['pid', 'comm'],
        of: [
          { map: '@n', is: 'count' as const },
          { map: '@us', is: 'seconds' as const, unit: 1e-6 },
        ],
      },
    }
    const attached = '{"type": "attached_probes", "data": {"probes": 3}}\n'
    const text = `${attached}{"type": "map", "data": {"@n": {"7,a, b": 2}}}\n{"type": "map", "data": {"@us": {"7,a, b": 1500000}}}\n`
    expect(measured(readBpftrace(text, maps)).rows).toEqual([
      { labels: { pid: '7', comm: 'a, b' }, count: 2, seconds: 1.5 },
    ])
    expect(measured(readBpftrace(attached, maps)).histogram?.buckets).toEqual([])
    expect(isUnavailable(readBpftrace('', maps))).toBe(true)
    expect(
      isUnavailable(
        readBpftrace(`${attached}{"type": "hist", "data": {"@l": [{"min": 1, "max": "x", "count": 2}]}}`, maps),
      ),
    ).toBe(true)
  })

  test('hist triggers: a power of two is the upper end', () => {
    expect([0, 1, 3].map((k) => powerOf(`~ 2^${k}`))).toEqual([
      { low: 0, high: 2 },
      { low: 2, high: 3 },
      { low: 5, high: 9 },
    ])
    const text =
      '# event histogram\n#\n# trigger info: hist:keys=comm,pid:vals=hitcount,lat:size=2048 [active]\n#\n\n{ comm: a, pid: x } b   , pid:    7 } hitcount:  2  lat:  9\n{ comm: c               , pid:    8 } hitcount:  1  lat:  4\n\nTotals:\n    Dropped: 3\n'
    const [hist] = readHists(text)
    expect(hist?.dropped).toBe(3)
    // A name that imitates the next key: its own row is spoilt, nobody else's.
    expect(hist?.entries.map(({ keys, values }) => [...keys.values(), ...values.values()])).toEqual([
      ['a', 'x } b   , pid:    7', 2, 9],
      ['c', '8', 1, 4],
    ])
    expect(readHists(text.slice(0, -15))).toEqual([])
  })

  test('hist triggers: ends whose start nobody saw are counted', () => {
    const question: Pairs = {
      kind: 'pairs',
      start: [{ event: 'sock:inet_sock_set_state', key: ['skaddr'] }],
      end: [{ event: '{id}:accepted', key: ['sk'] }],
    }
    const told: (number | undefined)[] = []
    const { acts, read } = histTrigger({
      question,
      pidAt: 'end',
      unmatched: 'earlier',
      read: ({ numbers }) => {
        told.push(numbers?.['earlier'])
        return {}
      },
    })
    const plan = { seconds: 2, cpus: 2, pid: 42, context: context({}) }
    const [act] = acts(plan, '')
    expect(act?.kind === 'ftrace' && act.write.map(([, text]) => text.includes('common_pid == 42'))).toEqual([
      false,
      false,
      true,
    ])
    const text = readFileSync('src/probes/accept_queue/fixtures/kprobe-6.1-late.txt', 'utf8')
    // Of 40 in the last of its histograms.
    const more = text.replace(/Hits: 40(?=[^]{1,40}Entries: 14)/, 'Hits: 43')
    for (const one of [text, more])
      read(
        [
          {
            id: '1',
            source: 't',
            tier: 'trace',
            at: '',
            atMs: 0,
            elapsedMs: 1,
            outcome: 'ok',
            bytes: 1,
            cpuMs: 0,
            text: one,
          },
        ] as never,
        plan,
      )
    expect(told).toEqual([0, 3])
  })

  test('hist triggers of the lab: parts add up, rows carry sums', () => {
    const soft = measured(
      measureHists(fixture('hist-6.1-softirq.txt'), {
        kind: 'pairs',
        start: [],
        end: [],
        labels: { vec: { field: 'vec', names: { 1: 'TIMER' } } },
        parts: ['vec'],
      }),
    )
    const hits = Number(/Hits: (\d+)/.exec(fixture('hist-6.1-softirq.txt'))?.[1])
    expect(soft.histogram && totalOf(soft.histogram)).toBe(hits)
    expect(soft.parts?.map(({ labels }) => labels['vec']).toSorted()).toEqual(['7', '9', 'TIMER'])
    expect(soft.rows?.map(({ labels }) => labels['vec'])).toContain('TIMER')
    const sizes = measured(
      measureHists(fixture('hist-6.1-sizes.txt'), {
        kind: 'counts',
        of: [],
        labels: { comm: { field: 'comm' } },
        bytes: { field: 'bytes', unit: 1 },
        histogram: { field: 'bytes', unit: 1 },
      }),
    )
    expect(sizes.rows?.find(({ labels }) => labels['comm'] === 'dd')).toEqual({
      labels: { comm: 'dd' },
      count: 14,
      bytes: 1835008,
    })
    expect(sizes.histogram?.buckets.map(({ low, high }) => [low, high])).toEqual([
      [2049, 4097],
      [16385, 32769],
      [65537, 131073],
    ])
  })

  test('SystemTap: a question is a script that takes arguments of tracepoints', () => {
    const disks = stapProgram({
      kind: 'pairs',
      start: [{ event: 'block:block_rq_issue', key: ['dev', 'sector'], when: [['bytes', '>', 0]] }],
      end: [{ event: 'block:block_rq_complete', key: ['dev', 'sector'] }],
      labels: { op: { field: 'rwbs', at: 'start' }, comm: { field: 'comm', at: 'start' } },
      parts: ['op'],
    })
    expect(disks).toContain(
      'if (bytes > 0 && (target == 0 || pid() == target)) {\n    at[dev, sector] = gettimeofday_us()',
    )
    expect(disks).toContain('start_op[dev, sector] = rwbs($rq->cmd_flags)')
    expect(disks).toContain('shape[start_op[dev, sector]] <<< us')
    expect(disks).toContain('function rwbs:string')
    // A name may hold a tab: only the last is printed as it is.
    expect(disks).toContain('str_replace(l_op, "\\t", "?"), l_comm)')
    // The end first: one event may be both.
    const queue = stapProgram({
      kind: 'pairs',
      start: [
        { event: 'sched:sched_switch', key: ['prev_pid'], when: [['prev_state', '==', 0]] },
        { event: 'sched:sched_switch', key: ['prev_pid'], when: [['prev_state', '&', 256]] },
      ],
      end: [{ event: 'sched:sched_switch', key: ['next_pid'], when: [['next_pid', '!=', 0]] }],
    })
    expect(queue.match(/probe kernel/g)).toHaveLength(1)
    expect(queue.indexOf('since = next_pid != 0 ? at[next_pid] : 0')).toBeLessThan(queue.indexOf('at[prev_pid] ='))
    expect(queue).toContain(
      'if ((prev_state == 0 || (prev_state & 256) != 0) && (target == 0 || prev_pid == target)) {',
    )
  })

  test('SystemTap: system calls are numbers of the machine; what it has no word for is a mistake', () => {
    const calls = (event: string, field: string) =>
      stapProgram({
        kind: 'counts',
        of: [{ event, when: [[field, '==', 1]] }],
        labels: { comm: { field: '@comm' } },
      })
    const futex = calls('syscalls:sys_enter_futex', 'op')
    expect(futex).toContain('probe kernel.trace("sys_enter")')
    expect(futex).toContain(
      'if (id == %( arch == "x86_64" %? 202 %: %( arch == "arm64" %? 98 %: -1 %) %) && op == 1 && (target == 0',
    )
    expect(futex).toContain('rows[execname()] <<< 1')
    expect(() => calls('syscalls:sys_enter_futex', 'uaddr')).toThrow('no expression of SystemTap for uaddr')
    expect(syscallNumber('x86_64', 'futex')).toBe(202)
    expect(['read', 'clone3', 'open'].map((name) => syscallNumber('aarch64', name))).toEqual([63, 435, -1])
  })

  test('SystemTap: what the tracepoint does not print is looked up in the packet', () => {
    const pieces = stapProgram({
      kind: 'counts',
      of: [{ event: 'net:netif_receive_skb', when: [['piece', '!=', 0]] }],
      labels: { peer: { field: 'sender' }, interface: { field: 'interface' }, piece: { field: 'piece' } },
    })
    // Once for each packet; the sender, a text, only of pieces.
    expect(pieces.match(/packet_piece\(\$skb/g)).toHaveLength(1)
    expect(pieces).toContain('if (piece != 0 && (target == 0')
    expect(pieces).toContain('rows[packet_sender($skb->data), kernel_string($skb->dev->name), piece] <<< 1')
    expect(pieces).not.toContain('rwbs')
  })

  test('addresses in full are written as people do', () => {
    const rows = [
      'fe80:0000:0000:0000:0000:0000:0000:0001',
      '0000:0000:0000:0000:0000:0000:0000:0001',
      '::ffff:10.0.0.7',
    ].map((peer) => ({ labels: { peer }, count: 1 }))
    const { answers } = plainPeers(answering('network.fragments_by'))({ rows })
    const told = answers?.['network.fragments_by']
    expect(told?.kind === 'tally' && told.rows.map(({ labels }) => labels['peer'])).toEqual([
      'fe80::1',
      '::1',
      '10.0.0.7',
    ])
  })

  test('SystemTap: only a whole answer is one', () => {
    const text = 'begin\nvalue |----- count\n    4 |@@   2\n    8 |     0\n   ~\nrow\t2\t9\t7\ta\tb\nend\n'
    const found = measured(readStap(text, { unit: 1e-6, labels: ['pid', 'comm'], sum: { is: 'seconds', unit: 1e-6 } }))
    expect(found.histogram?.buckets).toEqual([{ low: 0.000004, high: 0.000008, count: 2 }])
    expect(found.rows).toEqual([{ labels: { pid: '7', comm: 'a\tb' }, count: 2, seconds: 0.000009 }])
    expect(isUnavailable(readStap(text.replace('end\n', ''), { unit: 1e-6 }))).toBe(true)
  })

  test('modules have the name of their text; disks the name of their number', () => {
    expect(moduleName('a')).not.toBe(moduleName('b'))
    expect(moduleName('probe begin {}')).toMatch(/^tracebook_[0-9a-f]{8}$/)
    const name = diskNames(' 254       0 vda 15232 203\n   8      17 sdb1 1 2\n')
    expect(['254,0', String(254 * 2 ** 20), '8,17', '9,9'].map(name)).toEqual(['vda', 'vda', 'sdb1', '9,9'])
  })

  test('the middle of a distribution of the lab', () => {
    const found = measured(readLog2('usecs : count distribution\n 0 -> 1 : 1 |*|\n 4096 -> 8191 : 9 |*|\n'))
    expect(found.histogram && percentile(found.histogram, 0.5)?.low).toBeCloseTo(0.004096)
  })
})
