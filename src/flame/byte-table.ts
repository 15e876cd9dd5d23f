// Byte strings → small integers, exactly: a hash finds the candidate, its bytes decide. No string is made of what was seen before.

/** Rarely outgrown: growing makes V8 throw away what it has optimized. What is not touched takes no memory. */
const FIRST_SLOTS = 1 << 15
const FIRST_BYTES = 1 << 20
const ROW = 4,
  START = 1,
  LENGTH = 2
const PRIME = 0x9e3779b1
/** Each byte 1; the top bit of each byte. */
const ONES = 0x01010101
const TOPS = 0x80808080 | 0

/** Frames are written by whoever runs on the host: a hash that cannot be known beforehand cannot be made slow. */
const SEED = (Math.random() * 2 ** 32) | 0

export class ByteTable {
  /** Slot → id + 1. */
  #slots = new Int32Array(FIRST_SLOTS)
  /** Id → hash, where its bytes begin, how many they are: side by side, for they are read together. */
  #rows = new Int32Array(FIRST_SLOTS * 2)
  #store = new DataView(new ArrayBuffer(FIRST_BYTES))
  #used = 0
  /** Ids are 0 … size - 1, in the order of first sight: an id that equals the size before was not there. */
  size = 0
  /** Where the bytes that `until` read end: the place of the mark. */
  end = 0

  /** Bytes held. */
  get bytes(): number {
    return this.#used
  }

  clear(): void {
    this.#slots.fill(0)
    this.#used = 0
    this.size = 0
  }

  /** Whether what stands at `start` is `id` and then the mark; `end` is set then. Half the work of `until`. */
  is(id: number, view: DataView, start: number, mark: number): boolean {
    const store = this.#store
    const begin = this.#rows[id * ROW + START] as number
    const length = this.#rows[id * ROW + LENGTH] as number
    const words = length & ~3
    // A guess may reach beyond the buffer.
    if (start + length >= view.byteLength || view.getUint8(start + length) !== mark) return false
    for (let i = 0; i < words; i += 4)
      if (store.getInt32(begin + i, true) !== view.getInt32(start + i, true)) return false
    const rest = (1 << ((length & 3) << 3)) - 1
    if (store.getInt32(begin + words, true) !== (view.getInt32(start + words, true) & rest)) return false
    this.end = start + length
    return true
  }

  /** The bytes from `start` up to the next mark, which must exist. `marks` is the byte four times. */
  until(view: DataView, start: number, marks: number): number {
    let hash = SEED
    let at = start
    for (;;) {
      const word = view.getInt32(at, true)
      const other = word ^ marks
      // The lowest bit that stays is in the first byte that is the mark.
      const found = ((other - ONES) | 0) & ~other & TOPS
      if (found !== 0) {
        const count = (31 - Math.clz32(found & -found)) >> 3
        this.end = at + count
        return this.#id(view, start, at, word & ((1 << (count << 3)) - 1), count, hash)
      }
      hash = Math.imul(hash ^ word, PRIME)
      at += 4
    }
  }

  /** The bytes from `start` up to `end`. */
  range(view: DataView, start: number, end: number): number {
    let hash = SEED
    let at = start
    for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), PRIME)
    const count = end - at
    return this.#id(view, start, at, view.getInt32(at, true) & ((1 << (count << 3)) - 1), count, hash)
  }

  /** Whole words up to `at`, then `count` bytes that are `rest`. */
  #id(view: DataView, start: number, at: number, rest: number, count: number, partial: number): number {
    let hash = Math.imul(partial ^ rest ^ (count << 30), PRIME)
    // A product's low bits know only the low bits of its factors.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash ^= hash >>> 15
    const words = at - start
    const length = words + count
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = (this.#slots[slot] as number) - 1
      if (id < 0) return this.#add(view, start, words, rest, length, hash, slot)
      const row = id * ROW
      if (
        this.#rows[row] === hash &&
        this.#rows[row + LENGTH] === length &&
        this.#same(this.#rows[row + START] as number, view, start, words, rest)
      )
        return id
    }
  }

  #same(begin: number, view: DataView, start: number, words: number, rest: number): boolean {
    const store = this.#store
    for (let i = 0; i < words; i += 4)
      if (store.getInt32(begin + i, true) !== view.getInt32(start + i, true)) return false
    return store.getInt32(begin + words, true) === rest
  }

  #add(view: DataView, start: number, words: number, rest: number, length: number, hash: number, slot: number): number {
    const begin = this.#used
    this.#used += words + 4
    if (this.#used > this.#store.byteLength) this.#store = larger(this.#store, this.#used)
    for (let i = 0; i < words; i += 4) this.#store.setInt32(begin + i, view.getInt32(start + i, true), true)
    this.#store.setInt32(begin + words, rest, true)
    const id = this.size++
    const row = id * ROW
    if (row === this.#rows.length) this.#rows = doubled(this.#rows)
    this.#rows[row] = hash
    this.#rows[row + START] = begin
    this.#rows[row + LENGTH] = length
    this.#slots[slot] = this.size
    if (this.size * 2 > this.#slots.length) this.#spread()
    return id
  }

  #spread(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = (this.#rows[id * ROW] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }
}

/** The place of the next mark, which must exist: `marks` is the byte four times. */
export function markAt(view: DataView, start: number, marks: number): number {
  for (let at = start; ; at += 4) {
    const other = view.getInt32(at, true) ^ marks
    const found = ((other - ONES) | 0) & ~other & TOPS
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >> 3)
  }
}

/** How many bytes from two places are the same, at most `most`. */
export function alike(one: DataView, a: number, two: DataView, b: number, most: number): number {
  for (let i = 0; i < most; i += 4) {
    const other = one.getInt32(a + i, true) ^ two.getInt32(b + i, true)
    if (other !== 0) return Math.min(most, i + ((31 - Math.clz32(other & -other)) >> 3))
  }
  return most
}

export function doubled(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(numbers.length * 2)
  more.set(numbers)
  return more
}

function larger(store: DataView<ArrayBuffer>, least: number): DataView<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(least, store.byteLength * 2))
  bytes.set(new Uint8Array(store.buffer))
  return new DataView(bytes.buffer)
}
