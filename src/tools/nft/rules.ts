// The JSON text of `nft list ruleset` → the rules and chain policies that drop or refuse packets, with what they counted.
import { unavailable, type Unavailable } from '../../model/unavailable.ts'

export interface Rule {
  /** `inet guard inbound, handle 3: tcp dport 7034`, as far as it makes plain comparisons; of a policy `inet guard inbound, policy drop`. */
  readonly name: string
  /** Packets since the rule was made; undefined without a counter of its own. */
  readonly dropped?: number
}

type Fields = Readonly<Record<string, unknown>>

export function droppingRules(text: string): readonly Rule[] | Unavailable {
  const list = fields(parsed(text))?.['nftables']
  if (!Array.isArray(list))
    return unavailable('not understood', 'nft printed no JSON object with a list named nftables')
  return list.flatMap((one: unknown) => {
    const entry = fields(one)
    const rule = fields(entry?.['rule'])
    const chain = fields(entry?.['chain'])
    return (rule ? ruleOf(rule) : chain && policyOf(chain)) ?? []
  })
}

function ruleOf(rule: Fields): Rule | undefined {
  const list: readonly unknown[] = Array.isArray(rule['expr']) ? rule['expr'] : []
  const parts = list.map(fields).filter((part) => part !== undefined)
  if (!parts.some((part) => 'drop' in part || 'reject' in part)) return undefined
  const packets = parts.map((part) => fields(part['counter'])?.['packets']).find((one) => typeof one === 'number')
  const matches = parts.flatMap((part) => matchOf(fields(part['match'])) ?? [])
  return {
    name: [`${place(rule, 'chain')}, handle ${word(rule['handle'])}`, matches.join(' ')].filter(Boolean).join(': '),
    ...(typeof packets === 'number' ? { dropped: packets } : {}),
  }
}

function policyOf(chain: Fields): Rule | undefined {
  return chain['policy'] === 'drop' ? { name: `${place(chain, 'name')}, policy drop` } : undefined
}

function place(of: Fields, chain: string): string {
  return `${word(of['family'])} ${word(of['table'])} ${word(of[chain])}`
}

/** Sets, ranges and expressions are left to who reads the rule itself. */
function matchOf(match: Fields | undefined): string | undefined {
  const left = fields(match?.['left'])
  const payload = fields(left?.['payload'])
  const meta = fields(left?.['meta'])
  const right = match?.['right']
  if (typeof right !== 'string' && typeof right !== 'number') return undefined
  if (payload) return `${word(payload['protocol'])} ${word(payload['field'])} ${right}`
  return meta ? `${word(meta['key'])} ${right}` : undefined
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?'
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
