// Process groups of our children: signals to them, their place in the kernel's choice of victims, why one would not die.
import { readFileSync, writeFileSync } from 'node:fs'

/** Groups that must not outlive us, however we end. */
const alive = new Set<number>()
process.on('exit', () => {
  for (const pid of alive) killGroup(pid, 'SIGKILL')
})

export function killGroup(pid: number, signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
  if (signal === 'SIGKILL') alive.delete(pid)
}

/** On a host that runs out of memory our measurement dies before the workload (R9). Raising one's own score needs no rights. */
export function expendable(pid: number): void {
  alive.add(pid)
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '800')
  } catch {
    // It has already ended, or /proc is read-only.
  }
}

/** A child that outlived SIGKILL waits in the kernel: where it waits is a finding of its own (T25). */
export function whyStuck(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const state = stat.charAt(stat.lastIndexOf(')') + 2)
    const where = readFileSync(`/proc/${pid}/wchan`, 'latin1')
    return `process ${pid} did not end on SIGKILL: state ${state}, waiting in ${where === '0' || where === '' ? 'unknown' : where}\n`
  } catch {
    return ''
  }
}
