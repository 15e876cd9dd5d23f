// Ledgers of runs that died (SIGKILL, power) → what they left, removed. What a living run made, and whatever no ledger names, stays.
import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { undo, type Undone, type Which } from './instrument-undo.ts'
import { isAlive, ledgerFiles, readLedger } from './ledger.ts'

export interface Swept extends Undone {
  readonly ledger: string
}

/** One answer for each ledger whose owner is dead. A ledger stays as long as something it names does. */
export async function sweep(which: Which): Promise<readonly Swept[]> {
  const swept: Swept[] = []
  for (const path of ledgerFiles()) {
    const ledger = readLedger(path)
    if (!ledger || isAlive(ledger.owner)) continue
    const undone = await undo(ledger, which)
    if (undone.left.length === 0) remove(join(ledger.folder, `${ledger.owner.token}.jsonl`))
    swept.push({ ledger: path, ...undone })
  }
  return swept
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Another start was quicker.
  }
}
