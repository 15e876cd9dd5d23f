// Groups the kernel knows by number, and threads whose group nobody said → the path of the group, asked after the trace as an act of its own.
//   227 /sys/fs/cgroup/cpu/web                      find: the number of its directory is that of the group
//    2618  2619 4:memory:/web,1:cpu:/web/inner      ps: process, thread, groups; `-` is in none but the root
import type { BackEnd, Plan } from '../model/probe.ts'
import { askedAfter } from './asked-after.ts'
import { naming, type Rename } from './naming.ts'
import type { Reader } from './reading.ts'

const GROUPS = 'the control groups'
const ROOT = '/sys/fs/cgroup'

/** Below it are the groups the CPU controller knows. Version 1 has a tree of its own for it. */
function treeOf({ context }: Plan): string {
  return context.cgroup.version === '2' ? ROOT : `${ROOT}/cpu`
}

/** The label `group` is a number before `read` and a path in it. */
export function namingGroups(make: (read: Reader) => BackEnd, read: Reader): BackEnd {
  return naming(make, read, {
    // -H: the tree itself is often a link. A group that goes away meanwhile makes it complain.
    act: (plan) => askedAfter(['find', '-H', treeOf(plan), '-type', 'd', '-printf', '%i %p\\n']),
    rename: (text, plan) => groupsByNumber(text, treeOf(plan)),
    of: GROUPS,
  })
}

/** The label `pid` is a thread or a process before `read`; in it, it is the process, and `group` is there. */
export function namingGroupsOfThreads(make: (read: Reader) => BackEnd, read: Reader): BackEnd {
  return naming(make, read, {
    act: () => askedAfter(['ps', '-ww', '-eLo', 'pid=,lwp=,cgroup=']),
    rename: groupsByThread,
    of: GROUPS,
  })
}

function groupsByNumber(text: string, tree: string): Rename | undefined {
  const names = new Map<string, string>()
  for (const [, number = '', path = ''] of text.matchAll(/^(\d+) (\/.*)$/gm))
    if (path.startsWith(tree)) names.set(number, path.slice(tree.length) || '/')
  if (names.size === 0) return undefined
  return (labels) => {
    const number = labels['group'] ?? ''
    return { ...labels, group: names.get(number) ?? `group ${number}, gone` }
  }
}

function groupsByThread(text: string): Rename | undefined {
  const threads = new Map<string, { readonly pid: string; readonly group: string }>()
  for (const [, pid = '', thread = '', groups = ''] of text.matchAll(/^ *(\d+) +(\d+) (.*)$/gm))
    threads.set(thread, { pid, group: groupOf(groups) })
  if (threads.size === 0) return undefined
  return ({ pid = '', ...labels }) => {
    const known = threads.get(pid)
    return { group: known?.group ?? 'gone', pid: known?.pid ?? pid, ...labels }
  }
}

/** Names of groups may hold commas: an entry begins with its number. */
function groupOf(groups: string): string {
  for (const entry of groups.split(/,(?=\d+:)/)) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(entry) ?? []
    if (controllers.split(',').includes('cpu') || (controllers === '' && path !== '/')) return path
  }
  return '/'
}
