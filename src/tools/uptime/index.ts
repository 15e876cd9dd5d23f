// uptime: its one line → load averages and time since boot.
//    07:51:21 up 19 min,  0 user,  load average: 1.43, 0.39, 0.13
//    10:01:05 up 1 day,  2:03,  3 users,  load average: 0.00, 0.01, 0.05
//    10:01am  up 12 days, 7 min, 1 user,  load average: 12.10, 9.87, 3.02
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined, lines, number } from '../../parse/table.ts'

const SECONDS: Readonly<Record<string, number>> = { week: 604_800, day: 86_400, hour: 3600, min: 60, sec: 1 }

export const source: Source = {
  id: 'uptime',
  tier: 'run',
  tool: 'uptime',
  asks: 'Is demand rising or falling?',
  gives: ['load.one', 'load.five', 'load.fifteen', 'host.uptime'],
  // As the window opens: at its end the averages would hold the run's own tools.
  requests: () => [{ kind: 'run', argv: ['uptime'], at: 'start' }],
  parse: ([look]) => {
    const text = lines(look?.text ?? '').join('\n')
    const load = /load averages?:\s+(\d+\.\d+),\s+(\d+\.\d+),\s+(\d+\.\d+)\s*$/m.exec(text)
    if (!load) return unavailable('not understood', 'uptime printed no three load averages')
    return {
      host: defined({
        'load.one': number(load[1]),
        'load.five': number(load[2]),
        'load.fifteen': number(load[3]),
        'host.uptime': sinceBoot(text),
      }),
    }
  },
}

/** `up 1 day,  2:03,  3 users` → seconds; undefined when it names no time. */
function sinceBoot(text: string): number | undefined {
  const said = /\bup\s+(.*?)(?:,\s*\d+\s+users?\b|,\s*load average|$)/m.exec(text)?.[1] ?? ''
  const parts = [...said.matchAll(/(\d+)\s*(week|day|hour|min|sec)/g)].map(
    ([, count, unit]) => Number(count) * (SECONDS[unit ?? ''] ?? 0),
  )
  const clock = /\b(\d+):(\d\d)\b/.exec(said)
  if (clock) parts.push(Number(clock[1]) * 3600 + Number(clock[2]) * 60)
  return parts.length > 0 ? parts.reduce((total, part) => total + part, 0) : undefined
}
