// Numbers of system calls and errors → their names, against the tables of the kernel and of this host.
import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { errorName } from '../src/instruments/error-names.ts'
import { syscallNames } from '../src/instruments/syscall-names.ts'
import { exitReason } from '../src/probes/guest_exits/reasons.ts'

describe('system calls', () => {
  test.each([
    ['x86_64', 0, 'read'],
    ['x86_64', 59, 'execve'],
    ['x86_64', 202, 'futex'],
    ['x86_64', 257, 'openat'],
    ['x86_64', 334, 'rseq'],
    ['aarch64', 63, 'read'],
    ['aarch64', 79, 'newfstatat'],
    ['aarch64', 98, 'futex'],
    ['aarch64', 221, 'execve'],
    ['riscv64', 63, 'read'],
    ['x86_64', 435, 'clone3'],
    ['aarch64', 435, 'clone3'],
    ['s390x', 435, 'clone3'],
    ['x86_64', 469, 'file_setattr'],
  ])('%s: %i is %s', (machine, number, name) => {
    expect(syscallNames(machine)(String(number))).toBe(name)
  })

  test.each([
    ['s390x', '3'],
    ['x86_64', '-1'],
    ['x86_64', '400'],
    ['aarch64', '244'],
    ['x86_64', '9999'],
    ['x86_64', 'x'],
  ])('%s: %s has no name, and gets no wrong one', (machine, number) => {
    expect(syscallNames(machine)(number)).toBe(`number ${number}`)
  })
})

describe('errors', () => {
  test.runIf(process.platform === 'linux')('are those of this host', () => {
    const same = new Set(['EWOULDBLOCK', 'ENOTSUP', 'EDEADLOCK'])
    const own = Object.entries(constants.errno).filter(([name]) => !same.has(name))
    expect(own.map(([, number]) => errorName(String(-number)))).toEqual(own.map(([name]) => name))
  })

  test.each([
    ['-13', 'EACCES'],
    ['0xfffffffffffffff3', 'EACCES'],
    ['-133', 'EHWPOISON'],
    ['-600', 'error 600'],
    ['-41', 'error 41'],
  ])('%s is %s', (result, name) => {
    expect(errorName(result)).toBe(name)
  })
})

// From the format file of kvm:kvm_exit, Linux 6.1.
describe('exits of virtual CPUs', () => {
  test.each([
    [1, 0, 'EXCEPTION_NMI'],
    [1, 12, 'HLT'],
    [1, 30, 'IO_INSTRUCTION'],
    [1, 48, 'EPT_VIOLATION'],
    [1, 0x8000_0021, 'reason 2147483681'],
    [1, 0x8000_0030, 'EPT_VIOLATION'],
    [2, 0x10, 'cr'],
    [2, 0x35, 'dr'],
    [2, 0x4e, 'exception'],
    [2, 0x60, 'interrupt'],
    [2, 0x72, 'cpuid'],
    [2, 0x78, 'hlt'],
    [2, 0x7b, 'io'],
    [2, 0x400, 'npf'],
    [3, 12, 'reason 12'],
  ])('isa %i, %i is %s', (isa, code, name) => {
    expect(exitReason(isa, code)).toBe(name)
  })
})
