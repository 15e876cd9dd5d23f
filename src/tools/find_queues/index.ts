// find over descriptors, and the system call each process sleeps in → who should receive from the POSIX message queue others wait to send to.
//   4242 (feed) S … NUL wq_sleep NUL 242 0x4 0x7fff… NUL 1568579 28419 2 NUL LF    mq_timedsend on descriptor 4 (scan: wchan, syscall, schedstat)
//   /proc/4242/fd/4 l-wx------ /orders NUL                                         a queue has a name with one slash
//   /proc/4243/fd/4 lr-x------ /orders NUL                                         and this one should receive
//   /proc/4243/ns/ipc lrwxrwxrwx ipc:[4026531839] NUL                              where the name holds
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { findRequest, tooManyProcesses, underProcesses } from '../../parse/proc-find.ts'
import { schedStat } from '../../parse/schedstat.ts'
import { scan, type ProcessRecord } from '../../parse/scan.ts'
import { channelOf, processInstance, standsIn, waitOf } from '../proc_stuck/waits.ts'

const MOST_INSTANCES = 16
/** mq_timedsend by machine: x86-64, ARM and RISC-V of 64 bits, i386, ARM, both with times of 64 bits, POWER, s390. None of them is a receive. */
const SEND = new Set(['242', '182', '279', '276', '418', '264', '273'])
const RECEIVE = new Set(['243', '183', '280', '277', '419', '265', '274'])
const ARGUMENTS = [
  underProcesses('/fd(/[0-9]+)?|/ns(/ipc)?'),
  ['-o', '-lname', 'ipc:*', '-printf', '%p %M %l\\0'],
  // The names of other files are nobody's business here.
  ['-o', '-lname', '/*', '!', '-lname', '/*/*', '-printf', '%p %M %l\\0'],
].flat()
const LINE = /^\/proc\/(\d+)\/(fd|ns)\/(\d+|ipc) l(r|-)(w|-)\S* (.+)$/s

interface Open {
  readonly pid: number
  readonly descriptor: string
  readonly name: string
  readonly reads: boolean
}

export const source: Source = {
  id: 'find_queues',
  tier: 'run',
  tool: 'find',
  asks: 'Who waits to send to a POSIX message queue, and who should receive from it?',
  gives: [
    'task.posix_queue_senders',
    'process.posix_queue_sender',
    'process.posix_queue_senders_held',
    'process.posix_queue_name',
    'process.posix_queue_reader_state',
  ],
  requests: (_window, context) =>
    tooManyProcesses('descriptors are not listed', 'cat /proc/PID/syscall; ls -l /proc/PID/fd', context) ?? [
      { kind: 'scan', files: ['wchan', 'syscall', 'schedstat'], at: 'ends' },
      findRequest(ARGUMENTS),
    ],
  parse: (looks) => {
    const found = looks.find((look) => look.argv !== undefined)
    const [first = [], last] = looks.filter((look) => look !== found).map((look) => scan(look.text, 3))
    if (!found || !last || last.length === 0)
      return unavailable('not measured', 'the processes or their descriptors were not listed twice')
    const records = found.text.split('\0').filter((line) => line.trim() !== '')
    const opens = records.flatMap((line) => openOf(line) ?? [])
    if (records.length > 0 && opens.length < records.length)
      return unavailable('not understood', 'find printed a line that is no descriptor')
    const waiting = last.filter((one) => waitOf(channelOf(one)) === 'posix_queue')
    if (waiting.length > 0 && waiting.every((one) => callOf(one).number === undefined))
      return unavailable('not permitted', 'system calls of others may be read by root only', 'run as root')
    const before = new Map(first.map((one) => [one.pid, one]))
    const senders = waiting.filter((one) => SEND.has(callOf(one).number ?? '') && stands(one, before.get(one.pid)))
    return {
      host: { 'task.posix_queue_senders': senders.length },
      instances: instancesOf(senders, new Map(last.map((one) => [one.pid, one])), opens),
    }
  },
}

function openOf(line: string): Open | undefined {
  const cells = LINE.exec(line.trim())
  if (!cells) return undefined
  const [, pid, , descriptor = '', reads, , name = ''] = cells
  return { pid: Number(pid), descriptor, name, reads: reads === 'r' }
}

/** Number and first argument. It is not told of who runs, nor to who may not know. */
function callOf({ files }: ProcessRecord): { readonly number?: string; readonly descriptor?: string } {
  const [, number, descriptor] = /^(\d+) 0x([0-9a-f]+) /.exec(files[1] ?? '') ?? []
  if (number === undefined || descriptor === undefined) return {}
  return { number, descriptor: String(parseInt(descriptor, 16)) }
}

/** In the same call as before, and it did not run in between. A receiver that is merely slow lets its senders run. */
function stands(now: ProcessRecord, before: ProcessRecord | undefined): boolean {
  const turns = (one: ProcessRecord) => schedStat(one.files[2])?.turns
  return (
    before?.start === now.start &&
    before.files[1] === now.files[1] &&
    turns(now) !== undefined &&
    turns(now) === turns(before)
  )
}

function instancesOf(
  senders: readonly ProcessRecord[],
  processes: ReadonlyMap<number, ProcessRecord>,
  opens: readonly Open[],
): Instance[] {
  const space = new Map(opens.flatMap((one) => (one.descriptor === 'ipc' ? [[one.pid, one.name] as const] : [])))
  const queueOf = (pid: number, descriptor: string | undefined) =>
    opens.find((one) => one.pid === pid && one.descriptor === descriptor)?.name
  const held = new Map<number, { readonly senders: Set<number>; readonly name: string }>()
  for (const sender of senders) {
    const name = queueOf(sender.pid, callOf(sender).descriptor)
    const readers = opens.filter(
      (one) => one.reads && one.name === name && space.get(one.pid) === space.get(sender.pid),
    )
    for (const { pid } of name === undefined ? [] : readers) {
      const reader = processes.get(pid)
      if (!reader || pid === sender.pid || !leavesAlone(reader)) continue
      const known = held.get(pid) ?? { senders: new Set(), name: name ?? '' }
      held.set(pid, known)
      known.senders.add(sender.pid)
    }
  }
  return [
    ...senders.slice(0, MOST_INSTANCES).map((one) => processInstance(one, { 'process.posix_queue_sender': 1 })),
    ...[...held].slice(0, MOST_INSTANCES).flatMap(([pid, { senders: some, name }]) => {
      const reader = processes.get(pid)
      return reader ? [readerInstance(reader, some.size, name)] : []
    }),
  ]
}

/** Who runs receives soon; who waits to receive gets something; a sender that may read, too, waits like the others. */
function leavesAlone(reader: ProcessRecord): boolean {
  const { number = '' } = callOf(reader)
  return reader.state !== 'R' && !SEND.has(number) && !RECEIVE.has(number)
}

function readerInstance(reader: ProcessRecord, senders: number, name: string): Instance {
  return processInstance(reader, {
    'process.posix_queue_senders_held': senders,
    'process.posix_queue_name': name,
    'process.posix_queue_reader_state': standsIn(reader),
  })
}
