// Chunks of any size → blocks of whole lines in one buffer that is reused, so that memory does not grow with the input.

/** No frame is longer; a line without end is dropped, not kept. */
export const LONGEST_LINE = 65_536
const PIECE = 65_536
/** Readers take four bytes at a time, also the last ones. */
export const PADDING = 8
const LINE_FEED = 10

/** Whole lines: `bytes[0]` … `bytes[end - 1]`, the last one a line feed. `view` is of the same bytes. */
export type EachBlock = (bytes: Buffer, view: DataView, end: number) => void

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
    for (let at = 0; at < chunk.length; at += PIECE) this.#piece(chunk.subarray(at, at + PIECE))
  }

  /** What came after the last line feed is a line too. */
  end(): void {
    if (this.#kept > 0 && !this.#dropping) this.#piece(Uint8Array.of(LINE_FEED))
  }

  #piece(piece: Uint8Array): void {
    let rest = piece
    if (this.#dropping) {
      const feed = piece.indexOf(LINE_FEED)
      if (feed < 0) return
      this.#dropping = false
      rest = piece.subarray(feed + 1)
    }
    this.#bytes.set(rest, this.#kept)
    const length = this.#kept + rest.length
    const end = this.#bytes.lastIndexOf(LINE_FEED, length - 1) + 1
    if (length > 0 && end > 0) this.#each(this.#bytes, this.#view, end)
    this.#bytes.copyWithin(0, end, length)
    this.#kept = length - end
    if (this.#kept <= LONGEST_LINE) return
    this.#kept = 0
    this.#dropping = true
    this.dropped++
  }
}
