// The connection-tracking table's size, limit and counters at both ends of the window → share in use, packets it dropped.
//   ==> /proc/sys/net/netfilter/nf_conntrack_count <==
//   entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error …   per CPU, hexadecimal
//   00000003  00000000 00000000 00000000 00000000 00000007 00000000 00000001 00000000 00000000 00000000 00000000 00000000 …
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files, unreadable } from '../../parse/files.ts'
import { defined, number, table, words } from '../../parse/table.ts'

const COUNT = '/proc/sys/net/netfilter/nf_conntrack_count'
const MAX = '/proc/sys/net/netfilter/nf_conntrack_max'
const STAT = '/proc/net/stat/nf_conntrack'
const DROPS = ['drop', 'early_drop', 'insert_failed']

export const source: Source = {
  id: 'proc_conntrack',
  tier: 'read',
  asks: 'Is the connection-tracking table full, does it drop packets?',
  gives: ['conntrack.used', 'conntrack.drops'],
  requests: () => [{ kind: 'read', paths: [COUNT, MAX, STAT], at: 'ends' }],
  parse: (looks) => {
    const last = looks.at(-1)
    const read = files(last?.text ?? '')
    if (!read.has(COUNT) && !read.has(STAT)) return absent(last)
    const used = share(number(read.get(COUNT)?.trim()), number(read.get(MAX)?.trim()))
    const drops = dropped(looks.map((look) => files(look.text).get(STAT) ?? ''))
    if (used === undefined && drops === undefined)
      return unavailable('not understood', `${COUNT} holds no number and ${STAT} no table of counters`)
    return {
      host: defined({ 'conntrack.used': used, 'conntrack.drops': drops }),
      missing: defined({
        'conntrack.used':
          used === undefined ? unavailable('not supported', `${MAX} cannot be read or sets no limit`) : undefined,
        'conntrack.drops':
          drops === undefined
            ? unavailable('not measured', `${STAT} was not read twice with the same CPUs`)
            : undefined,
      }),
    }
  },
}

function absent(look: Observation | undefined) {
  const refused = [...unreadable(look?.text ?? '').values()].find((code) => code !== 'ENOENT')
  if (refused !== undefined) return unavailable('not permitted', `${COUNT} cannot be read (${refused})`)
  return unavailable('nothing to measure', 'this host tracks no connections: nf_conntrack is not loaded')
}

function share(count: number | undefined, max: number | undefined): number | undefined {
  return count !== undefined && max !== undefined && max > 0 ? (100 * count) / max : undefined
}

/** Texts of the counter file in time order → packets dropped; undefined when a column is missing or a counter went backwards. */
function dropped(texts: readonly string[]): number | undefined {
  const reads = texts.map(perCpu)
  const first = reads[0]
  if (!first || first.length === 0 || reads.length < 2 || reads.some((read) => read.length !== first.length))
    return undefined
  let sum = 0
  for (const [cpu, counters] of first.entries()) {
    for (const at of counters.keys()) {
      const grown = increase(reads.map((read) => read[cpu]?.[at]))
      if (grown === undefined) return undefined
      sum += grown
    }
  }
  return sum
}

function perCpu(text: string): readonly (readonly (number | undefined)[])[] {
  const [header = '', ...lines] = text.trim().split('\n')
  return table(words(header), lines.map(words)).rows.map((row) => DROPS.map((name) => hexadecimal(row.text(name))))
}

function hexadecimal(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-f]{1,8}$/.test(text) ? parseInt(text, 16) : undefined
}
