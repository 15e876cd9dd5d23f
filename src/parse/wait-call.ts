// /proc/PID/task/TID/syscall → what lock or condition a sleeping thread waits for in futex().
//   202 0x563d82ed80a0 0x80 0x2 0x0 0x0 0x0 0x7fc1527c8ea8 0x7fc15885f12b        number, six arguments, stack pointer, program counter
//   running                                                                      it runs, or wants to
//   -1 0x7ff00a397ed0 0x5646f2cf64ca                                             it sleeps outside a call: in a page fault

/** futex(word, operation, value, timeout, …) by machine; others tell too little for a number to be sure. */
const FUTEX = new Set(['202', '98', '422'])
const COMMAND = 0x7f
const PRIVATE = 0x80
const WAIT = 0
const WAIT_BITSET = 9
const LOCK_PI = new Set([6, 13])
/** Bit of a lock that somebody waits for; below it is the thread that has it (glibc's robust ones), or EBUSY or that thread (musl). */
const WAITERS = 0x8000_0000
const OWNER = 0x3fff_ffff
const MOST_THREADS = 2 ** 22
/** Mutexes of glibc, Go and Rust hold 2 when they are held and waited for, both words of a read-write lock of glibc 2 or 3. */
const HELD = 2
const MAYBE_HELD = new Set([2, 3])
/** A condition of musl is a word in the frame of the thread that waits at it, a few hundred bytes above its stack pointer; it holds 2. */
const OWN_FRAME = 1024n

export interface WaitCall {
  /** Address of the word: the same lock, the same word. */
  readonly word: string
  /**
   * Mutexes of Rust and read-write locks of glibc wait like conditions that count their signals and stand at 2 or 3 (Rust; glibc of Debian
   * 13 and later): what it is shows when a thread comes back to it, see `comesBack`.
   */
  readonly kind: 'lock' | 'either' | 'condition'
  readonly timed: boolean
  /** What the thread read in the word before it slept. */
  readonly value: number
}

export function waitCall(text: string | undefined): WaitCall | undefined {
  const cells = (text ?? '').trim().split(' ')
  const [call = '', word = '', operation, held = '', timeout] = cells
  if (cells.length !== 9 || !FUTEX.has(call) || !cells.slice(1).every((cell) => /^0x[0-9a-f]+$/.test(cell)))
    return undefined
  const command = Number(operation) & COMMAND
  const timed = Number(timeout) !== 0
  // 32 bits, printed with those of the register above them.
  const value = parseInt(held.slice(2).slice(-8), 16)
  if (LOCK_PI.has(command)) return { word, kind: 'lock', timed, value }
  if (command !== WAIT && command !== WAIT_BITSET) return undefined
  const above = BigInt(word) - BigInt(cells[7] ?? 0)
  if (above >= 0n && above < OWN_FRAME) return { word, kind: 'condition', timed, value }
  return { word, kind: kindOf(command, value, timed), timed, value }
}

function kindOf(command: number, value: number, timed: boolean): WaitCall['kind'] {
  if (isOwned(value) || (command === WAIT && value === HELD)) return 'lock'
  return MAYBE_HELD.has(value) && !timed ? 'either' : 'condition'
}

function isOwned(value: number): boolean {
  const owner = value & OWNER
  return value >= WAITERS && owner > 0 && owner <= MOST_THREADS
}

/**
 * True for a thread that ran between two looks and waits at the same word for the same value again: a lock is still 2 then, while a
 * condition has counted the signal that woke it.
 */
export function comesBack(before: WaitCall | undefined, after: WaitCall | undefined, ran: boolean): boolean {
  return ran && before?.kind === 'either' && after?.word === before.word && after.value === before.value
}

/**
 * Address of a lock that is shared between processes and waited for; a word of one process alone has FUTEX_PRIVATE_FLAG.
 * Conditions between processes are too rare to tell them from read-write locks.
 */
export function sharedLockWord(text: string | undefined): string | undefined {
  const call = waitCall(text)
  const [, , operation] = (text ?? '').trim().split(' ')
  if (!call || (Number(operation) & PRIVATE) !== 0) return undefined
  return call.kind === 'condition' ? undefined : call.word
}

/**
 * True for a wait that only another thread of the same process can end: no timeout, and a word of this process alone, or one of its
 * threads that is waited for (pthread_join waits for the kernel to clear its id).
 */
export function ownWait(text: string | undefined, tids: readonly number[]): boolean {
  const call = waitCall(text)
  const [, , operation] = (text ?? '').trim().split(' ')
  return call !== undefined && !call.timed && ((Number(operation) & PRIVATE) !== 0 || tids.includes(call.value))
}

/** Word → the threads that wait at it. */
export function waitersByWord<T>(
  threads: readonly (readonly [thread: T, call: WaitCall | undefined])[],
  wanted: (call: WaitCall) => boolean,
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>()
  for (const [thread, call] of threads) {
    if (!call || !wanted(call)) continue
    const known = found.get(call.word) ?? []
    found.set(call.word, known)
    known.push(thread)
  }
  return found
}
