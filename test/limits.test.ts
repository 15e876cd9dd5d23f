// Limits: what no fixture of one host can show — old kernels, refused processes, too many of them.
import { describe, expect, test } from 'vitest'
import type { Context } from '../src/model/context.ts'
import type { Reading, Source } from '../src/model/source.ts'
import { isUnavailable, type Unavailable } from '../src/model/unavailable.ts'
import { source as find } from '../src/tools/find/index.ts'
import { source as processLimits } from '../src/tools/process_limits/index.ts'
import { source as sysLimits } from '../src/tools/sys_limits/index.ts'
import { context } from './support/context.ts'
import { observe } from './support/looks.ts'

const window = { intervalMs: 1000, count: 2 }

function parse(source: Source, texts: readonly string[], host: Context, stderr?: string): Reading | Unavailable {
  const looks = observe(source, texts, window, host).map((look) => (stderr === undefined ? look : { ...look, stderr }))
  return source.parse(looks, { window, context: host })
}

function reading(found: Reading | Unavailable): Reading {
  if (isUnavailable(found)) throw new Error(found.reason)
  return found
}

describe('sys_limits', () => {
  const text = '==> /proc/sys/kernel/random/entropy_avail <==\n256\n==> /proc/sys/fs/aio-nr <== ENOENT\n'

  test.each(['3.10.0-1160.el7.x86_64', '4.19.0-27-amd64', '5.17.0', '5.4.0-150-generic'])(
    'kernel %s has an entropy pool',
    (kernel) => {
      const found = reading(parse(sysLimits, [text, text], context({ kernel })))
      expect(found.host?.['entropy.available']).toEqual([256, 256])
    },
  )

  test.each(['5.18.0', '5.18', '6.1.0-37-amd64', '10.2'])('kernel %s has none', (kernel) => {
    const found = reading(parse(sysLimits, [text, text], context({ kernel })))
    expect(found.host).not.toHaveProperty('entropy.available')
    expect(found.missing?.['entropy.available']?.unavailable).toBe('nothing to measure')
  })

  test('a kernel without asynchronous I/O has no limit of it', () => {
    const found = reading(parse(sysLimits, [text, text], context()))
    expect(found.missing?.['aio.used']?.unavailable).toBe('nothing to measure')
  })
})

describe('find', () => {
  const text = '0 /proc/7/fd/3\n812 /proc/7/maps\n0 /proc/2/maps\n/proc/7/comm:nginx\n'

  test('counts of what it may see', () => {
    const found = reading(parse(find, [text], context()))
    expect(found.host).toEqual({ 'inotify.instances_seen': 1, 'inotify.instances': 1, 'inotify.user': 'uid 0' })
    expect(found.missing).toEqual({})
  })

  test('a refused process leaves its numbers unknown, not zero', () => {
    const said = 'wc: /proc/1/maps: Permission denied\n'
    const found = reading(parse(find, [text], context(), said))
    expect(found.instances?.map((one) => one.values['process.maps'])).toEqual([812])
    expect(found.missing?.['process.maps']).toMatchObject({ unavailable: 'not permitted' })
    expect(found.host).toHaveProperty('inotify.instances')
  })

  test('descriptors that are hidden may hold more instances', () => {
    const found = reading(parse(find, [text], context(), "find: '/proc/1/fd/4': Permission denied\n"))
    expect(found.host).toEqual({ 'inotify.instances_seen': 1 })
    expect(found.missing?.['inotify.instances']).toMatchObject({ unavailable: 'not permitted' })
  })

  test('does not walk among thousands of processes', () => {
    expect(find.requests(window, context({ processes: 1001 }))).toMatchObject({ unavailable: 'not measured' })
  })
})

describe('process_limits', () => {
  test('a part of the processes is not taken for all', () => {
    const host = context()
    const looks = observe(processLimits, ['', '==> /proc/sys/vm/max_map_count <==\n65530\n'], window, host, [
      { outcome: 'truncated' },
    ])
    expect(processLimits.parse(looks, { window, context: host })).toMatchObject({ unavailable: 'not measured' })
  })

  test('lists no descriptors among thousands of processes', () => {
    const requests = processLimits.requests(window, context({ processes: 5000 }))
    expect(JSON.stringify(requests)).not.toContain('/fd/')
  })
})
