// cgroup:/PATH → the processes in that group and below it, in whichever hierarchy has it.
//   /sys/fs/cgroup/system.slice/x.service/cgroup.procs   4242 LF 4243
import type { Request } from '../../model/source.ts'
import type { Target } from '../../model/target.ts'
import { files, unreadable } from '../../parse/files.ts'
import { placesAt, merged } from './places.ts'
import { chosen, details, everyProcess, groupsIn, recordsOf, withDetails } from './processes.ts'
import { notFound, type Seeking } from './resolve.ts'

const ROOT = '/sys/fs/cgroup'
const FOLDERS = ['', '/unified', '/memory', '/cpu', '/cpuacct', '/freezer', '/pids', '/cpuset', '/systemd']

export function cgroupRound(seeking: Seeking): readonly Request[] | Target {
  const path = groupPath(seeking.name)
  const [first, second] = seeking.rounds
  if (path === '' || /\*|\/\.\.?(?:\/|$)/.test(path))
    return notFound(
      seeking,
      'process',
      `${seeking.name} is no control group but the root`,
      'name one as systemd-cgls shows it',
    )
  if (first === undefined) {
    const lists = FOLDERS.flatMap((folder) => [
      `${ROOT}${folder}${path}/cgroup.procs`,
      `${ROOT}${folder}${path}/**/cgroup.procs`,
    ])
    return [{ kind: 'read', paths: lists, at: 'start' }, everyProcess]
  }
  const members = new Set(
    first
      .flatMap((look) => [...files(look.text)])
      .flatMap(([file, text]) => (file.endsWith('/cgroup.procs') ? pidsIn(text) : [])),
  )
  const records = recordsOf(first).filter(({ pid }) => members.has(pid) && !seeking.own.includes(pid))
  if (second === undefined && records.length > 0) return [details(chosen(records))]
  const exists = first.some((look) =>
    [...files(look.text).keys(), ...denied(look.text)].some((file) => file.endsWith(`${path}/cgroup.procs`)),
  )
  if (!exists)
    return notFound(seeking, 'process', `there is no control group ${path}`, 'name one as systemd-cgls shows it')
  const processes = withDetails(second ?? [], chosen(records))
  if (processes.length === 0) return notFound(seeking, 'process', `no process is in control group ${path} or below it`)
  return {
    text: seeking.text,
    kind: 'process',
    name: `group ${path}`,
    processes,
    total: records.length,
    groups: merged([...groupsIn(second ?? [], processes), ...placesAt(path)]),
  }
}

/** As in /proc/PID/cgroup; a path in the file system is understood too. */
export function groupPath(text: string): string {
  const inside = text.startsWith(`${ROOT}/`)
    ? text
        .slice(ROOT.length)
        .replace(/^\/(?:unified|memory|cpu|cpuacct|cpu,cpuacct|freezer|pids|cpuset|systemd)(?=\/|$)/, '')
    : text
  return inside.replace(/\/+$/, '').replace(/\/{2,}/g, '/')
}

function pidsIn(text: string): number[] {
  return text.split('\n').flatMap((line) => (/^[1-9]\d*$/.test(line) ? [Number(line)] : []))
}

function denied(text: string): string[] {
  return [...unreadable(text)].flatMap(([file, code]) =>
    code === 'EACCES' || code === 'EPERM' || code === 'EOPNOTSUPP' ? [file] : [],
  )
}
