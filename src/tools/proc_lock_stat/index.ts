// /proc/lock_stat at both ends → how often tasks waited for a lock of the kernel, for how long, and for which one most.
//   lock_stat version 0.4
//        class name    con-bounces    contentions   waittime-min   waittime-max waittime-total   waittime-avg    acq-bounces …
//   &mm->mmap_sem-W:            46             84           0.26         939.10       16371.53         194.90          47291 …
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { files } from '../../parse/files.ts'
import { defined, number, row, words } from '../../parse/table.ts'

const PATH = '/proc/lock_stat'
type Classes = ReadonlyMap<string, { readonly contentions: number; readonly micros: number }>

export const source: Source = {
  id: 'proc_lock_stat',
  tier: 'read',
  asks: 'Do tasks wait for locks of the kernel?',
  gives: ['kernel_lock.contentions', 'kernel_lock.wait', 'kernel_lock.worst'],
  requests: () => [{ kind: 'read', paths: [PATH, '/proc/sys/kernel/lock_stat'], at: 'ends' }],
  parse: (looks) => {
    const read = looks.map((look) => files(look.text))
    if (read.every((found) => !found.has(PATH))) return { missing: absent(source.gives, {}, none) }
    if (read.at(-1)?.get('/proc/sys/kernel/lock_stat')?.trim() === '0')
      return { missing: absent(source.gives, {}, off) }
    const [before, after] = [read[0], read.at(-1)].map((found) => classes(found?.get(PATH) ?? ''))
    const seconds = ((looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)) / 1000
    if (!before || !after || before.size === 0 || after.size === 0 || seconds <= 0)
      return unavailable('not understood', `${PATH} has no table of lock classes in two reads`)
    const grown = [...after].flatMap(([name, now]) => {
      const was = before.get(name) ?? { contentions: 0, micros: 0 }
      const [contentions, micros] = [now.contentions - was.contentions, now.micros - was.micros]
      return contentions >= 0 && micros >= 0 ? [{ name, contentions, micros }] : []
    })
    const total = (of: (one: (typeof grown)[number]) => number) => grown.reduce((sum, one) => sum + of(one), 0)
    const worst = grown.toSorted((a, b) => b.micros - a.micros)[0]
    const host = defined<string | number>({
      'kernel_lock.contentions': total((one) => one.contentions) / seconds,
      'kernel_lock.wait': total((one) => one.micros) / 1e6 / seconds,
      'kernel_lock.worst': worst && worst.micros > 0 ? worst.name : undefined,
    })
    return { host, missing: absent(source.gives, host, calm) }
  },
}

const none = unavailable(
  'not supported',
  'this kernel does not count its locks (built without LOCK_STAT, as nearly all are)',
)
const off = unavailable('not supported', 'counting locks is switched off (kernel.lock_stat is 0)')
const calm = unavailable('nothing to measure', 'no task waited for a lock of the kernel in the window')

function classes(text: string): Classes {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.includes('class name') && line.includes('contentions'))
  const header = words((lines[at] ?? '').replace('class name', ''))
  const index = new Map(header.map((name, i) => [name, i]))
  const found = new Map<string, { contentions: number; micros: number }>()
  for (const line of at < 0 ? [] : lines.slice(at + 1)) {
    const match = /^\s*(\S.*):\s+(\d.*)$/.exec(line)
    const cells = words(match?.[2] ?? '')
    if (cells.length !== header.length) continue
    const values = row(index, cells)
    const [contentions, micros] = [values.number('contentions'), number(values.text('waittime-total'))]
    if (contentions !== undefined && micros !== undefined && contentions >= 0 && micros >= 0)
      found.set(match?.[1] ?? '', { contentions, micros })
  }
  return found
}
