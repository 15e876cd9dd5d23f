// A host → its context: two rounds of file reads, before anything is measured. The looks are part of the report.
import type { Host } from '../host/host.ts'
import type { Context } from '../model/context.ts'
import type { Observation } from '../model/observation.ts'
import { NOW } from '../model/source.ts'
import { cgroupRequest, contextOf, contextRequests } from '../tools/context/index.ts'

export async function readContext(
  host: Host,
  signal: AbortSignal,
): Promise<{ readonly context: Context; readonly looks: readonly Observation[] }> {
  const asked = contextRequests.map((request) => ({ source: 'context', tier: 'read' as const, request }))
  const first = (await host.look(asked, NOW, signal)).get('context') ?? []
  const more = cgroupRequest(first)
  const second = more
    ? ((await host.look([{ source: 'context', tier: 'read', request: more }], NOW, signal)).get('context') ?? [])
    : []
  const looks = [...first, ...second]
  return { context: contextOf(looks), looks }
}
