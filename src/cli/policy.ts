// Options and the host's policy file → what this run may do to the kernel. The file is the operator's word: options only narrow it.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { DEFAULT_POLICY, exceeds, type Policy } from '../escalate/policy.ts'
import { changeableByOthers } from '../host/trust.ts'
import type { Tier } from '../model/observation.ts'
import type { Overhead } from '../model/probe.ts'
import { EXIT, Exit } from './exit.ts'

const USUAL = '/etc/tracebook/policy.yaml'
const TIERS: readonly Tier[] = ['read', 'run', 'count', 'trace']

export interface Allowed {
  readonly allow: Tier
  readonly policy: Policy
}

interface Asked {
  readonly allow: Tier
  readonly maxOverhead?: Overhead
  readonly policy?: string
  /** Between two askings of the same question, where no policy says otherwise. */
  readonly coolDownSeconds?: number
}

export async function policyOf({ allow, maxOverhead, policy: file, coolDownSeconds: usual }: Asked): Promise<Allowed> {
  const path = file === undefined ? (existsSync(USUAL) ? USUAL : undefined) : resolve(file)
  if (path === undefined)
    return {
      allow,
      policy: {
        maxOverhead: maxOverhead ?? DEFAULT_POLICY.maxOverhead,
        ...(usual === undefined ? {} : { coolDownSeconds: usual }),
      },
    }
  if (!existsSync(path)) throw new Exit(EXIT.usage, `--policy ${path}: no such file`)
  refuseStrangers(path)
  const { loadPolicy } = await import('../load/policy.ts')
  const { document, coolDownSeconds, diagnostics } = await loadPolicy(path)
  if (!document) {
    const { renderDiagnostics } = await import('../load/render.ts')
    throw new Exit(EXIT.data, `the policy cannot be used\n${renderDiagnostics(diagnostics)}`)
  }
  const coolDown = coolDownSeconds ?? usual
  const most = document['max-overhead'] ?? DEFAULT_POLICY.maxOverhead
  return {
    allow:
      document.allow !== undefined && TIERS.indexOf(document.allow) < TIERS.indexOf(allow) ? document.allow : allow,
    policy: {
      maxOverhead: maxOverhead === undefined || exceeds(maxOverhead, most) ? most : maxOverhead,
      ...(document.instruments ? { instruments: document.instruments } : {}),
      ...(document['quiet-hours'] ? { quietHours: document['quiet-hours'].map(spanOf) } : {}),
      ...(coolDown === undefined ? {} : { coolDownSeconds: coolDown }),
    },
  }
}

/** Root obeys no policy that another user could have written. */
function refuseStrangers(path: string): void {
  if (process.getuid?.() !== 0) return
  const at = changeableByOthers(path, new Set([0]))
  if (at !== undefined)
    throw new Exit(
      EXIT.noPermission,
      `the policy ${path} is not obeyed: others may write ${at} (chown root ${at} && chmod go-w ${at})`,
    )
}

function spanOf(text: string): { readonly from: string; readonly to: string } {
  const [from = '', to = ''] = text.split('-')
  return { from, to }
}
