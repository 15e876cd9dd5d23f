// Counters of drivers and lists of sockets → what grew, told apart by name; which destination a port is taken for.
import { expect, test } from 'vitest'
import { isUnavailable } from '../src/model/unavailable.ts'
import type { Source } from '../src/model/source.ts'
import { source as stats } from '../src/tools/ethtool_stats/index.ts'
import { source as tc } from '../src/tools/tc/index.ts'
import { source as buffers } from '../src/tools/ss_buffers/index.ts'
import { source as sockets } from '../src/tools/ss_sockets/index.ts'
import { source as twin } from '../src/tools/proc_net_sockets/index.ts'
import { fixturesOf, readFixture } from './support/fixtures.ts'

function texts(source: Source, name: string): readonly string[] {
  const found = fixturesOf(source).find((fixture) => fixture.name === name)
  if (!found) throw new Error(`no fixture ${name}`)
  return found.texts
}

function instances(source: Source, name: string, edited: readonly string[]) {
  const fixture = fixturesOf(source).find((one) => one.name === name)
  if (!fixture) throw new Error(`no fixture ${name}`)
  const reading = readFixture(source, { ...fixture, texts: edited })
  if (isUnavailable(reading)) throw new Error(reading.reason)
  return reading.instances ?? []
}

test.each([
  ['rx_missed_errors', 'device_drops', 'device_drop'],
  ['rx_no_buffer_count', 'device_drops', 'device_drop'],
  ['rx_no_dma_resources', 'device_drops', 'device_drop'],
  ['rx_crc_errors', 'device_errors', 'device_error'],
  ['tx_timeout_count', 'device_errors', 'device_error'],
])('the counter %s of an ixgbe counts as %s', (counter, amount, name) => {
  const [first = '', last = ''] = texts(stats, 'published-ixgbe')
  const grown = last.replace(
    new RegExp(`(${counter}): (\\d+)`),
    (_, key: string, value: string) => `${key}: ${Number(value) + 7}`,
  )
  const values = instances(stats, 'published-ixgbe', [first, grown])[0]?.values ?? {}
  expect([values[`interface.${amount}`], values[`interface.${name}`]]).toEqual([7, counter])
})

test.each(['fdir_miss', 'non_eop_descs', 'rx_packets'])('the counter %s of an ixgbe is no loss', (counter) => {
  const [first = '', last = ''] = texts(stats, 'published-ixgbe')
  const grown = last.replace(
    new RegExp(`(${counter}): (\\d+)`),
    (_, key: string, value: string) => `${key}: ${Number(value) + 7}`,
  )
  expect(grown).not.toBe(last)
  const values = instances(stats, 'published-ixgbe', [first, grown])[0]?.values ?? {}
  expect([values['interface.device_drops'], values['interface.device_errors']]).toEqual([0, 0])
})

test('an allowance that was exceeded in the window is named, one exceeded since boot is not counted', () => {
  const [first = '', last = ''] = texts(stats, 'published-ena')
  const grown = last.replace('pps_allowance_exceeded: 0', 'pps_allowance_exceeded: 55')
  const values = instances(stats, 'published-ena', [first, grown])[0]?.values ?? {}
  expect([values['interface.allowance_exceeded'], values['interface.allowance']]).toEqual([
    55,
    'pps_allowance_exceeded',
  ])
})

test('a queueing discipline that was replaced within the window has no increase', () => {
  const [first = '', last = ''] = texts(tc, 'iproute2-6.1.0-shaper')
  const replaced = last.replace('"handle":"800d:"', '"handle":"8099:"')
  expect(replaced).not.toBe(last)
  const one = instances(tc, 'iproute2-6.1.0-shaper', [first, replaced]).find(({ name }) => name === 'v0')
  expect(one?.values['interface.qdisc_drops']).toBeUndefined()
})

test('ports of another range are not counted as outgoing', () => {
  const [first = '', , last = ''] = texts(sockets, 'iproute2-6.1.0-leak')
  const elsewhere = '==> /proc/sys/net/ipv4/ip_local_port_range <==\n50000\t60000\n'
  const found = instances(sockets, 'iproute2-6.1.0-leak', [first, elsewhere, last])
  expect(found.filter(({ domain }) => domain === 'peer')).toEqual([])
})

test('a port that somebody listens on is not an outgoing one', () => {
  const [first = '', , last = ''] = texts(sockets, 'iproute2-6.1.0-leak')
  const wide = '==> /proc/sys/net/ipv4/ip_local_port_range <==\n1024\t65535\n'
  const found = instances(sockets, 'iproute2-6.1.0-leak', [first, wide, last])
  const names = found.filter(({ domain }) => domain === 'peer').map(({ name }) => name)
  expect(names.toSorted()).toEqual(['127.0.0.1:5432', '127.0.0.1:7005', '127.0.0.1:8080', '[::1]:8080'])
})

test.each(['leak', 'half_open'])('ss and /proc/net/tcp count the same sockets (%s)', (situation) => {
  const of = (source: Source, name: string) => {
    const fixture = fixturesOf(source).find((one) => one.name === name)
    const reading = fixture && readFixture(source, fixture)
    if (!reading || isUnavailable(reading)) throw new Error(`${name} was not read`)
    const peers = (reading.instances ?? []).filter(({ domain }) => domain === 'peer')
    return { host: reading.host, peers: new Map(peers.map(({ name: peer, values }) => [peer, values])) }
  }
  expect(of(twin, `linux-6.18-${situation}`)).toEqual(of(sockets, `iproute2-6.1.0-${situation}`))
})

test('a buffer is a suspect only where data keeps coming: a full one that nobody sends to is not pruned', () => {
  const name = 'iproute2-6.1.0-pruned'
  const seen = texts(buffers, name)
  expect(instances(buffers, name, seen).map((one) => one.values['process.receive_clamped'])).toEqual([12])
  const standing = seen.map((text) => text.replaceAll(/bytes_received:\d+/g, 'bytes_received:83832'))
  expect(instances(buffers, name, standing)).toEqual([])
})

test('a window that is small for another reason was not cut', () => {
  const name = 'iproute2-6.1.0-pruned'
  const small = texts(buffers, name).map((text) => text.replaceAll('rcv_ssthresh:2896', 'rcv_ssthresh:2304'))
  expect(instances(buffers, name, small).map((one) => one.values['process.receive_clamped'])).toEqual([0])
})

test('an ss that says nothing of the buffers is no sign that they have room', () => {
  const fixture = fixturesOf(buffers).find((one) => one.name === 'iproute2-6.1.0-pruned')
  if (!fixture) throw new Error('no fixture')
  const silent = fixture.texts.map((text) => text.replaceAll(/skmem:\S+/g, ''))
  const reading = readFixture(buffers, { ...fixture, texts: silent })
  expect(isUnavailable(reading) && reading.unavailable).toBe('not supported')
})
