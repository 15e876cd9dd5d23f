// Observations of a row of acts → why nothing can be read from them, when one of them did not end well.
import type { Observation } from '../model/observation.ts'
import { unavailable, type Unavailable, type UnavailableKind } from '../model/unavailable.ts'

const KINDS: Readonly<Partial<Record<Observation['outcome'], UnavailableKind>>> = {
  missing: 'not installed',
  denied: 'not permitted',
  timeout: 'timed out',
}

/** Undefined when all acts, `least` of them, were performed. A text cut at its cap is no reason: readers count what is whole. */
export function spoiled(looks: readonly Observation[], least = 1): Unavailable | undefined {
  const bad = looks.find(({ outcome }) => outcome !== 'ok' && outcome !== 'truncated')
  if (bad) return unavailable(KINDS[bad.outcome] ?? 'failed', `${nameOf(bad)}: ${said(bad)}`)
  return looks.length < least ? unavailable('failed', 'not all steps of the instrument were performed') : undefined
}

function nameOf({ argv, source }: Observation): string {
  const program = argv?.[0]?.split('/').at(-1) ?? source
  return argv?.[1] !== undefined && /^[a-z]/.test(argv[1]) ? `${program} ${argv[1]}` : program
}

function said({ stderr, outcome, exitCode }: Observation): string {
  const line = stderr?.split('\n').find((text) => text.trim() !== '')
  return line?.trim() ?? (exitCode === undefined ? outcome : `exit status ${exitCode}`)
}
