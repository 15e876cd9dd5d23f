// lsns: network name spaces; and the connection-tracking counters each process sees, twice in a second → how full the table of each is, what it drops.
//   4026532179 19192 /run/netns/blue      name space, a process in it, the name ip netns gave it
//   ==> /proc/19192/net/stat/nf_conntrack <==   entries clashres … drop early_drop …   one line per CPU, hexadecimal
//   ==> /proc/sys/net/netfilter/nf_conntrack_max <==   200
//   46 43 0:4 net:[4026532181] /run/netns/blue rw - nsfs nsfs rw          kept by its name though no process is in it
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'
import { mountinfo } from '../proc_mounts/mounts.ts'

const MOUNTS = '/proc/self/mountinfo'
const MAX = '/proc/sys/net/netfilter/nf_conntrack_max'
const DROPS = ['drop', 'early_drop', 'insert_failed']
/** A table of each process is read, though those of one name space are the same: among thousands that is too dear. */
const MANY_PROCESSES = 1000

export const source: Source = {
  id: 'netns_conntrack',
  tier: 'run',
  tool: 'lsns',
  asks: 'Is the connection-tracking table of a container or another network name space full?',
  gives: ['netns.conntrack_used', 'netns.conntrack_drops', 'netns.out_of_sight'],
  brief: true,
  requests: (_window, context) =>
    context.processes > MANY_PROCESSES
      ? unavailable(
          'not measured',
          'among more than 1,000 processes the tables of name spaces are not read',
          'conntrack -S in each',
        )
      : [
          { kind: 'read', paths: ['/proc/*/net/stat/nf_conntrack', MAX, MOUNTS], at: 'ends' },
          { kind: 'run', argv: ['lsns', '-t', 'net', '-n', '-o', 'NS,PID,NSFS'], at: 'end' },
        ],
  parse: (looks) => {
    const listed = looks.find((look) => look.argv !== undefined)
    const spaces = (listed?.text ?? '').split('\n').flatMap((line) => spaceOf(line) ?? [])
    if (spaces.length === 0) return unavailable('not understood', 'lsns listed no network name space with a process')
    const reads = looks.filter((look) => look !== listed).map((look) => files(look.text))
    const mounts = reads.at(-1)?.get(MOUNTS) ?? ''
    const limit = number(reads.at(-1)?.get(MAX)?.trim())
    if (limit === undefined || limit <= 0)
      return unavailable('nothing to measure', 'this host tracks no connections, or sets no limit')
    const instances = spaces.flatMap(({ name, pid }): Instance[] => {
      const tables = reads.map((read) => tableOf(read.get(`/proc/${pid}/net/stat/nf_conntrack`)))
      const last = tables.at(-1)
      if (!last) return []
      const values = defined({
        'netns.conntrack_used': (100 * last.entries) / limit,
        'netns.conntrack_drops': increase(tables.map((table) => table?.drops)),
      })
      return [{ domain: 'kernelObject', name, labels: { pid }, values }]
    })
    return instances.length > 0
      ? { instances: [...instances, ...outOfSight(mounts, spaces)] }
      : unavailable('not measured', 'the counters of no name space could be read')
  },
}

interface Space {
  readonly id: string
  readonly name: string
  readonly pid: string
}

function spaceOf(line: string): Space | undefined {
  const [, id, pid, path = ''] = /^\s*(\d+)\s+(\d+)\s*(\/\S+)?\s*$/.exec(line) ?? []
  return id === undefined || pid === undefined ? undefined : { id, name: nameOf(id, path), pid }
}

function nameOf(id: string, path: string): string {
  return `network name space ${/^\/(?:var\/)?run\/netns\/(.+)$/.exec(path)?.[1] ?? id}`
}

/** Counters are read through a process: those of a name space that only its name keeps are not seen. */
function outOfSight(mounts: string, seen: readonly Space[]): Instance[] {
  const kept = new Map(
    mountinfo(mounts).flatMap(({ root, path, type }) => {
      const id = type === 'nsfs' ? /^net:\[(\d+)\]$/.exec(root)?.[1] : undefined
      return id === undefined || seen.some((space) => space.id === id) ? [] : [[id, path] as const]
    }),
  )
  return [...kept].map(([id, path]) => ({
    domain: 'kernelObject',
    name: nameOf(id, path),
    values: { 'netns.out_of_sight': 1 },
  }))
}

/** Every CPU repeats the number of entries; drops are counted by each. */
function tableOf(text: string | undefined): { readonly entries: number; readonly drops: number } | undefined {
  const [header = '', ...rows] = (text ?? '').trim().split('\n')
  const names = words(header)
  const at = (name: string) => names.indexOf(name)
  if (at('entries') < 0 || at('drop') < 0 || rows.length === 0) return undefined
  const cells = rows.map((row) => words(row).map((cell) => (/^[0-9a-f]{1,16}$/.test(cell) ? parseInt(cell, 16) : NaN)))
  const value = (row: readonly number[], name: string) => row[at(name)] ?? 0
  const entries = value(cells[0] ?? [], 'entries')
  const drops = cells.reduce((sum, row) => sum + DROPS.reduce((all, name) => all + value(row, name), 0), 0)
  return Number.isFinite(entries + drops) ? { entries, drops } : undefined
}
