// dmesg: kernel messages of the last 15 minutes → a count per family, and what the last one of a family says and names.
//   <6>[  911.990000] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),…,oom_memcg=/job,task_memcg=/job,task=python3,pid=4711,uid=0
//   <3>[  912.001204] Memory cgroup out of memory: Killed process 4711 (python3) total-vm:150000kB, …
//   <6>[  915.000000] TCP: request_sock_TCP: Possible SYN flooding on port 80. Sending cookies.
import type { Instance } from '../../model/metric.ts'
import type { Reading, Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'
import { FAMILIES } from './families.ts'
import { messages, sanitized, type Message } from './records.ts'

const WINDOW_SECONDS = 900
/** A killed program is started again, and takes a while to fill its group once more. */
const JUST_NOW_SECONDS = 60
/** A loop of kills goes on that long after one of them. */
const LATEST_SECONDS = 10
/** Messages are stamped by a clock that is not disciplined by NTP: it strays from the uptime by some ten parts in a million. */
const CLOCK_DRIFT = 20e-6

const ids = [...new Set(FAMILIES.map((family) => family.id))]

export const source: Source = {
  id: 'dmesg',
  tier: 'run',
  tool: 'dmesg',
  asks: 'Did the kernel complain lately: out of memory, I/O errors, hung tasks, hardware errors?',
  gives: [
    ...ids.map((id) => `log.${id}`),
    'log.coverage',
    'log.detail',
    'log.victim',
    'log.commit_victim',
    'log.commit_request',
    'memory.commit_refusals',
    'process.cache_drops',
    'process.crashes',
    'disk.errors_logged',
    'conntrack.full_logged',
    'cgroup.recent_kills',
    'cgroup.latest_kills',
    'process.recent_kills',
  ],
  // -r is the one format all versions print: JSON came with util-linux 2.38, and --time-format changes with the reader.
  requests: () => [{ kind: 'run', argv: ['dmesg', '-r'], at: 'end' }],
  parse: ([look], { context, window }) => {
    if (!look) return unavailable('not measured', 'the kernel log was not read')
    const all = messages(look.text)
    const [first] = all
    if (!first) return nothing(look.text)
    // The last message can be ahead of the uptime, by drift or because uptime was read as the run started.
    const latest = all.reduce((most, message) => Math.max(most, message.seconds), 0)
    const now = Math.max(context.uptimeSeconds + look.atMs / 1000, latest)
    const since = (span: number) => now * (1 - CLOCK_DRIFT) - span
    const recent = after(since(WINDOW_SECONDS), all)
    const hits = classify(recent)
    const killed = kills(after(since(JUST_NOW_SECONDS), hits), since(LATEST_SECONDS))
    const found = reading(hits, Math.max(0, Math.min(WINDOW_SECONDS, now - first.seconds)))
    const opened = since((window.intervalMs * window.count) / 1000)
    return withDoers(after(opened, recent), after(opened, hits), {
      ...found,
      instances: [...(found.instances ?? []), ...killed],
    })
  },
}

function after<T extends { readonly seconds: number }>(since: number, all: readonly T[]): T[] {
  return all.filter(({ seconds }) => seconds >= since)
}

function nothing(text: string): Unavailable {
  if (text.trim() === '') return unavailable('not supported', 'the kernel log is empty: in a container, or cleared')
  return /^<\d+>(?!\[)/m.test(text)
    ? unavailable('not supported', 'kernel messages carry no time', 'echo Y > /sys/module/printk/parameters/time')
    : unavailable('not understood', 'dmesg printed no line with level and time')
}

/** What processes and disks did within the window, with their names, which the counters of the kernel have not. A crashed one starts again under another pid: by name. */
function withDoers(within: readonly Message[], hits: readonly Hit[], found: Reading): Reading {
  const drops = new Map<string, { readonly comm: string; readonly count: number }>()
  for (const { text } of within) {
    const [, comm, pid] = /^(.{1,64}) \((\d+)\): drop_caches: \d+$/.exec(text) ?? []
    if (comm !== undefined && pid !== undefined)
      drops.set(pid, { comm: sanitized(comm, 64), count: (drops.get(pid)?.count ?? 0) + 1 })
  }
  const droppers = [...drops].map(([pid, { comm, count }]) => ({
    domain: 'process' as const,
    name: pid,
    labels: { pid, comm },
    values: { 'process.cache_drops': count },
  }))
  const crashes = [...victims(hits, 'segfault')].map(([comm, times]) => ({
    domain: 'process' as const,
    name: comm,
    labels: { comm },
    values: { 'process.crashes': times },
  }))
  // The error counters of most drivers are not kept, the message always is; the kernel prints ten of them in five seconds.
  const disks = [...victims(hits, 'io_error')].map(([device, errors]) => ({
    domain: 'disk' as const,
    name: device,
    labels: { device },
    values: { 'disk.errors_logged': errors },
  }))
  const told = (wanted: string) => hits.filter(({ family }) => family === wanted).length
  return {
    ...found,
    host: {
      ...found.host,
      'memory.commit_refusals': told('commit_refused'),
      'conntrack.full_logged': told('conntrack_full'),
    },
    instances: [...(found.instances ?? []), ...droppers, ...crashes, ...disks],
  }
}

/** Who was killed at the limit of which group: the victim is gone, its name and its group come back. */
function kills(recent: readonly Hit[], latestSince: number): Instance[] {
  const hits = recent.filter(({ family, cgroup }) => family === 'oom_cgroup' && cgroup !== undefined)
  const groups = byGroup(hits)
  const latest = byGroup(after(latestSince, hits))
  return [
    ...[...groups].map(([cgroup, count]) => ({
      domain: 'cgroup' as const,
      name: cgroup,
      labels: { cgroup },
      values: { 'cgroup.recent_kills': count, 'cgroup.latest_kills': latest.get(cgroup) ?? 0 },
    })),
    ...[...victims(hits, 'oom_cgroup')].map(([comm, count]) => ({
      domain: 'process' as const,
      name: comm,
      labels: { comm },
      values: { 'process.recent_kills': count },
    })),
  ]
}

function byGroup(hits: readonly Hit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { cgroup = '' } of hits) counts.set(sanitized(cgroup), (counts.get(sanitized(cgroup)) ?? 0) + 1)
  return counts
}

/** Messages of one family, by what they name. */
function victims(hits: readonly Hit[], family: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const hit of hits) {
    const victim = hit.family === family ? hit.names['victim'] : undefined
    if (victim !== undefined) counts.set(sanitized(victim, 64), (counts.get(sanitized(victim, 64)) ?? 0) + 1)
  }
  return counts
}

interface Hit {
  readonly seconds: number
  readonly family: string
  readonly text: string
  readonly names: Readonly<Record<string, string | undefined>>
  readonly cgroup: string | undefined
}

function reading(hits: readonly Hit[], coverage: number): Reading {
  const counts = new Map(ids.map((id) => [id, 0]))
  for (const hit of hits) counts.set(hit.family, (counts.get(hit.family) ?? 0) + 1)
  const last = new Map(hits.map((hit) => [hit.family, hit]))
  const refused = last.get('commit_refused')
  return {
    host: {
      ...Object.fromEntries([...counts].map(([id, count]) => [`log.${id}`, count])),
      'log.coverage': coverage,
      ...refusal(refused),
    },
    instances: [...last.values()].map(instance),
    missing: {
      ...(refused ? {} : { 'log.commit_victim': NOT_REFUSED }),
      ...(refused?.names['bytes'] ? {} : { 'log.commit_request': refused ? SIZE_NOT_TOLD : NOT_REFUSED }),
    },
  }
}

const NOT_REFUSED = unavailable('nothing to measure', 'the kernel log tells of no allocation that was refused')
const SIZE_NOT_TOLD = unavailable('not supported', 'this kernel does not tell how much was asked for')

/** Whose allocation was refused last, and how large it was. */
function refusal(hit: Hit | undefined): Record<string, string | number> {
  if (!hit) return {}
  const { victim = '', pid = '', bytes } = hit.names
  return {
    'log.commit_victim': `${sanitized(victim, 64)} (pid ${pid})`,
    ...(bytes === undefined ? {} : { 'log.commit_request': Number(bytes) }),
  }
}

function classify(recent: readonly Message[]): Hit[] {
  const hits: Hit[] = []
  let cgroup: string | undefined
  for (const { seconds, text } of recent) {
    // Printed just before the line that says who was killed; the only one that names the control group.
    if (text.startsWith('oom-kill:constraint=')) cgroup = memoryGroup(text)
    for (const { id, pattern } of FAMILIES) {
      const match = pattern.exec(text)
      if (!match) continue
      const killed = id === 'oom_cgroup' || id === 'oom_host'
      hits.push({
        family: id,
        seconds,
        text,
        names: match.groups ?? {},
        cgroup: killed ? cgroup : match.groups?.['cgroup'],
      })
      if (killed) cgroup = undefined
      break
    }
  }
  return hits
}

/** `oom_memcg=/job` is the group whose limit was hit; a host-wide kill has only the victim's own, `task_memcg=`. */
function memoryGroup(text: string): string | undefined {
  const path = (/,oom_memcg=([^,]*)/.exec(text) ?? /,task_memcg=([^,]*)/.exec(text))?.[1]
  return path === '/' ? undefined : path
}

function instance({ family, text, names, cgroup }: Hit): Instance {
  const safe = (name: string | undefined) => (name === undefined ? undefined : sanitized(name, 64))
  const victim = safe(names['victim'] ?? names['device'] ?? names['dev'] ?? names['cgroup'])
  const pid = names['pid']
  const labels = defined({
    comm: pid === undefined ? undefined : victim,
    pid,
    cgroup: cgroup === undefined ? undefined : sanitized(cgroup),
    port: family === 'syn_flood' ? victim : undefined,
    device: family === 'io_error' || family === 'filesystem_error' ? victim : undefined,
  })
  return {
    domain: 'kernelLog',
    name: family,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    values: defined({ 'log.detail': sanitized(text), 'log.victim': victim }),
  }
}
