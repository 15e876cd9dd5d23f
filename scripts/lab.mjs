// npm run test:lab [vitest arguments]: the tests that need another kernel, in a QEMU guest. TRACEBOOK_LAB=required: a lab that cannot run is a failure.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const results = process.env.TRACEBOOK_RESULTS
const report = results
  ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, 'lab.json')}`]
  : []
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const argv = [vitest, 'run', '--project', 'lab', ...report, ...process.argv.slice(2)]
process.exitCode = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' }).status ?? 1
