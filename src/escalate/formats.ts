// What tracefs says of a probe's tracepoints → which back ends' events are there, with the fields they read (law 14).
import type { Host } from '../host/host.ts'
import type { Observation } from '../model/observation.ts'
import { NOW } from '../model/source.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

export interface Formats {
  /** Why nothing can be said: no tracefs here, or not for us. Then the dry run decides. */
  readonly unread?: Unavailable
  /** `group:name` → its fields. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>
}

const ROOTS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const

/** Reads the format of each event, once. `events` as back ends name them: `group:name` or `group:name(field,field)`. */
export async function readFormats(events: readonly string[], host: Host, signal: AbortSignal): Promise<Formats> {
  const names = [...new Set(events.map(nameOf))]
  if (names.length === 0) return { known: new Map() }
  const paths = names.map((name) => name.replace(':', '/'))
  for (const root of ROOTS) {
    const request = {
      kind: 'read' as const,
      at: 'start' as const,
      paths: [`${root}/README`, ...paths.map((path) => `${root}/events/${path}/format`)],
    }
    const looks = (await host.look([{ source: 'tracepoints', tier: 'read', request }], NOW, signal)).get('tracepoints')
    const known = formatsIn(looks ?? [])
    if (known.size > 0) return { known }
  }
  return {
    known: new Map(),
    unread: unavailable(
      'not permitted',
      'tracefs cannot be read: it belongs to root, or is not mounted',
      'run as root',
    ),
  }
}

/** Why a back end cannot attach here: an event, or a field of it, this kernel does not have. */
export function lacking(events: readonly string[], { known, unread }: Formats): Unavailable | undefined {
  if (unread) return undefined
  for (const event of events) {
    const fields = known.get(nameOf(event))
    if (!fields) return unavailable('not supported', `this kernel has no tracepoint ${nameOf(event)}`)
    const missing = fieldsOf(event).find((field) => !fields.has(field))
    if (missing !== undefined)
      return unavailable('not supported', `the tracepoint ${nameOf(event)} of this kernel has no field ${missing}`)
  }
  return undefined
}

export function nameOf(event: string): string {
  return event.replace(/\(.*$/, '')
}

function fieldsOf(event: string): readonly string[] {
  return /\((.*)\)$/.exec(event)?.[1]?.split(',') ?? []
}

/**
 *   ==> /sys/kernel/tracing/events/sched/sched_switch/format <==
 *   name: sched_switch
 *   	field:char prev_comm[16];	offset:8;	size:16;	signed:0;
 */
function formatsIn(looks: readonly Observation[]): Map<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>()
  for (const part of looks
    .map((look) => look.text)
    .join('\n')
    .split(/^==> /m)) {
    const path = /^\S*\/events\/([^/\s]+)\/([^/\s]+)\/format <==/.exec(part)
    if (!path) continue
    const fields = [...part.matchAll(/^\tfield:[^;]*?(\w+)(?:\[[^\]]*\])?;/gm)].map((match) => match[1] ?? '')
    if (fields.length > 0) known.set(`${path[1]}:${path[2]}`, new Set(fields))
  }
  return known
}
