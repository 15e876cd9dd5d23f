// nft: all rules of this host with their counters, at both ends of the window → which rules drop packets.
//   {"nftables": [{"metainfo": {"version": "1.0.6", …}},
//    {"chain": {"family": "inet", "table": "guard", "name": "in", "hook": "input", "policy": "drop", …}},
//    {"rule": {"family": "inet", "table": "guard", "chain": "in", "handle": 3, "expr": [{"match": …}, {"counter": {"packets": 7, "bytes": 420}}, {"drop": null}]}}]}
import type { Instance, Value } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../../model/unavailable.ts'
import { loadsModule } from '../../parse/modules.ts'
import { droppingRules, type Rule } from './rules.ts'

const MOST_RULES = 16

export const source: Source = {
  id: 'nft',
  tier: 'run',
  tool: 'nft',
  asks: 'Which rule of a packet filter drops packets?',
  gives: ['rule.dropped', 'rule.the_only_one'],
  requests: (_window, context) =>
    loadsModule('nft', 'nf_tables', context) ?? [
      { kind: 'run', argv: ['nft', '-j', '-a', 'list', 'ruleset'], at: 'ends' },
    ],
  parse: (looks) => {
    const seen: (readonly Rule[])[] = []
    for (const { text } of looks) {
      const found = droppingRules(text)
      if (isUnavailable(found)) return found
      seen.push(found)
    }
    const last = seen.at(-1)
    if (!last) return unavailable('not measured', 'nft was not run')
    const before = new Map(seen[0]?.map((rule) => [rule.name, rule]))
    const instances = last
      .map((rule) => instance(rule, valuesOf(rule, seen.length > 1 ? before.get(rule.name) : undefined, last.length)))
      .filter((one) => Object.keys(one.values).length > 0)
      .toSorted((a, b) => Number(b.values['rule.dropped'] ?? 0) - Number(a.values['rule.dropped'] ?? 0))
      .slice(0, MOST_RULES)
    return { instances, missing: missing(instances, seen.length) }
  },
}

function valuesOf(rule: Rule, before: Rule | undefined, rules: number): Record<string, Value> {
  const { dropped } = rule
  if (dropped === undefined) return rules === 1 ? { 'rule.the_only_one': 1 } : {}
  // A counter that was reset in between tells what came since.
  return before?.dropped === undefined
    ? {}
    : { 'rule.dropped': dropped >= before.dropped ? dropped - before.dropped : dropped }
}

function instance({ name }: Rule, values: Record<string, Value>): Instance {
  return { domain: 'kernelObject', name, labels: {}, values }
}

function missing(instances: readonly Instance[], looks: number): Record<string, Unavailable> {
  const none = unavailable('nothing to measure', 'no rule that nft lists drops packets and counts them')
  const once = unavailable('not measured', 'the rules were listed only once: an increase needs two reads')
  const told = (id: string) => instances.some((one) => id in one.values)
  return {
    ...(told('rule.dropped') ? {} : { 'rule.dropped': looks < 2 ? once : none }),
    ...(told('rule.the_only_one')
      ? {}
      : { 'rule.the_only_one': unavailable('nothing to measure', 'there is not just one rule that drops') }),
  }
}
