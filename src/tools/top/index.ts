// top -b: the second of two frames → how many processes exist, run, are stopped or are zombies.
//   top - 07:56:15 up 24 min,  0 users,  load average: 0.23, 0.28, 0.15
//   Tasks:  80 total,   1 running,  79 sleeping,   0 stopped,   0 zombie
//   %Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { defined } from '../../parse/table.ts'

export const source: Source = {
  id: 'top',
  tier: 'run',
  tool: 'top',
  asks: 'How many processes run, are stopped, or wait to be reaped?',
  // Only since procps 4.0.5 is uninterruptible sleep (d-sleep) told apart: the reader of /proc has it everywhere.
  gives: ['task.total', 'task.running', 'task.stopped', 'task.zombie'],
  requests: (window) => [
    // 200 columns: at the widest, 512, batch mode could crash before procps 4.0.7 (its issue 422).
    {
      kind: 'run',
      argv: ['top', '-b', '-n', '2', '-d', String((window.intervalMs * window.count) / 1000), '-w', '200'],
      at: 'start',
      lasting: true,
    },
  ],
  parse: ([look]) => {
    // The first frame is of the moment top started, before the window; its CPU shares are since boot.
    const frames = (look?.text ?? '').split(/^(?=top - )/m).filter((frame) => frame.startsWith('top - '))
    const tasks = counts(/^Tasks:(.*)$/m.exec(frames[1] ?? '')?.[1] ?? '')
    const gauge = (name: string, own = 0) => {
      const value = tasks.get(name)
      return value === undefined ? undefined : [Math.max(0, value - own)]
    }
    if (!tasks.has('total')) return unavailable('not understood', 'top printed no second frame with a line `Tasks:`')
    return {
      host: defined({
        'task.total': gauge('total', 1),
        // top is running whenever it looks.
        'task.running': gauge('running', 1),
        'task.stopped': gauge('stopped'),
        'task.zombie': gauge('zombie'),
      }),
    }
  },
}

/** ` 80 total,   1 running` → total 80, running 1. */
function counts(line: string): Map<string, number> {
  return new Map([...line.matchAll(/(\d+) ([a-z][a-z-]*)/g)].map(([, count, name]) => [name ?? '', Number(count)]))
}
