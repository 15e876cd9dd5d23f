// A report → one line of history, and the whole report beside it when something was wrong. Bounded: old ones go.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../model/report.ts'
import { renderJson } from '../report/json.ts'
import { culpritText } from '../report/words.ts'

const FILE = 'history.jsonl'
const ROTATE_BYTES = 10 * 1024 * 1024
const REPORTS_KEPT = 50
const REPORT = /^report-[\dTZ]+(?:-\d+)?\.json$/

/** Returns the name of the report that was kept, if one was. */
export function remember(directory: string, report: Report): string | undefined {
  append(directory, `${JSON.stringify(lineOf(report))}\n`)
  if (report.status === 'ok') return undefined
  const name = `report-${report.startedAt.replace(/\.\d+|[-:]/g, '')}-${process.pid}.json`
  writeNew(directory, name, renderJson(report))
  const kept = readdirSync(directory)
    .filter((one) => REPORT.test(one))
    .sort()
  for (const old of kept.slice(0, -REPORTS_KEPT)) unlinkSync(join(directory, old))
  return name
}

export function lineOf(report: Report): unknown {
  const checks = new Set(report.findings.map((one) => one.check))
  const unknown = new Set(report.findings.filter((one) => one.status === 'unknown').map((one) => one.check))
  return {
    startedAt: report.startedAt,
    runbook: report.runbook,
    status: report.status,
    ...(report.interrupted === undefined ? {} : { interrupted: report.interrupted }),
    diagnoses: report.diagnoses.map(({ cause, culprits }) => ({
      cause,
      culprits: culprits.map((one) => culpritText(one)),
    })),
    elapsedMs: Math.round(report.elapsedMs),
    cpuMs: Math.round(report.cost.cpuMs),
    coverage: { judged: checks.size - unknown.size, unknown: unknown.size },
  }
}

function append(directory: string, line: string): void {
  const path = join(directory, FILE)
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
  try {
    const found = fstatSync(file)
    // Neither a FIFO that blocks nor a hard link to a file of another.
    if (!found.isFile() || found.nlink !== 1) throw new Error(`${FILE} is not a file of its own`)
    writeSync(file, line)
    if (found.size + line.length > ROTATE_BYTES) renameSync(path, join(directory, `${FILE}.1`))
  } finally {
    closeSync(file)
  }
}

/** Whole or not at all. */
function writeNew(directory: string, name: string, text: string): void {
  const beside = join(directory, `.${name}.tmp`)
  const file = openSync(beside, 'wx', 0o600)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } catch (error) {
    unlinkSync(beside)
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(beside, join(directory, name))
}
