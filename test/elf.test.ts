// Where a function is in the file of a program: looked up in a real one, refused in one that is not understood, and never a crash.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { programFunction } from '../src/host/program-function.ts'
import { isUnavailable } from '../src/model/unavailable.ts'
import { functionInElf, type ReadPart } from '../src/parse/elf.ts'

const file = openSync(process.execPath, 'r')
afterAll(() => closeSync(file))

const read: ReadPart = (offset, length) => {
  const part = Buffer.alloc(length)
  return part.subarray(0, readSync(file, part, 0, length, offset))
}
const parent = process.ppid

test('a function of node is where its symbols say', () => {
  const found = functionInElf(read, 'main')
  if (isUnavailable(found)) throw new Error(found.reason)
  expect(found.name).toBe('main')
  // Code, not zeros: the place in the file is right.
  expect(read(found.offset, 16).some((byte) => byte !== 0)).toBe(true)
  expect(found.address).toBeGreaterThanOrEqual(found.offset)
})

test.each([
  ['no such function', functionInElf(read, 'no_such_function_anywhere'), /has no function no_such_function_anywhere/],
  ['an object, not a function', functionInElf(read, 'environ'), /has no function environ/],
  [
    'a script',
    functionInElf((at, length) => Buffer.from('#!/bin/sh\n').subarray(at, at + length), 'main'),
    /no 64-bit/,
  ],
  [
    'a file that ends early',
    functionInElf((at, length) => read(at, length).subarray(0, Math.max(0, 4096 - at)), 'main'),
    /damaged|symbols/,
  ],
  ['text that is no name', programFunction(parent, 'x:0x1 { system("id") }'), /no name of a function/],
  ['tracebook itself', programFunction(process.pid, 'main'), /tracebook itself/],
  ['a process that is not there', programFunction(2 ** 30, 'main'), /runs no program|may not be read/],
])('%s is refused', (_, found, reason) => {
  expect(isUnavailable(found) && found.reason).toMatch(reason)
})

/** The names of the sections changed to those the linker of Go gives. */
test('a program of Go is refused: its stacks move', () => {
  const go: ReadPart = (offset, length) => {
    const part = Buffer.from(read(offset, length))
    const at = part.indexOf('.note.ABI-tag\0')
    if (at >= 0) part.write('.gopclntab\0\0\0', at, 'latin1')
    return part
  }
  const found = functionInElf(go, 'main')
  expect(isUnavailable(found) && found.reason).toMatch(/Go program/)
})

test('a damaged file is an answer, not an exception', () => {
  const head = readFileSync('/proc/self/exe').subarray(0, 8192)
  fc.assert(
    fc.property(fc.nat(4095), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, bytes) => {
      const damaged = Buffer.from(head)
      damaged.set(bytes, at)
      const found = functionInElf((from, length) => damaged.subarray(from, from + length), 'main')
      expect(isUnavailable(found) || Number.isSafeInteger(found.offset)).toBe(true)
    }),
    { numRuns: 200, seed: 1 },
  )
})
