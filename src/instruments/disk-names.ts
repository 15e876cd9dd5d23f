// Device numbers in events → names of disks: /proc/diskstats read after the trace, as an act of its own.
//    254       0 vda 15232 203 1201230 …            /proc/diskstats
//   254,0        in Ftrace and perf                 266338304 = 254 << 20 | 0      in bpftrace: args->dev
import type { RunAct } from '../model/probe.ts'

/** Last act of a back end that names disks. */
export const diskNamesAct: RunAct = { kind: 'run', argv: ['cat', '/proc/diskstats'], lastsMs: 0, graceMs: 2000, tracing: false }

const MINOR_BITS = 20

/** Text of /proc/diskstats → a name for `254,0` or the kernel's own number; the number itself for a disk that is gone. */
export function diskNames(text: string): (device: string) => string {
  const names = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, major, minor, name] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s/.exec(line) ?? []
    if (name === undefined) continue
    names.set(`${major},${minor}`, name)
    names.set(String(Number(major) * 2 ** MINOR_BITS + Number(minor)), name)
  }
  return (device) => names.get(device) ?? device
}
