// The network sources beyond their fixtures: resets, counters that come and go, addresses, shared ports; tool and twin agree.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Instance } from '../src/model/metric.ts'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable, type Unavailable } from '../src/model/unavailable.ts'
import { isCount, isObject, parseJson } from '../src/parse/json.ts'
import { source as ip } from '../src/tools/ip/index.ts'
import { source as nstat } from '../src/tools/nstat/index.ts'
import { source as procConntrack } from '../src/tools/proc_conntrack/index.ts'
import { source as procNetSnmp } from '../src/tools/proc_net_snmp/index.ts'
import { source as procNetSoftnet } from '../src/tools/proc_net_softnet/index.ts'
import { address } from '../src/tools/proc_net_tcp/address.ts'
import { source as procNetTcp } from '../src/tools/proc_net_tcp/index.ts'
import { source as ss } from '../src/tools/ss/index.ts'
import { source as sysClassNet } from '../src/tools/sys_class_net/index.ts'
import { context } from './support/context.ts'
import { numbers } from './support/fixtures.ts'
import { observe } from './support/looks.ts'

const window = { intervalMs: 1000, count: 5 }
const runs = { numRuns: 100, seed: 1 }

function fixture(source: Source, name: string): [string, string] {
  const at = (look: number) =>
    readFileSync(new URL(`../src/tools/${source.id}/fixtures/${name}.${look}.txt`, import.meta.url), 'utf8')
  return [at(1), at(2)]
}

function read(source: Source, ...texts: readonly string[]): Reading | Unavailable {
  return source.parse(observe(source, texts, window, context()), { window, context: context() })
}

function understood(reading: Reading | Unavailable): Reading {
  if (isUnavailable(reading)) throw new Error(reading.reason)
  return reading
}

function counters(text: string): Record<string, number> {
  const json = parseJson(text)
  const values = isObject(json) && isObject(json['kernel']) ? json['kernel'] : {}
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (isCount(value) ? [[name, value]] : [])))
}

const kernel = (values: Readonly<Record<string, number>>) => JSON.stringify({ kernel: values })
const [start, end] = fixture(nstat, 'iproute2-6.1.0-retransmit')
const real = [counters(start), counters(end)] as const
const someCounter = fc.constantFrom(...Object.keys(real[0]).filter((name) => name in real[1]))

describe('counters', () => {
  const host = (first: Readonly<Record<string, number>>, second: Readonly<Record<string, number>>) =>
    understood(read(nstat, kernel(first), kernel(second)))
  const before = host(...real)

  test('one that was reset makes its metrics absent, with a reason, and leaves the others alone', () => {
    fc.assert(
      fc.property(someCounter, fc.nat(), (name, below) => {
        const after = host({ ...real[0], [name]: (real[1][name] ?? 0) + 1 + below }, real[1])
        for (const [metric, value] of Object.entries(before.host ?? {})) {
          const now = after.host?.[metric]
          if (now === undefined) expect(after.missing?.[metric]?.reason).toContain(name)
          else expect(now).toBe(value)
        }
        expect(numbers(after).filter(({ value }) => value < 0)).toEqual([])
      }),
      runs,
    )
    expect(host({ ...real[0], TcpRetransSegs: 1e9 }, real[1]).host).not.toHaveProperty('tcp.retransmitted')
  })

  test('one that is gone at either end, or both, makes its metrics absent', () => {
    const without = (values: Readonly<Record<string, number>>, name: string) =>
      Object.fromEntries(Object.entries(values).filter(([key]) => key !== name))
    const name = 'TcpExtListenOverflows'
    for (const [first, second] of [
      [without(real[0], name), real[1]],
      [real[0], without(real[1], name)],
      [without(real[0], name), without(real[1], name)],
    ] as const) {
      const after = host(first, second)
      expect(after.host).not.toHaveProperty('tcp.listen_overflows')
      expect(after.missing?.['tcp.listen_overflows']?.reason).toContain(name)
      expect(after.host?.['tcp.listen_drops']).toBe(0)
    }
  })

  test('of IPv6 they are added where they exist, not needed where they do not, and absent when seen only once', () => {
    const name = 'Udp6RcvbufErrors'
    const { [name]: _first, ...first } = real[0]
    const { [name]: _second, ...second } = real[1]
    const four = { ...first, UdpRcvbufErrors: 10 }
    const later = { ...second, UdpRcvbufErrors: 13 }
    const errors = (one: Readonly<Record<string, number>>, two: Readonly<Record<string, number>>) =>
      host(one, two).host?.['udp.receive_buffer_errors']
    expect(errors(four, later)).toBe(3)
    expect(errors({ ...four, [name]: 1 }, { ...later, [name]: 5 })).toBe(7)
    expect(errors(four, { ...later, [name]: 5 })).toBeUndefined()
  })

  test('nobody asked for change nothing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().map((name) => `X${name}`),
          fc.nat(),
        ),
        (extra) => {
          expect(host({ ...extra, ...real[0] }, { ...real[1], ...extra })).toEqual(before)
        },
      ),
      runs,
    )
  })

  test('retransmits have no ratio below 100 data segments, and connection requests are not in it', () => {
    const ratio = (sent: number, again: number, syns: number) => {
      const zero = { ...real[0], TcpExtTCPOrigDataSent: 0, TcpRetransSegs: 0, TcpExtTCPSynRetrans: 0 }
      return host(zero, { ...real[1], TcpExtTCPOrigDataSent: sent, TcpRetransSegs: again, TcpExtTCPSynRetrans: syns })
    }
    expect(ratio(99, 9, 0).host).not.toHaveProperty('tcp.retransmit_ratio')
    expect(ratio(99, 9, 0).missing?.['tcp.retransmit_ratio']?.reason).toContain('99')
    expect(ratio(100, 9, 0).host?.['tcp.retransmit_ratio']).toBe(9)
    expect(ratio(200, 24, 24).host?.['tcp.retransmit_ratio']).toBe(0)
    expect(ratio(200, 24, 24).host?.['tcp.retransmitted']).toBe(24)
  })

  test('read once say nothing', () => {
    for (const [source, name] of [
      [nstat, 'iproute2-6.1.0-idle'],
      [procNetSnmp, 'linux-6.18-idle'],
      [procNetSoftnet, 'linux-6.18-idle'],
      [ip, 'iproute2-6.1.0-idle'],
      [sysClassNet, 'linux-6.18-idle'],
    ] as const) {
      expect(read(source, fixture(source, name)[0])).toMatchObject({ unavailable: 'not measured' })
    }
  })
})

describe('a tool and its twin, which looked at the same moment, agree', () => {
  test.each(['idle', 'listen-overflow', 'udp-overflow', 'retransmit'])('counters: %s', (situation) => {
    const tool = understood(read(nstat, ...fixture(nstat, `iproute2-6.1.0-${situation}`)))
    const twin = understood(read(procNetSnmp, ...fixture(procNetSnmp, `linux-6.18-${situation}`)))
    expect(Object.keys(twin.host ?? {})).toEqual(Object.keys(tool.host ?? {}))
    // The moments are the same, not the microsecond: only a host that did nothing else can be compared number by number.
    if (situation !== 'idle') expect(twin).toEqual(tool)
  })

  test.each(['odd-names', 'retransmit'])('interfaces: %s', (situation) => {
    const tool = understood(read(ip, ...fixture(ip, `iproute2-6.1.0-${situation}`)))
    const twin = understood(read(sysClassNet, ...fixture(sysClassNet, `linux-6.18-${situation}`)))
    expect(twin.instances?.length).toBeGreaterThan(1)
    expect(byName(twin.instances)).toEqual(byName(tool.instances))
  })

  test('listeners, but for the backlog, the process, the device and who may be called *', () => {
    const plain = (instances: readonly Instance[] | undefined) =>
      (instances ?? [])
        .map(
          ({ name, values }) => `${name.replace('*', '[::]').replace('%lo', '')} ${String(values['listener.queue'])}`,
        )
        .toSorted()
    for (const situation of ['odd-names', 'listen-overflow']) {
      const tool = understood(read(ss, ...fixture(ss, `iproute2-6.1.0-${situation}`)))
      const twin = understood(read(procNetTcp, ...fixture(procNetTcp, `linux-6.18-${situation}`)))
      expect(plain(twin.instances)).toEqual(plain(tool.instances))
      expect(twin.instances?.some((one) => 'listener.backlog' in one.values)).toBe(false)
    }
  })
})

const byName = (instances: readonly Instance[] = []) => new Map(instances.map((one) => [one.name, one]))

describe('interfaces', () => {
  const [first, second] = fixture(ip, 'iproute2-6.1.0-gre-checksum-errors')

  test('an error the driver counts as a kind and in the total is counted once', () => {
    expect(byName(understood(read(ip, first, second)).instances).get('g1')?.values['interface.errors']).toBe(28)
  })

  test('an error the driver counts only as a kind is not lost', () => {
    const kind = second.replace(/("ifname":"va".*?"fifo_errors":)0/, '$17')
    expect(kind).not.toBe(second)
    expect(byName(understood(read(ip, first, kind)).instances).get('va')?.values['interface.errors']).toBe(7)
  })

  test('one that was made anew under its old name has no increase', () => {
    const [before, after] = fixture(ip, 'iproute2-6.1.0-odd-names')
    expect(before).toContain(String.raw`"ifname":"a\"b"`)
    expect(after).toContain(String.raw`"ifname":"a\"b"`)
    expect([...byName(understood(read(ip, before, after)).instances).keys()]).not.toContain('a"b')
  })
})

describe('listeners', () => {
  const [header = '', line = ''] = fixture(ss, 'iproute2-6.1.0-listen-overflow')[1].split('\n')
  const one = (address: string, queue: number, users: string) =>
    line
      .replace('127.0.0.1:7005', address)
      .replace(/^LISTEN 2/, `LISTEN ${queue}`)
      .replace(/users:.*/, users)
  const table = (...lines: readonly string[]) => `${[header, ...lines].join('\n')}\n`

  test('init, which only passed the socket on, is not the process that should accept', () => {
    const users = 'users:(("systemd",pid=1,fd=44),("sshd",pid=700,fd=3))'
    const instances = understood(read(ss, table(one('*:22', 1, users)))).instances
    expect(instances).toMatchObject([{ name: '*:22', labels: { port: '22', comm: 'sshd', pid: '700', pids: '700,1' } }])
  })

  test('of workers that share a port the fullest stands for it, in each look', () => {
    const worker = (queue: number, pid: number) => one('0.0.0.0:80', queue, `users:(("w",pid=${pid},fd=3))`)
    const { instances } = understood(read(ss, table(worker(1, 10), worker(9, 11)), table(worker(8, 10), worker(0, 11))))
    expect(instances).toMatchObject([{ labels: { pid: '10' }, values: { 'listener.queue': [9, 8] } }])
  })

  test('a list cut in the middle of a port gives no wrong port', () => {
    const cut = table(one('0.0.0.0:7005', 0, '')).replace(/05 .*\n$/s, '')
    expect(understood(read(ss, cut)).instances).toEqual([])
  })

  test('a list that is too long is not read, and says so', () => {
    const long = table(...Array.from({ length: 50_001 }, () => line))
    expect(read(ss, long)).toMatchObject({
      unavailable: 'not measured',
      reason: 'more than 50000 listening sockets: the list is not read',
    })
  })

  test('all are found before the first other socket, however the rest ends', () => {
    const [, text] = fixture(procNetTcp, 'linux-6.18-listen-overflow')
    const whole = understood(read(procNetTcp, text)).instances?.length
    const cut = text.replace(/(==> \/proc\/net\/tcp <==\n(?:.*\n){4}.{40}).*?(?===>)/s, '$1\n')
    expect(cut.length).toBeLessThan(text.length)
    expect(understood(read(procNetTcp, cut)).instances?.length).toBe(whole)
  })
})

test.each([
  ['0100007F', '127.0.0.1'],
  ['00000000', '0.0.0.0'],
  ['00000000000000000000000000000000', '[::]'],
  ['00000000000000000000000001000000', '[::1]'],
  ['0000000000000000FFFF00000100007F', '[::ffff:127.0.0.1]'],
  ['B80D0120000000000000000001000000', '[2001:db8::1]'],
  ['000080FE00000000FF005450B00ABCFE', '[fe80::5054:ff:febc:ab0]'],
  ['B80D0120010000000000010001000000', '[2001:db8:0:1:1::1]'],
])('address %s is %s', (hex, text) => expect(address(hex)).toBe(text))

describe('connection tracking', () => {
  const [first, second] = fixture(procConntrack, 'linux-6.18-tracking')

  test('drops of all CPUs are added, by the name of the column', () => {
    const at = (text: string, name: string, cpu: number, hex: string) => {
      const lines = text.split('\n')
      const header = lines.findIndex((line) => line.startsWith('entries'))
      const cells = (lines[header + 1 + cpu] ?? '').split(/\s+/)
      cells[(lines[header] ?? '').split(/\s+/).indexOf(name)] = hex
      return lines.with(header + 1 + cpu, cells.join(' ')).join('\n')
    }
    const dropped = at(at(at(second, 'drop', 0, '0000000a'), 'early_drop', 1, '00000010'), 'found', 0, '000000ff')
    expect(understood(read(procConntrack, first, dropped)).host?.['conntrack.drops']).toBe(26)
    const reset = read(procConntrack, dropped, second)
    expect(understood(reset).host).not.toHaveProperty('conntrack.drops')
    expect(understood(reset).missing).toHaveProperty(['conntrack.drops'])
  })

  test('a host that tracks nothing is told from one that refuses to show it', () => {
    const absent = fixture(procConntrack, 'linux-6.1-no-conntrack')
    expect(read(procConntrack, ...absent)).toMatchObject({ unavailable: 'nothing to measure' })
    const refused = absent.map((text) => text.replaceAll('ENOENT', 'EACCES'))
    expect(read(procConntrack, ...refused)).toMatchObject({ unavailable: 'not permitted' })
  })
})

test('a CPU that goes offline hides no drops behind a partial sum', () => {
  const [first, second] = fixture(procNetSoftnet, 'linux-6.18-idle')
  const one = second.split('\n').toSpliced(2, 1).join('\n')
  const reading = understood(read(procNetSoftnet, first, one))
  expect(reading.host).toEqual({})
  expect(reading.missing).toHaveProperty(['*'])
})
