// Format of skb:kfree_skb → names of its reasons: each kernel numbers them anew.
//   … REC->location, __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, …
import { askedAfter } from '../../instruments/asked-after.ts'
import { naming } from '../../instruments/naming.ts'
import type { Reader } from '../../instruments/reading.ts'
import type { BackEnd } from '../../model/probe.ts'

/** bpftrace prints the number of a reason; one that this kernel does not name stays one. */
export function namingReasons(make: (read: Reader) => BackEnd, read: Reader): BackEnd {
  return naming(make, read, {
    act: () => askedAfter(['cat', '/sys/kernel/tracing/events/skb/kfree_skb/format']),
    rename: (format) => {
      const names = reasonsIn(format)
      return ({ reason = '', ...labels }) => ({ reason: names.get(reason) ?? reason, ...labels })
    },
    of: 'reasons',
  })
}

function reasonsIn(format: string): ReadonlyMap<string, string> {
  const list = format.slice(format.indexOf('__print_symbolic(REC->reason'))
  return new Map([...list.matchAll(/\{ (?:0x)?(\d+), "(\w+)" \}/g)].map(([, number = '', name = '']) => [number, name]))
}
