// /proc/schedstat at both ends → how long tasks waited for a CPU, host-wide, against the time they ran.
//   version 15
//   cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039 343796328169361 4767485306
//   cpuN yields 0 schedules idle wake-ups local-wake-ups  ns-run  ns-waited  slices
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, words } from '../../parse/table.ts'

const PATH = '/proc/schedstat'
const RUN = 6
const WAITED = 7
const SLICES = 8
/** The first nine numbers of a cpu line mean the same in all of them. */
const VERSIONS = new Set(['15', '16', '17'])

type Totals = readonly [run: number, waited: number, slices: number]

export const source: Source = {
  id: 'proc_schedstat',
  tier: 'read',
  asks: 'How long do tasks wait for a CPU, over the whole host?',
  gives: ['sched.run_delay', 'sched.delay_per_slice'],
  requests: () => [{ kind: 'read', paths: [PATH], at: 'ends' }],
  parse: (looks) => {
    const texts = looks.map((look) => files(look.text).get(PATH))
    if (texts.every((text) => text === undefined)) return { missing: absent(source.gives, {}, none) }
    const totals = texts.map((text) => totalsOf(text ?? ''))
    if (totals.some((total) => total === undefined))
      return unavailable('not understood', `${PATH} is of a version that is not known, or has no cpu lines`)
    const [run, waited, slices] = [0, 1, 2].map((at) => increase(totals.map((total) => total?.[at])))
    if (run === undefined || waited === undefined || slices === undefined)
      return unavailable('not measured', `the counters of ${PATH} were reset`)
    const host = defined({
      'sched.run_delay': run > 0 ? (100 * waited) / run : undefined,
      'sched.delay_per_slice': slices > 0 ? waited / slices / 1e9 : undefined,
    })
    return { host, missing: absent(source.gives, host, idle) }
  },
}

const none = unavailable('not supported', `this kernel has no ${PATH} (built without SCHEDSTATS)`)
const idle = unavailable('nothing to measure', 'no task ran in the window')

function totalsOf(text: string): Totals | undefined {
  const version = /^version (\d+)$/m.exec(text)?.[1]
  if (version === undefined || !VERSIONS.has(version)) return undefined
  let totals: Totals | undefined
  for (const line of text.split('\n')) {
    const [name = '', ...cells] = words(line)
    if (!/^cpu\d+$/.test(name)) continue
    const [run, waited, slices] = [RUN, WAITED, SLICES].map((at) => cells[at] ?? '')
    if (![run, waited, slices].every((cell) => /^\d{1,18}$/.test(cell ?? ''))) return undefined
    const [a, b, c] = totals ?? [0, 0, 0]
    totals = [a + Number(run), b + Number(waited), c + Number(slices)]
  }
  return totals
}
