// The directory where `check` keeps its lock and its history: private to one user, every file in it reached through one descriptor.
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { makeFolder } from './folders.ts'

export interface StateDirectory {
  /** As a person knows it. */
  readonly path: string
  /** The same through a descriptor: short enough for a socket, and no link that is planted later can divert it. */
  readonly door: string
  readonly close: () => void
}

/** Throws what a person should be told. */
export function openState(asked: string | undefined): StateDirectory {
  const path = asked === undefined ? usualPlace() : resolve(asked)
  makeFolder(path, 0o700)
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  const { uid, mode } = fstatSync(descriptor)
  const problem =
    uid !== process.getuid?.()
      ? 'it belongs to somebody else'
      : (mode & 0o022) === 0
        ? undefined
        : 'others may write to it (chmod go-w)'
  if (problem !== undefined) {
    closeSync(descriptor)
    throw new Error(problem)
  }
  return { path, door: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) }
}

export function usualPlace(): string {
  if (process.getuid?.() === 0) return '/var/lib/tracebook'
  const told = process.env['XDG_STATE_HOME'] ?? ''
  return join(told.startsWith('/') ? told : join(homedir(), '.local/state'), 'tracebook')
}
