// Numbers of system calls in what a back end measured → their names: the machine is asked after the trace, as an act of its own.
//   x86_64        uname -m
import type { BackEnd, RunAct } from '../model/probe.ts'
import { unavailable } from '../model/unavailable.ts'
import type { Measured } from './measured.ts'
import type { Reader } from './reading.ts'
import { syscallNames } from './syscall-names.ts'

const machineAct: RunAct = { kind: 'run', argv: ['uname', '-m'], lastsMs: 0, graceMs: 2000, tracing: false }
const MACHINE = /^\w{3,20}$/

/** The label `syscall` of rows and parts is a number before `read` and a name in it. */
export function namingCalls(make: (read: Reader) => BackEnd, read: Reader): BackEnd {
  const backEnd = make(read)
  return {
    ...backEnd,
    acts: (plan, tool) => [...backEnd.acts(plan, tool), machineAct],
    read: (looks, plan) => {
      const machine = looks.at(-1)?.text.trim() ?? ''
      if (!MACHINE.test(machine))
        return unavailable('not measured', 'the machine, and so the names of its system calls, is not known')
      const name = syscallNames(machine)
      return make((measured) => read(named(measured, name))).read(looks.slice(0, -1), plan)
    },
  }
}

function named(measured: Measured, name: (number: string) => string): Measured {
  const renamed = (labels: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(labels).map(([label, value]) => [label, label === 'syscall' ? name(value) : value]),
    )
  return {
    ...measured,
    ...(measured.rows ? { rows: measured.rows.map((row) => ({ ...row, labels: renamed(row.labels) })) } : {}),
    ...(measured.parts ? { parts: measured.parts.map((part) => ({ ...part, labels: renamed(part.labels) })) } : {}),
  }
}
