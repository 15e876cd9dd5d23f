// ps of the PostgreSQL processes, twice → sessions that wait for a lock of another, and sessions that sit in an open transaction.
//    PID    PPID COMMAND
//   4250    4242 postgres: shop shop [local] UPDATE waiting
//   4251    4242 postgres: shop shop [local] idle in transaction
//   4252    4242 postgres: shop shop [local] idle                     it may hold an advisory lock of its session
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'

/** The server writes a title in place of its arguments: user, database, client and what it does. No secret, unlike the arguments of others. */
const SESSION = /^\s*(\d+)\s+(\d+)\s+postgres: (.+)$/

/** `shop shop [local] idle`, perhaps with the name of the cluster before; the server's own processes have no client. */
const CLIENT = /^(?:\S+: )?\S+ \S+ (?:\[local\]|\S+\(\d+\)) /

interface Session {
  readonly pid: string
  readonly server: string
  readonly waits: boolean
  /** In an open transaction, between two statements. */
  readonly idle: boolean
  /** Of a client: runs a statement, or is between two and in no transaction. */
  readonly client: 'runs' | 'rests' | undefined
}

export const source: Source = {
  id: 'postgres_titles',
  tier: 'run',
  tool: 'ps',
  asks: 'Do sessions of a PostgreSQL server wait for a lock that another session holds?',
  gives: ['database.lock_waiters', 'process.database_waits', 'process.database_idle', 'process.database_other'],
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
    const others = lastHope(both.filter(({ pid }) => before.has(pid)))
    return {
      host: { 'database.lock_waiters': both.filter(({ waits }) => waits).length },
      instances: both
        .filter((one) => one.waits || one.idle || others.includes(one))
        .map((one) => instance(one, others.includes(one))),
    }
  },
}

/** Where some wait and nobody sits in a transaction: those that run a statement, else the only one left. */
function lastHope(all: readonly Session[]): readonly Session[] {
  if (!all.some(({ waits }) => waits) || all.some(({ idle }) => idle)) return []
  const left = all.filter(({ waits, client }) => !waits && client !== undefined)
  const running = left.filter(({ client }) => client === 'runs')
  return running.length > 0 ? running : left.length === 1 ? left : []
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
            client: CLIENT.test(title) ? (/ idle\s*$/.test(title) ? 'rests' : 'runs') : undefined,
            idle: / idle in transaction(?: \(aborted\))?\s*$/.test(title),
          },
        ]
  })
}

function instance({ pid, server, waits, idle }: Session, other: boolean): Instance {
  return {
    domain: 'process',
    name: pid,
    labels: { pid, comm: 'postgres', ppid: server },
    values: defined({
      'process.database_waits': waits ? 1 : undefined,
      'process.database_idle': idle ? 1 : undefined,
      'process.database_other': other ? 1 : undefined,
    }),
  }
}
