// /etc/resolv.conf → whom the resolver asks, how many names it tries for a short one, and how long it waits.
//   nameserver 10.0.0.2
//   search prod.example.org example.org
//   options ndots:5 timeout:1 attempts:2
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files, unreadable } from '../../parse/files.ts'
import { words } from '../../parse/table.ts'

const PATH = '/etc/resolv.conf'
/** The C library takes no more, and counts no more dots (resolv.conf(5)). */
const MOST_SERVERS = 3
const MOST_DOTS = 15

export const source: Source = {
  id: 'resolv_conf',
  tier: 'read',
  asks: 'Whom does the resolver ask, and how often for one name?',
  gives: ['dns.nameservers', 'dns.search_domains', 'dns.ndots', 'dns.timeout'],
  requests: () => [{ kind: 'read', paths: [PATH], at: 'start' }],
  parse: ([look]) => {
    const text = files(look?.text ?? '').get(PATH)
    if (text === undefined) {
      const code = unreadable(look?.text ?? '').get(PATH)
      if (code === 'ENOENT')
        return unavailable('nothing to measure', `there is no ${PATH}: names are looked up otherwise`)
      return unavailable('not permitted', `${PATH} cannot be read (${code ?? 'not seen'})`)
    }
    const lines = text
      .split('\n')
      .map((line) => line.replace(/[#;].*$/, '').trim())
      .filter((line) => line !== '')
      .map(words)
    if (lines.length > 0 && !lines.some(([key = '']) => /^(?:nameserver|search|domain|options|sortlist)$/.test(key)))
      return unavailable('not understood', `${PATH} has no line with nameserver, search or options`)
    const last = (...keys: readonly string[]) => lines.findLast(([key = '']) => keys.includes(key))?.slice(1) ?? []
    const options = lines.filter(([key]) => key === 'options').flatMap((line) => line.slice(1))
    const option = (name: string) => {
      const found = options.findLast((word) => new RegExp(`^${name}:\\d{1,4}$`).test(word))
      return found === undefined ? undefined : Number(found.slice(name.length + 1))
    }
    const servers = lines.filter(([key, server]) => key === 'nameserver' && server !== undefined)
    return {
      host: {
        'dns.nameservers': Math.min(MOST_SERVERS, servers.length),
        'dns.search_domains': last('search', 'domain').length,
        'dns.ndots': Math.min(MOST_DOTS, option('ndots') ?? 1),
        'dns.timeout': Math.min(30, option('timeout') ?? 5),
      },
    }
  },
}
