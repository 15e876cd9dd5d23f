// The only module that writes to the terminal. A reader that went away (`| head`) is not an error; a full disk is one.
import { EXIT } from './exit.ts'

export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    process.stderr.write(`tracebook: cannot write to standard output: ${error.message}\n`)
    process.exit(EXIT.io)
  })
  process.stderr.on('error', () => {})
}

/** Settles when the text is handed to the operating system. */
export function out(text: string): Promise<void> {
  return new Promise((done) => process.stdout.write(text, () => done()))
}

export function err(text: string): void {
  process.stderr.write(text)
}
