// ps of the PostgreSQL processes, twice → sessions that wait for a lock of another, and sessions that sit in an open transaction.
//    PID    PPID COMMAND
//   4250    4242 postgres: shop shop [local] UPDATE waiting
//   4251    4242 postgres: shop shop [local] idle in transaction
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'

/** The server writes a title in place of its arguments: user, database, client and what it does. No secret, unlike the arguments of others. */
const SESSION = /^\s*(\d+)\s+(\d+)\s+postgres: (.+)$/

interface Session {
  readonly pid: string
  readonly server: string
  readonly waits: boolean
  readonly idle: boolean
}

export const source: Source = {
  id: 'postgres_titles',
  tier: 'run',
  tool: 'ps',
  asks: 'Do sessions of a PostgreSQL server wait for a lock that another session holds?',
  gives: ['database.lock_waiters', 'process.database_waits', 'process.database_idle'],
  brief: true,
  requests: () => [
    { kind: 'run', argv: ['ps', '-C', 'postgres', '-ww', '-o', 'pid,ppid,args'], at: 'ends', accept: [1] },
  ],
  parse: (looks) => {
    if (looks.length === 0 || !looks.every((look) => /^\s*PID\s+PPID\s+COMMAND/.test(look.text)))
      return unavailable('not understood', 'ps printed no table of PostgreSQL processes')
    const [first = [], last = []] = [looks[0], looks.at(-1)].map((look) => sessions(look?.text ?? ''))
    if (last.length === 0)
      return unavailable('nothing to measure', 'no session of a PostgreSQL server shows its title here')
    const before = new Map(first.map((one) => [one.pid, one]))
    // Waits that come and go are what locks are for.
    const both = last.map((one) => ({
      ...one,
      waits: one.waits && before.get(one.pid)?.waits === true,
      idle: one.idle && before.get(one.pid)?.idle === true,
    }))
    return {
      host: { 'database.lock_waiters': both.filter(({ waits }) => waits).length },
      instances: both.filter(({ waits, idle }) => waits || idle).map(instance),
    }
  },
}

function sessions(text: string): Session[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, server, title = ''] = SESSION.exec(line) ?? []
    return pid === undefined || server === undefined
      ? []
      : [
          {
            pid,
            server,
            waits: /\swaiting$/.test(title.trimEnd()),
            idle: / idle in transaction(?: \(aborted\))?\s*$/.test(title),
          },
        ]
  })
}

function instance({ pid, server, waits, idle }: Session): Instance {
  return {
    domain: 'process',
    name: pid,
    labels: { pid, comm: 'postgres', ppid: server },
    values: defined({ 'process.database_waits': waits ? 1 : undefined, 'process.database_idle': idle ? 1 : undefined }),
  }
}
