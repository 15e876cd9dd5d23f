// A directory → the right to be the only run there. A Unix socket that listens is a live owner; one that refuses is a dead one.
// No pid files: they go stale, and a pid is reused (safety.md T24).
import { linkSync, readdirSync, unlinkSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { codeOf } from '../host/error.ts'

export interface Lock {
  readonly release: () => Promise<void>
}

const NAME = /^lock\.(\d{1,15})$/

/**
 * Undefined: another run holds it. Sockets are numbered; the owner is the highest that listens. A dead one is never removed before
 * a higher one is in place, so two that find the same dead owner cannot both succeed it.
 * The socket appears under its number by `link`, when it already listens: between bind and listen it would look dead.
 */
export async function lock(directory: string): Promise<Lock | undefined> {
  const fresh = `new.${randomBytes(6).toString('hex')}`
  const server = await listen(join(directory, fresh))
  try {
    for (;;) {
      const before = highest(directory)
      if (before > 0 && (await alive(join(directory, `lock.${before}`)))) return await quit(server)
      const mine = before + 1
      if (!linked(join(directory, fresh), join(directory, `lock.${mine}`))) continue
      if (highest(directory) > mine) {
        remove(join(directory, `lock.${mine}`))
        continue
      }
      for (const other of numbers(directory)) if (other < mine) remove(join(directory, `lock.${other}`))
      remove(join(directory, fresh))
      // Its file stays: a number must not be given twice.
      return { release: () => quit(server).then(() => {}) }
    }
  } catch (error) {
    await quit(server)
    throw error
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => {
      // Holding the lock is no reason to stay alive.
      server.unref()
      resolve(server)
    })
  })
}

/** Closing also removes the name it was bound to; a numbered name stays and refuses from now on. */
function quit(server: Server): Promise<undefined> {
  return new Promise((resolve) => server.close(() => resolve(undefined)))
}

function alive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') settle(false)
      // A full backlog of others that ask: somebody listens.
      else if (error.code === 'EAGAIN') settle(true)
      else reject(error)
    })
  })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function numbers(directory: string): number[] {
  return readdirSync(directory).flatMap((name) => Number(NAME.exec(name)?.[1] ?? []))
}

function highest(directory: string): number {
  return Math.max(0, ...numbers(directory))
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Another successor did.
  }
}
