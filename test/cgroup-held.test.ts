// Files of control groups of version 2, which no host here has for block I/O, and processes that wait → who is held above an idle device.
import { expect, test } from 'vitest'
import { isUnavailable } from '../src/model/unavailable.ts'
import type { Observation } from '../src/model/observation.ts'
import { source } from '../src/tools/cgroup_io_held/index.ts'

const GROUP = '/sys/fs/cgroup/work.slice/backup.service'
const context = { cgroup: { version: '2' } } as never

interface Case {
  readonly channel?: string
  readonly inflight?: string
  readonly group?: string
  readonly read?: number
  readonly limit?: number
  readonly state?: string
}

function held(given: Case): unknown {
  const { channel = 'folio_wait_bit_common', inflight = '0 0', group = '/work.slice/backup.service/payload' } = given
  const { read = 6_000_000, limit = 2_097_152, state = 'D' } = given
  const numbers = Array.from({ length: 50 }, () => '0').join(' ')
  const texts = [
    `==> ${GROUP}/io.stat <==\n254:0 rbytes=1000000 wbytes=0 rios=9 wios=0 dbytes=0 dios=0\n`,
    ...[1, 2, 3].flatMap(() => [
      `==> /sys/block/vda/dev <==\n254:0\n==> /sys/block/vda/inflight <==\n       ${inflight.replace(' ', '        ')}\n`,
      `42 (tar) ${state} ${numbers}\u00000::${group}\n\0${channel}\0\n`,
    ]),
    `==> ${GROUP}/io.stat <==\n254:0 rbytes=${1_000_000 + read} wbytes=0 rios=19 wios=0 dbytes=0 dios=0\n==> ${GROUP}/io.max <==\n254:0 rbps=${limit} wbps=max riops=max wiops=max\n`,
  ]
  const looks = texts.map((text, i) => ({ text, atMs: i * 500, outcome: 'ok' }) as Observation)
  const reading = source.parse(looks, { window: { intervalMs: 1000, count: 3 }, context })
  return isUnavailable(reading)
    ? reading.unavailable
    : reading.instances?.find(({ domain }) => domain === 'cgroup')?.values['cgroup.io_held']
}

test.each([
  ['a task of a group below the limited one', {}, 100],
  ['requests are in flight: it waits for the device', { inflight: '3 0' }, 0],
  ['another group', { group: '/work.slice/web.service' }, 0],
  ['a group whose name begins the same', { group: '/work.slice/backup.service2' }, 0],
  ['it waits for a file server', { channel: 'rpc_wait_bit_killable' }, 0],
  ['it is idle', { state: 'S' }, 0],
  ['nothing was read through a limit that lets much through: it waits for something else', { read: 0, limit: 1e8 }, 0],
  ['nothing was read, and one read-ahead takes longer than the window', { read: 0 }, 100],
])('%s', (_, given, share) => {
  expect(held(given)).toBe(share)
})
