// A growing buffer that files are read straight into: no string and no copy per file, one decoding at the end of a look.
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { decode } from './decode.ts'

/** A FIFO or a terminal must not hold us; the flag does nothing to a plain file. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
const ROOM = 16 * 1024

export interface Bytes {
  length: number
  readonly append: (text: string, encoding?: 'utf8' | 'latin1') => void
  /** Appends a file, at most `most` bytes of it; throws what open and read throw, with nothing appended. True when it was longer. */
  readonly appendFile: (path: string, most: number, once: boolean) => boolean
  readonly insert: (at: number, text: string) => void
  readonly slice: (from: number, to?: number) => Buffer
  readonly text: () => string
}

export function bytes(): Bytes {
  let buffer = Buffer.allocUnsafe(4 * ROOM)
  const ensure = (room: number) => {
    if (buffer.length - self.length >= room) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, self.length + room))
    buffer.copy(larger, 0, 0, self.length)
    buffer = larger
  }
  const self: Bytes = {
    length: 0,
    append: (text, encoding = 'utf8') => {
      ensure(text.length * 3)
      self.length += buffer.write(text, self.length, encoding)
    },
    appendFile: (path, most, once) => {
      const from = self.length
      const file = openSync(path, FLAGS)
      try {
        for (;;) {
          ensure(ROOM)
          const got = readSync(
            file,
            buffer,
            self.length,
            Math.min(buffer.length - self.length, from + most + 1 - self.length),
            null,
          )
          self.length += got
          if (got === 0 || (once && got < ROOM)) return false
          if (self.length - from > most) {
            self.length = from + most
            return true
          }
        }
      } catch (error) {
        self.length = from
        throw error
      } finally {
        closeSync(file)
      }
    },
    insert: (at, text) => {
      ensure(text.length * 3)
      buffer.copyWithin(at + Buffer.byteLength(text), at, self.length)
      self.length += buffer.write(text, at)
    },
    slice: (from, to = self.length) => buffer.subarray(from, to),
    text: () => decode(buffer.subarray(0, self.length)),
  }
  return self
}
