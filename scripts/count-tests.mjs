// JSON reports of the test runners → the closing line `N passed, N failed, N skipped`. Fails when a report is missing, says nothing ran, or has a failure.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
const expected = ['unit.json', 'live.json']
let passed = 0
let failed = 0
let skipped = 0
let broken = expected.filter((name) => !readdirSync(folder).includes(name)).length
for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  skipped += report.numPendingTests + (report.numTodoTests ?? 0)
  if (!report.success || report.numPassedTests === 0) broken++
  for (const file of report.testResults)
    for (const test of file.assertionResults.filter((t) => t.status === 'failed'))
      console.log(`FAILED ${test.fullName}`)
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || broken > 0 ? 1 : 0
