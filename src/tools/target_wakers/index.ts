// The call each thread of the target sleeps in, and how often it ran, twice → whether anything but its own threads can wake any of them.
//   ==> /proc/4242/task/4250/syscall <==    202 0x7f84e00b6bb8 0x189 0x0 0x0 0x0 0xffffffff 0x7f84c87fc420 0x7f84e879ef16
//     FUTEX_WAIT_BITSET with FUTEX_PRIVATE_FLAG and no timeout (the fourth argument): only a thread of the same process ends this wait
//   ==> /proc/4242/task/4250/schedstat <==  722076 77139 5
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import type { TargetProcess } from '../../model/target.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { taskStat } from '../../parse/stat.ts'
import { ownWait, waitCall } from '../../parse/wait-call.ts'
import { field } from '../context/text.ts'
import { processesOf } from '../target/need.ts'

/** Three files of each at both ends, and one more at the last. */
const MOST_THREADS = 1000
/**
 * Threads a Java virtual machine has for itself: they wake up by the clock, and run nothing of the program. Names end after 15 characters.
 * [ENG] A thread of the program that wakes by the clock may wake others, so only known names are passed over.
 */
const HOUSEKEEPING =
  /^(?:VM Thread|VM Periodic Tas|G1 \w.*|GC Thread#\d+|Monitor Deflati|C[12] CompilerThre|Sweeper thread|Common-Cleaner|Cleaner-\d+|Concurrent Mark.*|Shenandoah.*|Z(?:Director|Stat|Driver|Uncommitter).*)$/

type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'target_wakers',
  tier: 'read',
  asks: 'Can anything but its own threads wake the process that is said to be slow?',
  gives: ['process.own_waits', 'process.own_lock_waits', 'process.other_waits'],
  brief: true,
  requests: (_window, context) => {
    const processes = processesOf(context)
    if (isUnavailable(processes)) return processes
    const chosen = chosenOf(processes)
    if (chosen.length === 0)
      return unavailable(
        'not measured',
        'it has too many threads to be read one by one',
        'cat /proc/PID/task/*/syscall',
      )
    const each = (names: readonly string[]) =>
      chosen.flatMap(({ pid }) => names.map((name) => `/proc/${pid}/task/*/${name}`))
    return [
      { kind: 'read', paths: each(['stat', 'schedstat', 'syscall']), at: 'ends' },
      { kind: 'read', paths: each(['status']), at: 'end' },
    ]
  },
  parse: (looks, { context }) => {
    const processes = processesOf(context)
    if (isUnavailable(processes)) return processes
    const all = looks.map((look) => files(look.text))
    const ofStatus = (read: Files) => [...read.keys()].some((path) => path.endsWith('/status'))
    const [first, last] = all.filter((read) => !ofStatus(read))
    if (!first || !last) return unavailable('not measured', 'its threads were looked at only once')
    const ids = new Map(all.filter(ofStatus).flatMap((read) => [...read].map(([path, text]) => [path, idOf(text)])))
    const instances = chosenOf(processes).flatMap((one) => instanceOf(one, first, last, ids) ?? [])
    if (instances.length > 0) return { instances }
    return unavailable('not permitted', 'system calls of others may be read by root only, or it ended', 'run as root')
  },
}

function chosenOf(processes: readonly TargetProcess[]): readonly TargetProcess[] {
  let room = MOST_THREADS
  return processes.filter(({ threads }) => {
    if (threads > room) return false
    room -= threads
    return true
  })
}

/** As the thread knows itself: in a container that is another number than here. */
function idOf(status: string): number | undefined {
  const id = field(status, 'NSpid')?.split(/\s+/).at(-1)
  return id === undefined ? undefined : Number(id)
}

function instanceOf(
  { pid, comm }: TargetProcess,
  first: Files,
  last: Files,
  ids: ReadonlyMap<string, number | undefined>,
): Instance | undefined {
  const folder = `/proc/${pid}/task/`
  const tids = [...last.keys()].flatMap((path) =>
    path.startsWith(folder) && path.endsWith('/stat') ? [Number(path.split('/')[4])] : [],
  )
  const known = tids.map((tid) => ids.get(`${folder}${tid}/status`) ?? tid)
  const waits = tids.map((tid) => {
    const file = (name: string) => [first, last].map((read) => read.get(`${folder}${tid}/${name}`)?.trim())
    const [before, now] = file('syscall')
    const [ran, runs] = file('schedstat')
    return {
      now,
      name: taskStat(file('stat')[1])?.comm ?? '',
      still: before === now && ran !== undefined && ran === runs,
    }
  })
  if (waits.length === 0 || waits.some(({ now }) => now === undefined)) return undefined
  const others = waits.filter(({ name }) => !HOUSEKEEPING.test(name))
  const own = others.filter(({ now, still }) => still && ownWait(now, known))
  return {
    domain: 'process',
    name: String(pid),
    labels: { pid: String(pid), comm },
    values: {
      'process.own_waits': own.length,
      'process.own_lock_waits': own.filter(({ now }) => waitCall(now)?.kind === 'lock').length,
      'process.other_waits': others.length - own.length,
    },
  }
}
