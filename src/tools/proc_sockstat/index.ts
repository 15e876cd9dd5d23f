// /proc/net/sockstat and two sysctl files at the end of the window → memory of TCP buffers, its limit, orphans, TIME-WAIT, somaxconn.
//   sockets: used 18
//   TCP: inuse 1 orphan 0 tw 2 alloc 1 mem 91          mem in pages
//   287901	383868	575802                              tcp_mem: low, pressure, high, in pages
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'

const SOCKSTAT = '/proc/net/sockstat'
const TCP_MEM = '/proc/sys/net/ipv4/tcp_mem'
const SOMAXCONN = '/proc/sys/net/core/somaxconn'

export const source: Source = {
  id: 'proc_sockstat',
  tier: 'read',
  asks: 'How much memory do TCP buffers use, and what is the limit?',
  gives: ['tcp.memory', 'tcp.memory_limit', 'tcp.time_wait', 'tcp.orphans', 'net.somaxconn'],
  requests: () => [{ kind: 'read', paths: [SOCKSTAT, TCP_MEM, SOMAXCONN], at: 'end' }],
  parse: (looks, { context }) => {
    const read = files(looks.at(-1)?.text ?? '')
    const tcp = protocol(read.get(SOCKSTAT) ?? '', 'TCP:')
    if (!tcp) return unavailable('not understood', `${SOCKSTAT} has no TCP: line of names and numbers`)
    const pages = (count: number | undefined) => (count === undefined ? undefined : count * context.pageSize)
    const pressure = words(read.get(TCP_MEM) ?? '')
    return {
      host: defined({
        'tcp.memory': pages(tcp.get('mem')),
        'tcp.memory_limit': pressure.length === 3 ? pages(number(pressure[1])) : undefined,
        'tcp.time_wait': tcp.get('tw'),
        'tcp.orphans': tcp.get('orphan'),
        'net.somaxconn': number(read.get(SOMAXCONN)?.trim()),
      }),
      missing: unread(read),
    }
  },
}

function unread(read: ReadonlyMap<string, string>): Readonly<Record<string, Unavailable>> {
  const found: Record<string, Unavailable> = {}
  if (!read.has(TCP_MEM)) {
    found['tcp.memory_limit'] = unavailable(
      'not supported',
      "net.ipv4.tcp_mem is shown only in the host's own network namespace",
    )
  }
  if (!read.has(SOMAXCONN)) found['net.somaxconn'] = unavailable('not supported', `${SOMAXCONN} cannot be read here`)
  return found
}

/** `TCP: inuse 1 orphan 0` → its names and numbers; undefined when the line is not pairs of them. */
function protocol(text: string, name: string): ReadonlyMap<string, number> | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  if (line === undefined) return undefined
  const cells = words(line).slice(1)
  const found = new Map<string, number>()
  for (let i = 0; i + 1 < cells.length; i += 2) {
    const value = number(cells[i + 1])
    if (value === undefined) return undefined
    found.set(cells[i] ?? '', value)
  }
  return found.size > 0 ? found : undefined
}
