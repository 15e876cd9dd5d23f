// The file of a program (ELF, 64 bits, little endian) and the name of a function → where it is, or why that cannot be said.
//   e_shoff → section headers → .symtab or .dynsym: st_name, st_info (2: a function), st_shndx, st_value, st_size
//   e_phoff → segments: st_value - p_vaddr + p_offset is its place in the file
import type { ProgramFunction } from '../model/probe.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

/** Part of the file; shorter when the file ends. */
export type ReadPart = (offset: number, length: number) => Buffer

interface Section {
  readonly name: number
  readonly type: number
  readonly offset: number
  readonly size: number
  readonly link: number
}

const SYMTAB = 2
const DYNSYM = 11
const FUNCTION = 2
const LOAD = 1
const SYMBOL_BYTES = 24
const SEGMENT_BYTES = 56
const SECTION_BYTES = 64
const MOST_HEADERS = 1024
/** Symbols of a browser are 40 MB. */
const MOST_BYTES = 128 * 2 ** 20
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])

export function functionInElf(read: ReadPart, name: string): ProgramFunction | Unavailable {
  try {
    return findFunction(read, name)
  } catch (error) {
    // Offsets that lead out of the file: Buffer throws.
    if (error instanceof RangeError) return unavailable('not understood', 'the file of the program is damaged')
    throw error
  }
}

function findFunction(read: ReadPart, name: string): ProgramFunction | Unavailable {
  const head = read(0, SECTION_BYTES)
  if (!head.subarray(0, MAGIC.length).equals(MAGIC))
    return unavailable('not supported', 'the file of the program is no 64-bit little-endian ELF file')
  const sections = sectionsOf(read, head)
  const names = partOf(read, sections[head.readUInt16LE(62)])
  // Go moves its stacks, and a return that was replaced by a uretprobe ends the program.
  if (sections.some((one) => textAt(names, one.name).startsWith('.gopclntab')))
    return unavailable('not supported', 'it is a Go program: catching the return of its functions would end it')
  const tables = [SYMTAB, DYNSYM].flatMap((type) => sections.filter((one) => one.type === type))
  if (tables.length === 0) return unavailable('not supported', 'the program was stripped of its symbols')
  for (const table of tables) {
    const found = new Set(addressesOf(partOf(read, table), partOf(read, sections[table.link]), name))
    if (found.size > 1) return unavailable('not supported', `${found.size} functions of the program are called ${name}`)
    for (const address of found) return placed(read, head, name, address)
  }
  return unavailable('not supported', `the program has no function ${name} in its symbols (inlined, or in a library?)`)
}

function sectionsOf(read: ReadPart, head: Buffer): readonly Section[] {
  const count = Math.min(MOST_HEADERS, head.readUInt16LE(60))
  const text = read(whole(head, 40), count * SECTION_BYTES)
  return Array.from({ length: count }, (_, i) => {
    const at = i * SECTION_BYTES
    return {
      name: text.readUInt32LE(at),
      type: text.readUInt32LE(at + 4),
      offset: whole(text, at + 24),
      size: whole(text, at + 32),
      link: text.readUInt32LE(at + 40),
    }
  })
}

function partOf(read: ReadPart, section: Section | undefined): Buffer {
  if (!section) return Buffer.alloc(0)
  if (section.size > MOST_BYTES) throw new RangeError('a section that large')
  return read(section.offset, section.size)
}

function addressesOf(symbols: Buffer, names: Buffer, name: string): number[] {
  const wanted = Buffer.from(`${name}\0`)
  const found: number[] = []
  for (let at = 0; at + SYMBOL_BYTES <= symbols.length; at += SYMBOL_BYTES) {
    if (((symbols[at + 4] ?? 0) & 15) !== FUNCTION || symbols.readUInt16LE(at + 6) === 0) continue
    const from = symbols.readUInt32LE(at)
    if (names.subarray(from, from + wanted.length).equals(wanted)) found.push(whole(symbols, at + 8))
  }
  return found
}

function placed(read: ReadPart, head: Buffer, name: string, address: number): ProgramFunction | Unavailable {
  const count = Math.min(MOST_HEADERS, head.readUInt16LE(56))
  const text = read(whole(head, 32), count * SEGMENT_BYTES)
  for (let at = 0; at + SEGMENT_BYTES <= text.length; at += SEGMENT_BYTES) {
    const from = whole(text, at + 16)
    if (text.readUInt32LE(at) === LOAD && address >= from && address < from + whole(text, at + 32))
      return { name, address, offset: address - from + whole(text, at + 8) }
  }
  return unavailable('not understood', `${name} is in no segment of the file`)
}

/** Above 2^53 nothing in a file can be. */
function whole(text: Buffer, at: number): number {
  const number = Number(text.readBigUInt64LE(at))
  if (!Number.isSafeInteger(number)) throw new RangeError('an offset that large')
  return number
}

function textAt(text: Buffer, at: number): string {
  const end = text.indexOf(0, at)
  return text.toString('latin1', at, end < 0 ? at : end)
}
