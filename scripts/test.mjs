// npm test [vitest arguments]: the unit tests side by side, then the live ones alone on the host. Both run even when the first fails.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const results = process.env.TRACEBOOK_RESULTS
let status = 0
for (const project of ['unit', 'live']) {
  const report = results
    ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, `${project}.json`)}`]
    : []
  const argv = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--passWithNoTests',
    ...report,
    ...process.argv.slice(2),
  ]
  const run = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' })
  status ||= run.status ?? 1
}
process.exitCode = status
