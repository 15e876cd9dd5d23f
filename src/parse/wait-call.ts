// /proc/PID/task/TID/syscall → what lock or condition a sleeping thread waits for in futex().
//   202 0x563d82ed80a0 0x80 0x2 0x0 0x0 0x0 0x7fc1527c8ea8 0x7fc15885f12b        number, six arguments, stack pointer, program counter
//   running                                                                      it runs, or wants to
//   -1 0x7ff00a397ed0 0x5646f2cf64ca                                             it sleeps outside a call: in a page fault

/** futex(word, operation, value, timeout, …) by machine; others tell too little for a number to be sure. */
const FUTEX = new Set(['202', '98', '422'])
const COMMAND = 0x7f
const PRIVATE = 0x80
const WAITERS = 0x8000_0000
const WAIT = 0
const WAIT_BITSET = 9
const LOCK_PI = new Set([6, 13])
/**
 * glibc, musl, Rust and others write 2 into a lock that is held and waited for; both words of a read-write lock of glibc hold 3 then. A
 * condition waits for another value.
 */
const CONTENDED = new Set([2, 3])

export interface WaitCall {
  /** Address of the word: the same lock, the same word. */
  readonly word: string
  readonly kind: 'lock' | 'condition'
  readonly timed: boolean
}

export function waitCall(text: string | undefined): WaitCall | undefined {
  const cells = (text ?? '').trim().split(' ')
  const [call = '', word = '', operation, value, timeout] = cells
  if (cells.length !== 9 || !FUTEX.has(call) || !cells.slice(1).every((cell) => /^0x[0-9a-f]+$/.test(cell)))
    return undefined
  const command = Number(operation) & COMMAND
  const timed = Number(timeout) !== 0
  if (LOCK_PI.has(command)) return { word, kind: 'lock', timed }
  if (command !== WAIT && command !== WAIT_BITSET) return undefined
  return { word, kind: CONTENDED.has(Number(value)) ? 'lock' : 'condition', timed }
}

/**
 * Address of a lock that is shared between processes and waited for; a word of one process alone has FUTEX_PRIVATE_FLAG.
 * A robust mutex holds the thread that has it, and a bit that says somebody waits.
 */
export function sharedLockWord(text: string | undefined): string | undefined {
  const call = waitCall(text)
  const [, , operation, value] = (text ?? '').trim().split(' ')
  if (!call || (Number(operation) & PRIVATE) !== 0) return undefined
  return call.kind === 'lock' || Number(value) % 2 ** 32 > WAITERS ? call.word : undefined
}

/**
 * True for a wait that only another thread of the same process can end: no timeout, and a word of this process alone, or one of its
 * threads that is waited for (pthread_join waits for the kernel to clear its id).
 */
export function ownWait(text: string | undefined, tids: readonly number[]): boolean {
  const call = waitCall(text)
  const [, , operation, value] = (text ?? '').trim().split(' ')
  return call !== undefined && !call.timed && ((Number(operation) & PRIVATE) !== 0 || tids.includes(Number(value)))
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
