// `--target` as it was typed + looks at this host → the looks still needed to find it, or the Target. Pure: a replay finds the same.
import type { Observation } from '../../model/observation.ts'
import type { Request } from '../../model/source.ts'
import type { Target } from '../../model/target.ts'
import { unavailable } from '../../model/unavailable.ts'
import { cgroupRound } from './cgroups.ts'
import { mountRound } from './mounts.ts'
import { peerOf } from './peers.ts'
import { commRound, pidRound } from './processes.ts'
import { portRound } from './ports.ts'

/** What is known so far: the answers to the first round, to the second, … */
export type Rounds = readonly (readonly Observation[])[]

/** More rounds than any kind of target needs. */
export const MOST_ROUNDS = 4

export interface Seeking {
  readonly name: string
  readonly text: string
  readonly rounds: Rounds
  /** Processes of this run itself: never the target. */
  readonly own: readonly number[]
}

export function resolve(text: string, rounds: Rounds, own: readonly number[]): readonly Request[] | Target {
  const colon = text.indexOf(':')
  const seeking = { text, name: text.slice(colon + 1), rounds, own }
  const unseen = blind(rounds)
  if (unseen !== undefined) return notFound(seeking, 'process', unseen)
  switch (text.slice(0, colon)) {
    case 'pid':
      return pidRound(seeking)
    case 'comm':
      return commRound(seeking)
    case 'cgroup':
      return cgroupRound(seeking)
    case 'port':
      return portRound(seeking)
    case 'mount':
      return mountRound(seeking)
    case 'peer':
      return peerOf(seeking)
    default:
      return notFound(
        seeking,
        'process',
        `${text} is no target`,
        'pid:N, comm:NAME, cgroup:/PATH, port:N, mount:/PATH or peer:ADDRESS',
      )
  }
}

/** Nothing was looked at: that is not the same as nothing being there. */
function blind(rounds: Rounds): string | undefined {
  const looks = rounds.flat()
  if (looks.some((look) => look.outcome === 'interrupted')) return 'the run was stopped before the target was found'
  const last = rounds.at(-1) ?? []
  const absent = last.find((look) => look.stderr?.includes('is not in the recording'))
  return absent && last.every((look) => look.outcome !== 'ok')
    ? 'the recording was made without this target'
    : undefined
}

export function notFound({ text, name }: Seeking, kind: Target['kind'], reason: string, cure?: string): Target {
  return {
    text,
    kind,
    name,
    unavailable: unavailable('not measured', reason, cure),
    processes: [],
    total: 0,
    groups: [],
  }
}
