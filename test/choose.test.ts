// Which reason is told when no source can give a metric: that there is nothing of the kind, before any program or permission that lacks.
import { expect, test } from 'vitest'
import { choose } from '../src/measure/choose.ts'
import type { Context } from '../src/model/context.ts'
import type { Source } from '../src/model/source.ts'
import { unavailable, type Unavailable, type UnavailableKind } from '../src/model/unavailable.ts'
import { source as lvs } from '../src/tools/lvs/index.ts'
import { source as rdmsr } from '../src/tools/rdmsr/index.ts'
import { source as smartctl } from '../src/tools/smartctl/index.ts'
import { context } from './support/context.ts'

const absent = { which: (tool: string) => unavailable('not installed', `${tool} is not here`) }
const window = { intervalMs: 1000, count: 2 }

function reason(metric: string, sources: readonly Source[], parts: Partial<Context> = {}): Unavailable | undefined {
  const means = { host: absent, context: context(parts), window, sources, allow: 'run' as const, probes: [] }
  return choose(new Set([metric]), means).missing.get(metric)
}

function refusing(id: string, kind: UnavailableKind, tool?: string): Source {
  const why = unavailable(kind, `${id} says so`)
  const source = { id, tier: 'run', asks: '', gives: ['disk.failing'], requests: () => why, parse: () => why } as const
  return tool === undefined ? source : { ...source, tool }
}

test('no tool is missed for a device that is not there', () => {
  expect(reason('disk.bad_sectors', [smartctl])).toMatchObject({ unavailable: 'nothing to measure' })
  expect(reason('pool.data_used', [lvs])).toMatchObject({ unavailable: 'nothing to measure' })
  expect(reason('cpu.limited_now', [rdmsr], { virtualization: 'kvm' })).toMatchObject({ unavailable: 'not supported' })
  expect(reason('cpu.limited_now', [rdmsr], { modules: ['msr'] })).toMatchObject({ unavailable: 'not installed' })
})

test('a source that finds nothing to measure explains more than one that lacks something', () => {
  const [denied, nothing] = [refusing('denied', 'not permitted'), refusing('nothing', 'nothing to measure')]
  expect(reason('disk.failing', [denied, nothing])?.reason).toBe('nothing says so')
  expect(reason('disk.failing', [denied])?.reason).toBe('denied says so')
})

test('a tool that is missing comes before its other obstacles', () => {
  expect(reason('disk.failing', [refusing('denied', 'not permitted', 'smartctl')])).toMatchObject({
    unavailable: 'not installed',
  })
})
