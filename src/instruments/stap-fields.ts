// A tracepoint and a field of its format file → what a SystemTap script calls them: kernel.trace gives the arguments of the tracepoint, not its record.
//   sched:sched_switch(next_pid)    → kernel.trace("sched_switch"), $next->pid
//   syscalls:sys_enter_futex(op)    → kernel.trace("sys_enter") where $id is futex's, $regs->si
import { syscallNumber } from './syscall-names.ts'

export interface StapField {
  readonly text: string
  readonly is: 'number' | 'string'
}

export interface StapPoint {
  /** As `kernel.trace` knows it. */
  readonly name: string
  /** What must hold besides: it is the tracepoint of other events as well. */
  readonly only?: string
}

type Fields = Readonly<Record<string, StapField>>

const number = (text: string): StapField => ({ text, is: 'number' })
const string = (text: string): StapField => ({ text, is: 'string' })
const byMachine = (x86: string | number, arm: string | number) =>
  `%( arch == "x86_64" %? ${x86} %: %( arch == "arm64" %? ${arm} %: -1 %) %)`

/** Of who runs. */
const OWN: Fields = {
  '@pid': number('tid()'),
  '@process': number('pid()'),
  '@comm': string('execname()'),
  '@cpu': number('cpu()'),
}

const TASK: Fields = { pid: number('$p->pid'), comm: string('kernel_string($p->comm)') }

/** A request of nobody's disk (SCSI commands) has none; before 5.15 the disk was the request's. */
const disk = (member: string) => `@choose_defined($rq->q->disk${member}, $rq->rq_disk${member})`
const REQUEST: Fields = {
  dev: number(`(${disk('')} ? ${disk('->major')} << 20 | ${disk('->first_minor')} : 0)`),
  sector: number('$rq->__sector'),
  bytes: number('$rq->__data_len'),
  rwbs: string('rwbs($rq->cmd_flags)'),
  comm: string('execname()'),
}

/** The bit 256 of prev_state says preempted in the record, and killable in the kernel's own variable. */
const STATE = '@choose_defined($prev_state, @choose_defined($prev->__state, $prev->state))'

const FIELDS: Readonly<Record<string, Fields>> = {
  'sched:sched_wakeup': TASK,
  'sched:sched_wakeup_new': TASK,
  'sched:sched_migrate_task': TASK,
  'sched:sched_process_exec': TASK,
  'sched:sched_process_fork': { parent_pid: number('$parent->pid'), child_pid: number('$child->pid') },
  'sched:sched_switch': {
    prev_pid: number('$prev->pid'),
    prev_comm: string('kernel_string($prev->comm)'),
    prev_state: number(`($preempt ? 256 : ${STATE} & ~256)`),
    next_pid: number('$next->pid'),
    next_comm: string('kernel_string($next->comm)'),
  },
  'block:block_rq_insert': REQUEST,
  'block:block_rq_issue': REQUEST,
  'block:block_rq_complete': REQUEST,
  'raw_syscalls:sys_enter': { id: number('$id') },
  'raw_syscalls:sys_exit': { id: number(byMachine('$regs->orig_ax', '$regs->syscallno')), ret: number('$ret') },
  'net:netif_receive_skb': {
    sender: string('packet_sender($skb->data)'),
    interface: string('kernel_string($skb->dev->name)'),
    piece: number('packet_piece($skb->data, $skb->protocol)'),
  },
  'syscalls:sys_enter_futex': { op: number(`(${byMachine('$regs->si', '$regs->regs[1]')} & 0xffffffff)`) },
}

const SYSCALL = /^syscalls:sys_(enter|exit)_(\w+)$/

export function stapPoint(event: string): StapPoint {
  const [, edge, call] = SYSCALL.exec(event) ?? []
  if (call === undefined) return { name: event.slice(event.indexOf(':') + 1) }
  const wanted = byMachine(syscallNumber('x86_64', call), syscallNumber('aarch64', call))
  return { name: `sys_${edge}`, only: `id == ${wanted}` }
}

/** A field that is not in the table is a mistake of whoever declared the question. */
export function stapField(event: string, field: string): StapField {
  const found = OWN[field] ?? FIELDS[event]?.[field]
  if (found === undefined) throw new Error(`${event}: no expression of SystemTap for ${field}`)
  return found
}

/** All that are numbers, with the number of the system call. */
export function stapNumbers(event: string): readonly (readonly [field: string, text: string])[] {
  const [, edge] = SYSCALL.exec(event) ?? []
  const all = { ...(edge === undefined ? {} : FIELDS[`raw_syscalls:sys_${edge}`]), ...FIELDS[event] }
  return Object.entries(all).flatMap(([field, found]) => (found.is === 'number' ? [[field, found.text]] : []))
}

/** Flags of a block request as the kernel prints them (blk_fill_rwbs): bits of include/linux/blk_types.h, the same from 4.10 to 6.18. */
const RWBS = `function rwbs:string (flags:long) {
  op = flags & 255
  text = flags & 1 << 18 ? "F" : ""
  text .= op == 0 ? "R" : op == 1 ? "W" : op == 2 ? "F" : op == 3 ? "D" : op == 5 ? "DE" : "N"
  if (flags & 1 << 17) text .= "F"
  if (flags & 1 << 19) text .= "A"
  if (flags & 1 << 11) text .= "S"
  if (flags & 1 << 12) text .= "M"
  return text
}`

/** Which piece of a packet this is: 1 the first, 2 one in the middle, 3 the last; 0: it is whole. ETH_P_IP in either order of bytes; 44: fragment header of version 6. */
const PACKET_PIECE = `function packet_piece:long (data:long, protocol:long) {
  version = kernel_char(data) >> 4 & 15
  if (version == 4 && (protocol == 8 || protocol == 2048)) {
    more = kernel_char(data + 6) & 32
    moved = kernel_char(data + 6) & 31 | kernel_char(data + 7) & 255
  } else if (version == 6 && (kernel_char(data + 6) & 255) == 44) {
    more = kernel_char(data + 43) & 1
    moved = kernel_char(data + 42) & 255 | kernel_char(data + 43) & 248
  }
  return more != 0 ? (moved != 0 ? 2 : 1) : (moved != 0 ? 3 : 0)
}`

const PACKET_SENDER = `function packet_sender:string (data:long) {
  if ((kernel_char(data) >> 4 & 15) == 6) return format_ipaddr(data + 8, 10)
  return format_ipaddr(kernel_int(data + 12) & 0xffffffff, 2)
}`

const FUNCTIONS: Readonly<Record<string, string>> = {
  rwbs: RWBS,
  packet_piece: PACKET_PIECE,
  packet_sender: PACKET_SENDER,
}

/** Functions that fields of the table call. */
export function stapFunctions(program: string): readonly string[] {
  return Object.entries(FUNCTIONS).flatMap(([name, text]) => (program.includes(`${name}(`) ? [text] : []))
}
