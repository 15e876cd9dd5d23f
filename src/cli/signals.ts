// SIGINT, SIGTERM, SIGHUP and the deadline → one abort signal; the first asks for the report of what is known, the second ends at once.
import { EXIT } from './exit.ts'
import { err } from './io.ts'

export interface Stopping {
  readonly signal: AbortSignal
  /** 130, 143, 129 after a signal; undefined otherwise. */
  readonly status: () => number | undefined
  readonly release: () => void
}

const STATUS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: 129 } as const

export function stopping(deadlineSeconds: number | undefined): Stopping {
  const controller = new AbortController()
  let status: number | undefined
  const onSignal = (name: keyof typeof STATUS) => {
    if (status !== undefined) process.exit(STATUS[name])
    status = STATUS[name]
    if (process.stderr.isTTY) err('\nStopping: writing the report of what is known so far (again to stop at once).\n')
    controller.abort(new Error(name))
  }
  const handlers = (Object.keys(STATUS) as (keyof typeof STATUS)[]).map((name) => [name, () => onSignal(name)] as const)
  for (const [name, handler] of handlers) process.on(name, handler)
  const timer =
    deadlineSeconds === undefined
      ? undefined
      : setTimeout(() => controller.abort(new Error('deadline')), deadlineSeconds * 1000)
  timer?.unref()
  return {
    signal: controller.signal,
    status: () => status,
    release: () => {
      for (const [name, handler] of handlers) process.off(name, handler)
      clearTimeout(timer)
    },
  }
}
