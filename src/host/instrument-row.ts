// One row of acts: its private name, its ledger, its folder, and the way back. The ledger is opened with the first thing that needs it.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { messageOf } from './error.ts'
import { scratchPath, undo, undoAtOnce, type Which } from './instrument-undo.ts'
import { openLedger, type OpenLedger, type Thing } from './ledger.ts'

export interface Row {
  /** In every name that others can see. */
  readonly token: string
  /** `{id}`: also good as a name in C. */
  readonly id: string
  /** Opens the ledger. Throws when there can be none. */
  readonly begin: () => void
  /** Writes it down; it may be made when this returns. */
  readonly leave: (thing: Thing) => void
  /** `{scratch}`: made when it is first asked for. */
  readonly scratch: () => string
  readonly hasScratch: () => string | undefined
  /** Something open that keeps a thing busy: closed by what is answered, or as the process ends. */
  readonly hold: (close: () => void) => () => void
  /** Takes everything back; answers what would not go. */
  readonly end: () => Promise<string | undefined>
}

/** Rows under way: a process that ends in the middle of one still takes back what needs no waiting. */
const rows = new Set<() => void>()
let listening = false

export function newRow(which: Which): Row {
  const token = randomBytes(8).toString('hex')
  let ledger: OpenLedger | undefined
  let folder: string | undefined
  const held = new Set<() => void>()
  const opened = () => {
    if (ledger) return ledger
    ledger = openLedger(token)
    rows.add(atExit)
    if (!listening) process.on('exit', () => rows.forEach((row) => row()))
    listening = true
    return ledger
  }
  const atExit = () => {
    for (const release of held) release()
    // The ledger stays: whether all programs have ended is for the next start to see.
    if (ledger) undoAtOnce(ledger)
  }
  const leave = (thing: Thing) => opened().add(thing)
  return {
    token,
    id: `tb_${token}_1`,
    begin: () => void opened(),
    leave,
    scratch: () => {
      if (folder !== undefined) return folder
      const path = scratchPath(opened().folder, token)
      leave({ kind: 'scratch', name: path })
      mkdirSync(path, { mode: 0o700 })
      return (folder = path)
    },
    hasScratch: () => folder,
    hold: (close) => {
      const release = () => {
        if (held.delete(release)) close()
      }
      held.add(release)
      return release
    },
    end: async () => {
      if (!ledger) return undefined
      rows.delete(atExit)
      try {
        const { left } = await undo(ledger, which)
        if (left.length === 0) {
          ledger.remove()
          return undefined
        }
        const what = left.map(({ thing, why }) => `${thing.kind} ${thing.name} (${why})`).join(', ')
        return `left behind: ${what}; tracebook doctor --clean removes it`
      } catch (error) {
        return `not everything could be taken back: ${messageOf(error)}; tracebook doctor --clean removes it`
      }
    },
  }
}
