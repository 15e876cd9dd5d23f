// npm run faults [ID…]: injects one fault at a time, asks the product, compares its first diagnosis with the truth. Exit 1: one was missed.
// --ci: the rows marked for it, in at most 8 minutes.  --markdown FILE: the table of docs/reference/faults.md.  --list: the ids.
// --json FILE: all that is known of each run.  --with FILE…: no run, the table of runs kept with --json.
// TRACEBOOK_RESULTS=FOLDER: a result file there for scripts/count-tests.mjs, like those of vitest.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject, manifest } from './inject.mjs'
import { judge } from './judge.mjs'
import { page, results, summary } from './print.mjs'

const product = join(dirname(fileURLToPath(import.meta.url)), '../../dist/tracebook.js')
const ANSWER_MS = 80_000
const CI_MS = 8 * 60_000
const SETTLE_MS = 2000
const stopping = new AbortController()
let asking

/** The product in a process group of its own: a Ctrl-C is ours to hand on, once. */
function ask(target) {
  const argv = [
    product,
    'run',
    '--auto',
    '--format',
    'json',
    '--allow',
    'trace',
    ...(target ? ['--target', target] : []),
  ]
  const started = Date.now()
  return new Promise((done) => {
    const child = spawn(process.execPath, argv, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    asking = child
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (errors += chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_MS)
    child.once('close', (code) => {
      clearTimeout(timer)
      asking = undefined
      done({
        code,
        report: parsed(out),
        errors: errors.trim().split('\n').pop(),
        seconds: (Date.now() - started) / 1000,
      })
    })
  })
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function tryOnce(fault) {
  const seed = 1 + Math.floor(Math.random() * 1e6)
  const [load] = loadavg()
  const injected = await inject(fault, seed)
  try {
    if (injected.state !== 'ready')
      return { fault, seed, state: injected.state, why: injected.why, passed: false, said: [] }
    if (stopping.signal.aborted) return { fault, seed, state: 'interrupted', passed: false, said: [] }
    const { truth } = injected
    const target = fault.target?.replace(/\{(\w+)\}/g, (_, key) => truth[key])
    const answer = await ask(target)
    if (stopping.signal.aborted) return { fault, seed, state: 'interrupted', passed: false, said: [] }
    const verdict = judge(fault, truth, answer)
    const why = verdict.word === 'NO REPORT' ? answer.errors : undefined
    return {
      fault,
      seed,
      state: 'ready',
      load,
      target,
      truth,
      seconds: answer.seconds,
      cost: answer.report?.cost,
      path: answer.report?.path,
      why,
      ...verdict,
    }
  } finally {
    const left = await injected.undo()
    if (injected.state === 'ready' && left !== '') process.stderr.write(`${fault.id}: ${left}\n`)
  }
}

/** A missed one is tried once more: the machine may have been busy with something else. */
async function score(fault) {
  const first = await tryOnce(fault)
  if (first.passed || first.state === 'skip' || stopping.signal.aborted) return first
  process.stdout.write(`${summary(first)}, tried again\n`)
  await sleep(SETTLE_MS)
  return { ...(await tryOnce(fault)), tries: 2 }
}

function choose({ ci, list }, ids) {
  const all = manifest()
  const unknown = ids.filter((id) => !all.some((row) => row.id === id))
  if (unknown.length > 0 || list) {
    process.stderr.write(unknown.length > 0 ? `no fault ${unknown.join(', ')}; there are:\n` : '')
    for (const row of all) process.stdout.write(`${row.id.padEnd(20)} ${row.truth}\n`)
    process.exit(unknown.length > 0 ? 64 : 0)
  }
  const chosen = all.filter((row) => (ids.length === 0 || ids.includes(row.id)) && (!ci || row.ci))
  if (!ci) return chosen
  // When time runs out on a slow machine it must not be the controls that are left out, and not the same faults each day: the gate says with which it begins.
  const [controls, faults] = [chosen.filter(({ control }) => control), chosen.filter(({ control }) => !control)]
  const first = Number(process.env.TRACEBOOK_FIRST ?? 0) % faults.length
  return [...controls, ...faults.slice(first), ...faults.slice(0, first)]
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    stopping.abort()
    asking?.kill('SIGINT')
  })

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ci: { type: 'boolean' },
    list: { type: 'boolean' },
    markdown: { type: 'string' },
    json: { type: 'string' },
    with: { type: 'string', multiple: true },
  },
})
const wanted = values.with ? [] : choose(values, positionals)
const rows = (values.with ?? []).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')))
const started = Date.now()
for (const [i, fault] of wanted.entries()) {
  if (stopping.signal.aborted) break
  const late = values.ci && Date.now() - started > CI_MS - ANSWER_MS / 2
  const row = late ? { fault, state: 'skip', why: 'no time left', passed: false, said: [] } : await score(fault)
  rows.push(row)
  process.stdout.write(`${String(i + 1).padStart(2)}/${wanted.length} ${summary(row)}\n`)
  if (!stopping.signal.aborted) await sleep(SETTLE_MS)
}
const failed = rows.filter((row) => !row.passed && !['skip', 'interrupted'].includes(row.state))
const passed = rows.filter((row) => row.passed)
if (values.json) writeFileSync(values.json, JSON.stringify(rows, null, 1))
if (values.markdown) writeFileSync(values.markdown, page(rows, manifest()))
if (process.env.TRACEBOOK_RESULTS)
  writeFileSync(join(process.env.TRACEBOOK_RESULTS, 'faults.json'), JSON.stringify(results(rows)))
process.stdout.write(
  `${passed.length} passed, ${failed.length} failed, ${rows.length - passed.length - failed.length} skipped\n`,
)
process.exitCode = stopping.signal.aborted ? 130 : failed.length > 0 || passed.length === 0 ? 1 : 0
