// Format of skb:kfree_skb → names of its reasons: each kernel numbers them anew.
//   … REC->location, __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, …
import type { RunAct } from '../../model/probe.ts'

/** Last act of a back end that prints numbers. */
export const formatAct: RunAct = {
  kind: 'run',
  argv: ['cat', '/sys/kernel/tracing/events/skb/kfree_skb/format'],
  lastsMs: 0,
  graceMs: 2000,
  tracing: false,
}

export function reasonsIn(format: string): ReadonlyMap<string, string> {
  const list = format.slice(format.indexOf('__print_symbolic(REC->reason'))
  return new Map([...list.matchAll(/\{ (?:0x)?(\d+), "(\w+)" \}/g)].map(([, number = '', name = '']) => [number, name]))
}
