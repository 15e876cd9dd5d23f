// Findings → the same findings, whose process culprits also have their control group and service, and whose listeners have their process:
// looked up once, after it is known who they are.
import type { Culprit, Finding } from '../model/finding.ts'
import { NOW, type Request } from '../model/source.ts'
import { isUnavailable } from '../model/unavailable.ts'
import { source as ss, WITH_OWNERS } from '../tools/ss/index.ts'
import { detailRequest, detailsOf } from '../tools/process_detail/index.ts'
import { holdersIn, holdersRequest } from '../tools/find_descriptors/sockets.ts'
import { inodesOf, TABLES } from '../tools/proc_net_udp/index.ts'
import type { Session } from './session.ts'

export async function nameCulprits(session: Session): Promise<void> {
  await nameListeners(session)
  await nameUdpSockets(session)
  await nameProcesses(session)
}

async function nameProcesses(session: Session): Promise<void> {
  const { host, signal } = session.settings
  const pids = [...session.findings.values()]
    .flat()
    .flatMap((finding) =>
      finding.culprits.flatMap((c) =>
        c.kind === 'process' && c.pid !== undefined && c.cgroup === undefined ? [c.pid] : [],
      ),
    )
  if (pids.length === 0) return
  const looks =
    (await host.look([{ source: 'process_detail', tier: 'read', request: detailRequest(pids) }], NOW, signal)).get(
      'process_detail',
    ) ?? []
  session.facts.looks.set('process_detail', looks)
  const details = detailsOf(looks[0])
  // The pid may be another process by now: only the name it was seen with counts.
  const detailOf = ({ pid, comm }: Culprit) => {
    const detail = pid === undefined ? undefined : details.get(pid)
    const same = detail && (comm === undefined || comm.startsWith(detail.comm) || detail.comm.startsWith(comm))
    return same ? detail : undefined
  }
  const named = (culprit: Culprit): Culprit => {
    const detail = detailOf(culprit)
    if (!detail) return culprit
    return {
      ...culprit,
      ...(detail.cgroup === undefined ? {} : { cgroup: detail.cgroup }),
      ...(detail.unit === undefined ? {} : { unit: detail.unit }),
    }
  }
  renamed(session, named, (culprits) => membersOnly(culprits, (culprit) => detailOf(culprit)?.groups))
}

/** A listener that is to blame and whose process the window did not ask for. */
async function nameListeners(session: Session): Promise<void> {
  const { host, signal, context, window, allow } = session.settings
  if (nameless(session).every((name) => name.startsWith('udp ')) || allow === 'read' || isUnavailable(host.which('ss')))
    return
  const asked = { source: 'ss_owners', tier: 'run' as const, request: { ...WITH_OWNERS, at: 'start' as const } }
  const looks = (await host.look([asked], NOW, signal)).get('ss_owners') ?? []
  session.facts.looks.set('ss_owners', looks)
  const reading = ss.parse(looks, { window, context })
  if (isUnavailable(reading)) return
  const owners = new Map((reading.instances ?? []).map((one) => [one.name, one.labels ?? {}]))
  renamed(session, (culprit) => {
    const { pid, comm } = (culprit.kind === 'listener' ? owners.get(culprit.name) : undefined) ?? {}
    return pid === undefined || culprit.pid !== undefined
      ? culprit
      : { ...culprit, pid: Number(pid), ...(comm === undefined ? {} : { comm }) }
  })
}

/** A UDP socket that is to blame: ss would make the kernel load a module for it, so its owner is found by its descriptor. */
async function nameUdpSockets(session: Session): Promise<void> {
  const { host, signal, allow } = session.settings
  const names = nameless(session).filter((name) => name.startsWith('udp '))
  if (names.length === 0 || allow === 'read' || isUnavailable(host.which('find'))) return
  const look = async (source: string, tier: 'read' | 'run', request: Request) => {
    const found = (await host.look([{ source, tier, request }], NOW, signal)).get(source) ?? []
    session.facts.looks.set(source, found)
    return found[0]
  }
  const inodes = inodesOf((await look('udp_sockets', 'read', TABLES))?.text ?? '')
  const wanted = names.flatMap((name) => inodes.get(name) ?? [])
  if (wanted.length === 0) return
  const holders = holdersIn(await look('udp_owners', 'run', holdersRequest(wanted)))
  const pids = [...holders.values()].flatMap((found) => found.slice(0, 1))
  if (pids.length === 0) return
  const details = detailsOf(await look('udp_owner_names', 'read', detailRequest(pids)))
  renamed(session, (culprit) => {
    const own = culprit.kind === 'listener' && culprit.pid === undefined ? (inodes.get(culprit.name) ?? []) : []
    const pid = own.flatMap((inode) => holders.get(inode)?.[0] ?? [])[0]
    const comm = pid === undefined ? undefined : details.get(pid)?.comm
    return pid === undefined ? culprit : { ...culprit, pid, ...(comm === undefined ? {} : { comm }) }
  })
}

function nameless(session: Session): string[] {
  const culprits = [...session.findings.values()].flat().flatMap((finding) => finding.culprits)
  return [...new Set(culprits.flatMap((c) => (c.kind === 'listener' && c.pid === undefined ? [c.name] : [])))]
}

function renamed(session: Session, named: (culprit: Culprit) => Culprit, kept = (all: Culprit[]) => all): void {
  const all = (culprits: readonly Culprit[]) => kept(culprits.map(named))
  for (const [check, findings] of session.findings)
    session.findings.set(
      check,
      findings.map((f): Finding => ({ ...f, culprits: f.culprits.map(named) })),
    )
  session.conclusions.splice(
    0,
    session.conclusions.length,
    ...session.conclusions.map((c) => ({
      ...c,
      support: c.support.map((f) => ({ ...f, culprits: all(f.culprits) })),
    })),
  )
}

/** Where a group is to blame, so are its members: the largest processes of the host may be others. Who ended meanwhile stays. */
export function membersOnly(
  culprits: readonly Culprit[],
  groupsOf: (culprit: Culprit) => readonly string[] | undefined,
): Culprit[] {
  const groups = culprits.flatMap((c) => (c.kind === 'cgroup' ? [c.name] : []))
  const isMember = (of: readonly string[]) =>
    groups.some((group) => group === '/' || of.some((path) => path === group || path.startsWith(`${group}/`)))
  return culprits.filter((c) => groups.length === 0 || c.kind !== 'process' || isMember(groupsOf(c) ?? groups))
}
