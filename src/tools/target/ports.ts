// port:N → the processes that listen there, by one look at the listening sockets; without rights for their names, the port alone.
//   LISTEN 0      128          0.0.0.0:80        0.0.0.0:*    users:(("nginx",pid=4242,fd=6))
import type { Observation } from '../../model/observation.ts'
import type { Request } from '../../model/source.ts'
import type { Target } from '../../model/target.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { source as ss } from '../ss/index.ts'
import { details, groupsIn, nameOf, withDetails } from './processes.ts'
import { notFound, type Seeking } from './resolve.ts'

/** The tables ss reads itself: who may not start it still learns whether anybody listens. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']

export function portRound(seeking: Seeking): readonly Request[] | Target {
  const port = Number(seeking.name)
  const [first, second] = seeking.rounds
  if (first === undefined)
    return [
      { kind: 'run', argv: ['ss', '-l', '-t', '-n', '-p'], at: 'start' },
      { kind: 'read', paths: TABLES, at: 'start' },
    ]
  const pids = ownersOf(first, port)
  const listens = pids !== undefined || inTables(first, port)
  if (!listens)
    return notFound(
      seeking,
      'listener',
      `no program listens on TCP port ${port}`,
      'see ss -ltn; for the other end of a connection name peer:ADDRESS',
    )
  if (second === undefined && pids && pids.length > 0) return [details(pids)]
  const processes = withDetails(second ?? [], pids ?? [])
  const hidden = unavailable('not permitted', `which process listens on port ${port} is not shown`, 'run as root')
  const who = processes.length > 0 ? `, ${nameOf(processes, processes.length, processes[0]?.comm ?? '')}` : ''
  return {
    text: seeking.text,
    kind: 'listener',
    name: `port ${port}${who}`,
    processes,
    total: processes.length,
    groups: groupsIn(second ?? [], processes),
    port,
    ...(processes.length > 0 ? {} : { processesUnknown: hidden }),
  }
}

/** Pids that hold a listening socket on the port; undefined: nobody listens, or ss did not say. */
function ownersOf(looks: readonly Observation[], port: number): number[] | undefined {
  const look = looks.find((one) => one.argv !== undefined && one.outcome === 'ok')
  // Names, queues and owners of ss are read in one place; the rest of what a parser is told does not matter for a list.
  const reading = look && ss.parse([look], undefined as never)
  if (reading === undefined || isUnavailable(reading)) return undefined
  const mine = (reading.instances ?? []).filter((one) => one.labels?.['port'] === String(port))
  if (mine.length === 0) return undefined
  return [
    ...new Set(
      mine
        .flatMap(({ labels }) => (labels?.['pids'] ?? labels?.['pid'] ?? '').split(','))
        .filter(Boolean)
        .map(Number),
    ),
  ]
}

function inTables(looks: readonly Observation[], port: number): boolean {
  const wanted = new RegExp(
    `^\\s*\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:0000 0A `,
    'm',
  )
  return looks.some(
    (look) => look.argv === undefined && TABLES.some((path) => wanted.test(files(look.text).get(path) ?? '')),
  )
}
