// /proc/loadavg and /proc/uptime (the twin of uptime) → load averages and time since boot.
//   1.43 0.39 0.13 3/104 13002        averages over 1, 5 and 15 minutes, runnable/all threads, newest process id
//   1186.40 2271.61                   seconds since boot, idle seconds of all CPUs
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'

export const source: Source = {
  id: 'proc_loadavg',
  tier: 'read',
  asks: 'Is demand rising or falling?',
  gives: ['load.one', 'load.five', 'load.fifteen', 'host.uptime'],
  requests: () => [{ kind: 'read', paths: ['/proc/loadavg', '/proc/uptime'], at: 'start' }],
  parse: ([look]) => {
    const found = files(look?.text ?? '')
    const load = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) \d+\/\d+ \d+$/m.exec(found.get('/proc/loadavg') ?? '')
    if (!load) return unavailable('not understood', '/proc/loadavg does not begin with three load averages')
    return {
      host: defined({
        'load.one': number(load[1]),
        'load.five': number(load[2]),
        'load.fifteen': number(load[3]),
        'host.uptime': number(words(found.get('/proc/uptime') ?? '')[0]),
      }),
    }
  },
}
