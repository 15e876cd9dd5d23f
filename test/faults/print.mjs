// Judged faults → a line each, the page docs/reference/faults.md, and a result file like those of vitest.
import { cpus, release } from 'node:os'

export function summary(row) {
  const word = row.state === 'ready' ? row.word : row.state
  const time = row.seconds === undefined ? '' : `${row.seconds.toFixed(1)} s`
  const said = row.said.slice(0, 4).join(', ') || (row.state === 'ready' ? 'nothing' : '')
  const wrong = row.word === 'AND WRONG' ? ` (wrong: ${row.wrong.join(', ')})` : ''
  return `${word.padEnd(11)} ${row.fault.id.padEnd(20)} ${time.padStart(7)} ${said}${wrong}${row.why ? ` (${row.why})` : ''}`.trimEnd()
}

/** Steps that instrument the kernel and were really taken. */
const escalations = ({ path }) =>
  (path ?? []).filter(({ verb, outcome }) => verb === 'escalate' && outcome === 'done').length
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
const seconds = (numbers) => (numbers.length === 0 ? 'none' : `${median(numbers).toFixed(1)} s`)
const culpritOf = ({ first, culprit }) => {
  const [one] = first?.culprits ?? []
  return one === undefined ? 'nobody' : `${one.kind}${culprit ? '' : ' (another)'}`
}

/** All faults of the manifest are on the page: what was not judged is said, never left out. */
export function page(rows, all) {
  const byId = new Map(rows.map((row) => [row.fault.id, row]))
  const every = all.map((fault) => byId.get(fault.id) ?? { fault, state: 'not asked' })
  const ran = every.filter(({ state }) => state === 'ready')
  const faults = ran.filter(({ fault }) => !fault.control)
  const controls = ran.filter(({ fault }) => fault.control)
  const skipped = every.filter(({ state }) => state !== 'ready')
  const passed = (list) => `${list.filter((row) => row.passed).length} of ${list.length}`
  const loads = ran.flatMap(({ load }) => (load === undefined ? [] : [load]))
  return `# Faults

Written by \`npm run faults -- --markdown docs/reference/faults.md\`; do not edit. Each fault was injected for real, one at a time, by a script of
\`test/faults/inject/\`, and \`tracebook run --auto --format json --allow trace\` was asked once (twice where it says so). How to read and repeat it: [the fault lab](../guide/fault-lab.md).

Linux ${release().replace(/-.*/, '')}, ${cpus().length} CPUs. Load average before a fault: median ${median(loads)?.toFixed(1) ?? 'unknown'}, at most ${Math.max(0, ...loads).toFixed(1)};
what else ran on the machine can change a line.

Cause first with its culprit: ${passed(faults)}. Controls quiet: ${passed(controls)}. Not judged: ${skipped.length}.
Median time to the diagnosis: ${seconds(times(faults, false))} without escalation, ${seconds(times(faults, true))} with.

${table('fault', 'truth', faults)}

## Controls

${table('control', 'what runs', controls)}
${skipped.length === 0 ? '' : `\n## Not judged\n\n${skipped.map(({ fault, state, why }) => `- ${fault.id}: ${state}${why ? `, ${why}` : ''}`).join('\n')}\n`}`
}

function table(first, second, rows) {
  const line = (row) => `| ${row.fault.id} | ${row.fault.truth.replace(/^Control: /, '')} | ${answer(row)} |`
  const head = `| ${first} | ${second} | cause named first | culprit | confidence | time | escalations | |\n|---|---|---|---|---|---|---|---|`
  return [head, ...rows.map(line)].join('\n')
}

const times = (rows, escalated) => rows.filter((row) => escalations(row) > 0 === escalated).map((row) => row.seconds)

function answer(row) {
  const cause =
    row.first === undefined ? 'none' : `[${row.first.cause}](causes.md#${row.first.cause.replaceAll('.', '')})`
  const said = row.first === undefined ? ['none', '', ''] : [cause, culpritOf(row), row.first.confidence]
  const word = row.word + (row.tries === 2 ? ', second try' : '')
  return [...said, `${row.seconds.toFixed(1)} s`, escalations(row), word].join(' | ')
}

export function results(rows) {
  const skipped = rows.filter(({ state }) => state === 'skip')
  const passed = rows.filter((row) => row.passed)
  const failed = rows.length - passed.length - skipped.length
  const status = (row) => (row.passed ? 'passed' : row.state === 'skip' ? 'skipped' : 'failed')
  return {
    success: failed === 0,
    numPassedTests: passed.length,
    numFailedTests: failed,
    numPendingTests: skipped.length,
    testResults: [
      { assertionResults: rows.map((row) => ({ status: status(row), fullName: `fault ${summary(row)}` })) },
    ],
  }
}
