// /proc/sys/fs/dentry-state and inode-nr → how many names and inodes the kernel caches, and how many of the names are of nothing.
//   /proc/sys/fs/dentry-state   199112	192949	45	0	47498	0
//   /proc/sys/fs/inode-nr       146233	0
//   all names, unused, age limit, wanted pages, negative (since 4.20; before: 0), 0; all inodes, free
import type { Observation } from '../../model/observation.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'

const DENTRIES = '/proc/sys/fs/dentry-state'
const INODES = '/proc/sys/fs/inode-nr'

export const source: Source = {
  id: 'proc_dentry',
  tier: 'read',
  asks: 'Is the cache of file names full of names that do not exist?',
  gives: ['dentry.total', 'dentry.unused', 'dentry.negative', 'dentry.negative_growth', 'inode.total', 'inode.unused'],
  requests: () => [{ kind: 'read', paths: [DENTRIES, INODES], at: 'ends' }],
  parse: (looks) => {
    const read = files(looks.at(-1)?.text ?? '')
    const cells = (path: string) => words(read.get(path) ?? '').map(whole)
    const [total, unused, age, pages, negative] = cells(DENTRIES)
    const [inodes, free] = cells(INODES)
    const dentries = [total, unused, age, pages, negative].every((cell) => cell !== undefined)
    const host = defined({
      'dentry.total': dentries ? total : undefined,
      'dentry.unused': dentries ? unused : undefined,
      'dentry.negative': dentries ? negative : undefined,
      'dentry.negative_growth': dentries ? growth(looks, negative) : undefined,
      'inode.total': free === undefined ? undefined : inodes,
      'inode.unused': inodes === undefined ? undefined : free,
    })
    return Object.keys(host).length > 0
      ? { host, ...('dentry.negative_growth' in host ? {} : { missing: { 'dentry.negative_growth': ONCE } }) }
      : unavailable('not understood', `${DENTRIES} and ${INODES} hold other than numbers`)
  },
}

const ONCE = unavailable('not measured', 'the names were counted only once')

/** Per second; names that memory pressure took away are no growth. */
function growth(looks: readonly Observation[], last: number | undefined): number | undefined {
  const [first, end] = [looks[0], looks.at(-1)]
  const before = whole(words(files(first?.text ?? '').get(DENTRIES) ?? '')[4] ?? '')
  const seconds = ((end?.atMs ?? 0) - (first?.atMs ?? 0)) / 1000
  return before === undefined || last === undefined || seconds <= 0 ? undefined : Math.max(0, last - before) / seconds
}

function whole(text: string): number | undefined {
  const value = number(text)
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined
}
