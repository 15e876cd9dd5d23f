// The only module that writes to the terminal. A reader that went away (`| head`) is not an error; a full disk is one.
//
// Written straight to the descriptor: process.stdout would load Node's streams, 5 ms of each start.
import { writeSync } from 'node:fs'
import { EXIT } from './exit.ts'

/** Settles when the text is handed to the operating system. */
export function out(text: string): Promise<void> {
  const buffer = Buffer.from(text)
  let at = 0
  try {
    while (at < buffer.length) at += writeSync(1, buffer, at)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A pipe somebody else made non-blocking: only a stream can wait for its reader.
    if (code === 'EAGAIN') return streamed(buffer.subarray(at))
    if (code !== 'EPIPE') failed(error as Error)
  }
  return Promise.resolve()
}

export function outLines(lines: readonly string[]): Promise<void> {
  return out(`${lines.join('\n')}\n`)
}

export function outJson(value: unknown): Promise<void> {
  return out(`${JSON.stringify(value, undefined, 2)}\n`)
}

export function err(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // Nobody listens, or not now: there is no better place to say so.
  }
}

function streamed(rest: Buffer): Promise<void> {
  return new Promise((done) => {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? done() : failed(error)))
    process.stdout.write(rest, () => done())
  })
}

function failed(error: Error): never {
  err(`tracebook: cannot write to standard output: ${error.message}\n`)
  process.exit(EXIT.io)
}
