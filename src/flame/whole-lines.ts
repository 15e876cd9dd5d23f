// Chunks of any size → blocks of whole lines in one buffer that is reused, so that memory does not grow with the input.

/** No frame is longer; a line without end is dropped, not kept. */
export const LONGEST_LINE = 65_536
const PIECE = 65_536
/** Readers take four bytes at a time, also the last ones. */
export const PADDING = 8
const LINE_FEED = 10

/** Whole lines: `bytes[0]` … `bytes[end - 1]`, the last one a line feed. `view` is of the same bytes. */
export type EachBlock = (bytes: Buffer, view: DataView, end: number) => void

/** Bytes of a file, the next ones each time: at most `most` into `into` from `at` → how many; 0 at its end. */
export type Read = (into: Buffer, at: number, most: number) => number

export class WholeLines {
  readonly #bytes = Buffer.alloc(LONGEST_LINE + PIECE + PADDING)
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
  readonly #each: EachBlock
  #kept = 0
  #dropping = false
  /** Lines that were too long. */
  dropped = 0

  constructor(each: EachBlock) {
    this.#each = each
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE)
      this.#bytes.set(piece, this.#kept)
      this.#added(piece.length)
    }
  }

  /** All that `read` gives, without a copy in between. */
  fill(read: Read): void {
    for (let count; (count = read(this.#bytes, this.#kept, PIECE)) > 0;) this.#added(count)
  }

  /** What came after the last line feed is a line too. */
  end(): void {
    if (this.#kept > 0 && !this.#dropping) this.push(Uint8Array.of(LINE_FEED))
  }

  /** So many bytes are new behind those kept; none are kept of a line that is dropped. */
  #added(count: number): void {
    let length = this.#kept + count
    if (this.#dropping) {
      const feed = this.#bytes.indexOf(LINE_FEED)
      if (feed < 0 || feed >= count) return
      this.#dropping = false
      this.#bytes.copyWithin(0, feed + 1, length)
      length -= feed + 1
    }
    const end = length > 0 ? this.#bytes.lastIndexOf(LINE_FEED, length - 1) + 1 : 0
    if (end > 0) this.#each(this.#bytes, this.#view, end)
    this.#bytes.copyWithin(0, end, length)
    this.#kept = length - end
    if (this.#kept <= LONGEST_LINE) return
    this.#kept = 0
    this.#dropping = true
    this.dropped++
  }
}
