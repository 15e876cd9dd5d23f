// `--target` as typed + a host → the Target it is there, found in few looks before anything is measured; and what a diagnosis must name to be about it.
import type { Host } from '../host/host.ts'
import { isFiring, type Culprit, type Finding } from '../model/finding.ts'
import type { Observation, Tier } from '../model/observation.ts'
import { NOW } from '../model/source.ts'
import type { Target } from '../model/target.ts'
import { MOST_ROUNDS, resolve } from '../tools/target/resolve.ts'
import type { Session } from './session.ts'

/** The source its looks are filed under, in a report and in a recording. */
const SOURCE = 'target'
/** Followed before the runbook that was chosen. */
export const TARGET_RUNBOOK = 'target'

export interface Found {
  readonly target: Target
  readonly looks: readonly Observation[]
}

export async function findTarget(text: string, host: Host, allow: Tier, signal: AbortSignal): Promise<Found> {
  const rounds: (readonly Observation[])[] = []
  for (;;) {
    const next = resolve(text, rounds, host.own())
    if (!Array.isArray(next)) return { target: next as Target, looks: rounds.flat() }
    if (rounds.length === MOST_ROUNDS) throw new Error(`${text} is not found in ${MOST_ROUNDS} rounds`)
    const asked = next.flatMap((request) => {
      const tier: Tier = request.kind === 'run' ? 'run' : 'read'
      return tier === 'run' && allow === 'read' ? [] : [{ source: SOURCE, tier, request }]
    })
    rounds.push((await host.look(asked, NOW, signal)).get(SOURCE) ?? [])
  }
}

/** What the first guards of its runbook read; no check needs it, so no measurement forgets it. */
export function tell({ target, looks }: Found, { facts }: Session): void {
  facts.host.set('target.kind', target.unavailable ? 'missing' : target.kind)
  facts.from.set('target.kind', SOURCE)
  facts.looks.set(SOURCE, looks)
}

/** A culprit is about the target when it is it, holds it, or is what the target's own view blames. */
export function isTargetOf(target: Target, findings: readonly Finding[]): (culprit: Culprit) => boolean {
  const blamed = new Set(
    findings
      .filter((one) => one.check.startsWith('target.') && isFiring(one))
      .flatMap((one) => one.culprits.map(nameOf)),
  )
  return (culprit) => isIt(target, culprit) || blamed.has(nameOf(culprit))
}

function isIt({ processes, groups, mount, port, peer }: Target, culprit: Culprit): boolean {
  const pids = new Set(processes.map((one) => one.pid))
  switch (culprit.kind) {
    case 'process':
      return [culprit.pid, ...(culprit.pids ?? [])].some((pid) => pid !== undefined && pids.has(pid))
    case 'cgroup':
      return groups.some((one) => one.path === culprit.name)
    case 'mount':
      return mount?.path === culprit.name
    case 'disk':
      return mount !== undefined && (culprit.name === mount.disk || culprit.name === mount.deviceName)
    case 'listener':
      return (port !== undefined && culprit.port === port) || (culprit.pid !== undefined && pids.has(culprit.pid))
    case 'peer':
      return peer?.address === culprit.name
    default:
      return false
  }
}

function nameOf(culprit: Culprit): string {
  return `${culprit.kind} ${culprit.name} ${culprit.pid ?? ''}`
}
