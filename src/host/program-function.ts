// A process and the name of a function → where it is in the file the process runs, or why that cannot be said. The link the kernel keeps is followed: also into containers, and to files that were replaced since.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { ProgramFunction } from '../model/probe.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'
import { functionInElf } from '../parse/elf.ts'
import { codeOf } from './error.ts'

/** Letters, digits, `_`, `.` and `$`: C names, mangled C++ and Rust names, clones of the compiler. */
export const FUNCTION_NAME = /^[A-Za-z_][\w.$]{0,511}$/

export function programFunction(pid: number, name: string): ProgramFunction | Unavailable {
  if (!FUNCTION_NAME.test(name)) return unavailable('not supported', 'that is no name of a function')
  if (pid === process.pid) return unavailable('not supported', 'it is tracebook itself')
  let file: number
  try {
    file = openSync(`/proc/${pid}/exe`, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = codeOf(error)
    return code === 'EACCES' || code === 'EPERM'
      ? unavailable('not permitted', `the program of process ${pid} may not be read`, 'run as root')
      : unavailable('not supported', `process ${pid} runs no program: it is a kernel thread or has ended`)
  }
  try {
    if (!fstatSync(file).isFile()) return unavailable('not supported', `the program of process ${pid} is no file`)
    return functionInElf((offset, length) => {
      const part = Buffer.alloc(length)
      return part.subarray(0, readSync(file, part, 0, length, offset))
    }, name)
  } finally {
    closeSync(file)
  }
}
