// Makes a checkout ready: dependencies when the lock file changed, the bundle when a source is newer. The second time it does nothing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const say = (text) => process.stderr.write(`tracebook: ${text}\n`)

function run(what, command, args) {
  say(what)
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  say(`${what} failed${error ? `: ${error.message}` : ''}`)
  process.exit(70)
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const stamp = join(root, 'node_modules/.tracebook-lock')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  run('installing dependencies (once)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, lock)
}

const newest = (path) => {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(
    stat.mtimeMs,
    ...readdirSync(path)
      .filter((name) => name !== 'generated' && name !== 'fixtures')
      .map((name) => newest(join(path, name))),
  )
}
const inputs = ['src', 'schemas', 'checks', 'runbooks', 'causes.yaml', 'scripts', 'package.json']
  .map((name) => join(root, name))
  .filter(existsSync)
const bundle = join(root, 'dist/builtin.json')
if (!existsSync(bundle) || Math.max(...inputs.map(newest)) > statSync(bundle).mtimeMs) {
  mkdirSync(join(root, 'dist'), { recursive: true })
  run('building', process.execPath, [join(root, 'scripts/build.mjs')])
}
