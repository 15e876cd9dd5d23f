// Numbers of system calls in what a back end measured → their names, by the machine.
//   x86_64        uname -m
import type { BackEnd } from '../model/probe.ts'
import { askedAfter } from './asked-after.ts'
import { naming, type Rename } from './naming.ts'
import type { Reader } from './reading.ts'
import { syscallNames } from './syscall-names.ts'

const MACHINE = /^\w{3,20}$/

/** The label `syscall` is a number before `read` and a name in it. */
export function namingCalls(make: (read: Reader) => BackEnd, read: Reader): BackEnd {
  return naming(make, read, {
    act: () => askedAfter(['uname', '-m']),
    rename: callsOf,
    of: 'system calls, by the machine (uname -m),',
  })
}

function callsOf(text: string): Rename | undefined {
  const machine = text.trim()
  if (!MACHINE.test(machine)) return undefined
  const name = syscallNames(machine)
  return (labels) => ({ ...labels, ...('syscall' in labels ? { syscall: name(labels['syscall'] ?? '') } : {}) })
}
