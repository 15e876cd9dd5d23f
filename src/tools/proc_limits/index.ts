// Counts and limits of the whole host in /proc → threads and open files against what the kernel allows.
//   /proc/loadavg                    1.43 0.39 0.13 3/104 13002       104 threads exist
//   /proc/sys/kernel/threads-max     192730
//   /proc/sys/fs/file-nr             597   0   2466177                allocated, allocated but free, the most
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { defined, number, words } from '../../parse/table.ts'

const LOADAVG = '/proc/loadavg'
const FILES = '/proc/sys/fs/file-nr'
const THREADS_MAX = '/proc/sys/kernel/threads-max'
const PID_MAX = '/proc/sys/kernel/pid_max'

export const source: Source = {
  id: 'proc_limits',
  tier: 'read',
  asks: 'Does the host run out of process ids or file handles?',
  gives: ['task.threads', 'task.limit', 'file.open', 'file.limit'],
  requests: () => [{ kind: 'read', paths: [LOADAVG, FILES, THREADS_MAX, PID_MAX], at: 'start' }],
  parse: ([look]) => {
    const found = files(look?.text ?? '')
    const only = (path: string) => number(found.get(path)?.trim())
    const [allocated, free, most] = words(found.get(FILES) ?? '').map(number)
    const threadsMax = only(THREADS_MAX)
    const pidMax = only(PID_MAX)
    const host = defined({
      'task.threads': number(/ \d+\/(\d+) \d+\s*$/.exec(found.get(LOADAVG) ?? '')?.[1]),
      // A thread needs a process id too, so the lower of the two is the limit.
      'task.limit': threadsMax !== undefined && pidMax !== undefined ? Math.min(threadsMax, pidMax) : undefined,
      'file.open': allocated !== undefined && free !== undefined && allocated >= free ? allocated - free : undefined,
      'file.limit': most,
    })
    return Object.keys(host).length > 0
      ? { host }
      : unavailable('not understood', 'none of the counts and limits in /proc is a number')
  },
}
