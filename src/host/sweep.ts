// Ledgers of runs that died (SIGKILL, power) → what they left, removed. What a living run made, and whatever no ledger names, stays.
import { lstatSync, readFileSync, unlinkSync } from 'node:fs'
import { undo, type Undone, type Which } from './instrument-undo.ts'
import { isAlive, ledgerFiles, readLedger } from './ledger.ts'

export interface Swept extends Undone {
  readonly ledger: string
}

const ABANDONED_MS = 60_000
/** At the start of a run: what the kernel will never let go of must not cost every run two seconds. */
export const BRIEFLY_MS = 500

/** One answer for each ledger whose owner is dead. A ledger stays as long as something it names does. */
export async function sweep(which: Which, patienceMs?: number): Promise<readonly Swept[]> {
  const swept: Swept[] = []
  for (const path of ledgerFiles()) {
    const ledger = readLedger(path)
    if (!ledger) removeStillborn(path)
    if (!ledger || isAlive(ledger.owner)) continue
    const undone = await undo(ledger, which, patienceMs)
    if (undone.left.length === 0) remove(path)
    swept.push({ ledger: path, ...undone })
  }
  return swept
}

/** Its run died before the first line was whole: nothing had been made. A new one may be about to get its first line. */
function removeStillborn(path: string): void {
  try {
    const { uid, size, mtimeMs } = lstatSync(path)
    if (uid !== process.getuid?.() || size > 4096 || Date.now() - mtimeMs < ABANDONED_MS) return
    if (!readFileSync(path, 'latin1').includes('\n')) remove(path)
  } catch {
    // Another start was quicker.
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Another start was quicker.
  }
}
