// A row of the manifest → its fault, really there: starts inject/ID.py, waits for its READY line, and undoes it.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
const READY_MS = 30_000
const UNDO_MS = 20_000
const CANNOT = 77

export function manifest() {
  const { faults } = JSON.parse(readFileSync(join(here, 'manifest.json'), 'utf8'))
  return faults.map((row) => ({ ...row, control: row.causes.length === 0, truth: truthOf(row.id) }))
}

/** The first line of a fault's script says what is wrong. */
function truthOf(id) {
  const [line = ''] = readFileSync(join(here, 'inject', `${id}.py`), 'utf8').split('\n')
  return line.replaceAll('"""', '')
}

/** → { state: 'ready', truth } | { state: 'skip' | 'broken', why }, and `undo()` in every case. */
export async function inject({ id, seconds }, seed) {
  const child = spawn(PYTHON, [join(here, 'inject', `${id}.py`), String(seconds), String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((done) => child.once('close', done))
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  const undo = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), UNDO_MS)
    await ended
    clearTimeout(timer)
    return errors.trim()
  }
  const state = await new Promise((done) => {
    let out = ''
    const timer = setTimeout(() => done({ state: 'broken', why: `not ready in ${READY_MS / 1000} s` }), READY_MS)
    child.stdout.on('data', (chunk) => {
      out += chunk
      const line = out.split('\n').find((one) => one.startsWith('READY '))
      if (line === undefined || !out.includes('\n')) return
      clearTimeout(timer)
      done({ state: 'ready', truth: JSON.parse(line.slice('READY '.length)) })
    })
    void ended.then((code) => {
      clearTimeout(timer)
      done({ state: code === CANNOT ? 'skip' : 'broken', why: errors.trim().split('\n').pop() })
    })
  })
  return { ...state, undo }
}
