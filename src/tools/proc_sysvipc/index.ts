// Message queues of System V, and where each process sleeps → who should receive what another process waits to send.
//   key msqid perms cbytes qnum lspid lrpid uid …
//   0 4 600 16000 16 4242 4243 1000 …                  4242 sent last, 4243 received last
//   4242 (feed) S 4100 … NUL do_msgsnd NUL LF          and this one waits (scan of wchan)
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'
import { channelOf, processInstance, standsIn, waitOf } from '../proc_stuck/waits.ts'

const TABLE = '/proc/sysvipc/msg'
const HEADER = /^\s*key\s+msqid\s+perms\s+cbytes\s+qnum\s+lspid\s+lrpid\s/

interface Queue {
  readonly id: string
  readonly bytes: number
  readonly messages: number
  /** Process that sent and that received last; 0: nobody so far. */
  readonly sender: number
  readonly receiver: number
}

export const source: Source = {
  id: 'proc_sysvipc',
  tier: 'read',
  asks: 'Who should receive from the message queue that another process waits to send to?',
  gives: ['process.queue_senders_held', 'process.queue_messages', 'process.queue_reader_state'],
  requests: () => [
    { kind: 'scan', files: ['wchan'], at: 'end' },
    { kind: 'read', paths: [TABLE], at: 'end' },
  ],
  parse: (looks) => {
    const processes = new Map(looks.flatMap((look) => scan(look.text, 1)).map((one) => [one.pid, one]))
    const table = looks.map((look) => files(look.text).get(TABLE)).find((text) => text !== undefined)
    if (table === undefined) return unavailable('not supported', 'this kernel has no message queues (CONFIG_SYSVIPC)')
    if (!HEADER.test(table) || processes.size === 0)
      return unavailable('not understood', `${TABLE} or the list of processes is not as expected`)
    return { instances: held(queuesIn(table), processes) }
  },
}

function queuesIn(table: string): readonly Queue[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells.length > 6)
    .map(([, id = '', , bytes, messages, sender, receiver]) => ({
      id,
      bytes: Number(bytes),
      messages: Number(messages),
      sender: Number(sender),
      receiver: Number(receiver),
    }))
}

/** Who waits to send is not written down, only who sent last: his queue is full. Of other waiting processes the queue is not known. */
function held(queues: readonly Queue[], processes: ReadonlyMap<number, ProcessRecord>): Instance[] {
  const waiting = [...processes.values()].filter((one) => waitOf(channelOf(one)) === 'queue').map((one) => one.pid)
  const full = queues.filter((queue) => queue.bytes > 0 && waiting.includes(queue.sender))
  return full.flatMap((queue) => {
    const reader = processes.get(queue.receiver)
    // Who runs receives soon.
    if (!reader || waiting.includes(reader.pid) || reader.state === 'R') return []
    return [instance(reader, queue, full.length === 1 ? waiting.length : 1)]
  })
}

function instance(reader: ProcessRecord, { messages }: Queue, senders: number): Instance {
  return processInstance(reader, {
    'process.queue_senders_held': senders,
    'process.queue_messages': messages,
    'process.queue_reader_state': standsIn(reader),
  })
}
