// Device numbers in events → names of disks: /proc/diskstats read after the trace, as an act of its own.
//    254       0 vda 15232 203 1201230 …            /proc/diskstats
//   254,0        in Ftrace and perf                 266338304 = 254 << 20 | 0      in bpftrace: args->dev
import type { BackEnd, RunAct } from '../model/probe.ts'
import type { Reading } from '../model/source.ts'
import { unavailable } from '../model/unavailable.ts'

/** Last act of a back end that names disks. */
export const diskNamesAct: RunAct = {
  kind: 'run',
  argv: ['cat', '/proc/diskstats'],
  lastsMs: 0,
  graceMs: 2000,
  tracing: false,
}

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

/** The same back end, with the numbers of disks in its rows and instances (label `device`, domain disk) replaced by their names. */
export function namingDisks(backEnd: BackEnd): BackEnd {
  return {
    ...backEnd,
    acts: (plan, tool) => [...backEnd.acts(plan, tool), diskNamesAct],
    read: (looks, plan) => {
      const reading = backEnd.read(looks.slice(0, -1), plan)
      if ('unavailable' in reading) return reading
      const last = looks.at(-1)
      return last && /^\s*\d+\s+\d+\s+\S/.test(last.text)
        ? named(reading, diskNames(last.text))
        : unavailable('not measured', 'the names of the disks were not read')
    },
  }
}

function named(reading: Reading, name: (device: string) => string): Reading {
  const answers = Object.entries(reading.answers ?? {}).map(([metric, answer]) => [
    metric,
    answer.kind === 'tally'
      ? { ...answer, rows: answer.rows.map((row) => ({ ...row, labels: renamed(row.labels, name) })) }
      : answer,
  ])
  return {
    ...reading,
    answers: Object.fromEntries(answers),
    ...(reading.instances
      ? {
          instances: reading.instances.map((one) =>
            one.domain === 'disk' ? { ...one, name: name(one.name), labels: renamed(one.labels ?? {}, name) } : one,
          ),
        }
      : {}),
  }
}

function renamed(labels: Readonly<Record<string, string>>, name: (device: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, key === 'device' ? name(value) : value]))
}
