// Stacks: call stacks with their weights: the answer of a probe that samples, or sums what each code path waited.

export interface Stack {
  /** Root first; the first frame is the name of the process. Suffixes: `_[k]` kernel, `_[i]` inlined, `_[j]` code made at run time. */
  readonly frames: readonly string[]
  readonly weight: number
}

export interface Stacks {
  readonly kind: 'stacks'
  /** What a weight is: samples or events; or seconds. */
  readonly dimension: 'count' | 'seconds'
  /** All weights together, also of stacks that were left out. */
  readonly total: number
  readonly stacks: readonly Stack[]
  /** Lines that were no part of a stack. No stacks and some of these: the text was something else. */
  readonly unread?: number
}
