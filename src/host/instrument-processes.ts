// The token of a run → the processes that carry it in their environment, ended. A daemon that left its group is found too.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { TOKEN } from './environment.ts'
import { startOf, type Owner } from './ledger.ts'

const PATIENCE_MS = 1000
const AGAIN_MS = 20

/** How many there were. SIGTERM, and SIGKILL for what is still there when patience ends. */
export async function endProcesses(owner: Owner, patienceMs = PATIENCE_MS): Promise<number> {
  const found = carriers(owner)
  if (found.length === 0) return 0
  signalAll(found, 'SIGTERM')
  const until = performance.now() + patienceMs
  let left = found
  while (left.length > 0 && performance.now() < until) {
    await sleep(AGAIN_MS)
    left = left.filter(isThere)
  }
  // Those that were started meanwhile as well.
  const stubborn = carriers(owner)
  signalAll(stubborn, 'SIGKILL')
  for (let wait = 0; wait < PATIENCE_MS && stubborn.some(isThere); wait += AGAIN_MS) await sleep(AGAIN_MS)
  return found.length
}

interface Carrier {
  readonly pid: number
  readonly started: number
}

/** Only processes younger than the ledger are looked into: reading an environment takes a lock that a sick process may hold for ever. */
function carriers({ token, since }: Owner): Carrier[] {
  const mark = `${TOKEN}=${token}`
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    const started = startOf(pid)
    if (started === undefined || started < since) return []
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(mark) ? [{ pid, started }] : []
    } catch {
      return []
    }
  })
}

/** A zombie has ended; whoever started it has not asked yet. */
function isThere({ pid, started }: Carrier): boolean {
  if (startOf(pid) !== started) return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return false
  }
}

function signalAll(carriers: readonly Carrier[], signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const { pid, started } of carriers) {
    try {
      if (startOf(pid) === started) process.kill(pid, signal)
    } catch {
      // It has ended.
    }
  }
}
