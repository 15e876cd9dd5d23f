// Exit statuses (design §8) and the error that carries one to the edge with a message for a person.
import type { Status } from '../model/check.ts'

export const EXIT = {
  ok: 0,
  warn: 1,
  critical: 2,
  unknown: 3,
  usage: 64,
  data: 65,
  fault: 70,
  io: 74,
  noPermission: 77,
  interrupted: 130,
  terminated: 143,
} as const

/** Ends the program with a message and no stack trace. */
export class Exit extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function statusExit(status: Status): number {
  return EXIT[status]
}
