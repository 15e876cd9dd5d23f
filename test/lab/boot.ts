// Vitest's global set-up of the project `lab`: one guest for all tests runs the programs → a folder of results, or the reason why there is none.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Plan } from '../../src/model/probe.ts'
import { moduleName } from '../../src/instruments/systemtap.ts'
import { context } from '../support/context.ts'
import { rowsOf } from './rows.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the programs' results are. */
    readonly labShare: string
    /** Why the guest could not be booted; empty when it was. */
    readonly labReason: string
    /** The time of the gate ran out before all rows were asked: those that were not are skipped. */
    readonly labLate: boolean
  }
}

const here = import.meta.dirname
const kernel = join(here, 'kernel')
// Beside the programs half a minute for each row, which takes a third of it on a quiet host.
const SECONDS = { programs: 560, row: 30, silent: 60 }
const BOOTS = 4
/** In the gate: how long all of this may take. Rows that are then left are skipped, the programs before them are not. */
const budget = Number(process.env['TRACEBOOK_LAB_SECONDS'] ?? Number.POSITIVE_INFINITY)
const until = Date.now() + budget * 1000
const secondsLeft = () => (until - Date.now()) / 1000
/** A script does not depend on it. */
const PLAN: Plan = { seconds: 1, cpus: 2, context: context({}) }

export default async function setup(project: TestProject): Promise<() => void> {
  const share = mkdtempSync(join(tmpdir(), 'tracebook-lab-'))
  const reason = await boot(share)
  // The gate says so: there a lab that does not run is a failure, not a skip.
  if (reason !== '' && process.env['TRACEBOOK_LAB'] === 'required') throw new Error(`the lab did not run: ${reason}`)
  project.provide('labShare', share)
  project.provide('labReason', reason)
  project.provide('labLate', secondsLeft() <= 0)
  return () => rmSync(share, { recursive: true })
}

async function boot(share: string): Promise<string> {
  const able = spawnSync(kernel, ['check'], { encoding: 'utf8' })
  if (able.status !== 0) return able.stderr.trim()
  // Starting it in there would build it in there.
  if (!existsSync(join(here, '../../dist/tracebook.js'))) throw new Error('there is no dist/: npm run build')
  const compiled = spawnSync(
    'gcc',
    ['-O1', '-g', '-fno-omit-frame-pointer', '-pthread', '-o', join(share, 'workloads'), join(here, 'workloads.c')],
    { encoding: 'utf8' },
  )
  if (compiled.status !== 0) return `gcc cannot compile the workloads: ${compiled.error?.message ?? compiled.stderr}`
  // A test asserts on the module's count: when it is not there, that test fails or is skipped, not the others.
  if (existsSync('/usr/bin/stap')) {
    spawnSync(kernel, ['stap', '-p4', '-m', 'lab_switches', join(here, 'switches.stp')], {
      cwd: share,
      stdio: 'inherit',
    })
  }
  const rows = rotated(rowsOf())
  await compileScripts(rows, share)
  for (let boots = 1; ; boots++) {
    const left = rows.filter(({ probe, backEnd }) => !told(share, 'probes').includes(`\n${probe.id}-${backEnd.id}: `))
    const line = ({ probe, backEnd, netem, workload }: (typeof rows)[number]) =>
      `${probe.id}\t${backEnd.id}\t${netem ?? '-'}\t${workload}\n`
    writeFileSync(join(share, 'rows'), left.map(line).join(''))
    const programs = readdirSync(join(here, 'programs'))
      .map((name) => name.replace(/\.\w+$/, ''))
      .filter((name) => !existsSync(join(share, `${name}.status`)))
    // The longest last: what the others found is there when it is stopped.
    programs.sort((x, y) => Number(x === 'probes') - Number(y === 'probes'))
    if (secondsLeft() <= 0) {
      if (programs[0] === 'probes') return ''
      throw new Error(`no time left for ${programs.join(', ')}`)
    }
    const needed = SECONDS.programs + SECONDS.row * left.length
    const status = await guest(share, programs, Math.ceil(Math.min(needed, secondsLeft())))
    if (status === 0) return ''
    if (boots === 1 && !existsSync(join(share, 'alive'))) return 'the guest did not boot'
    if (secondsLeft() <= 0) continue
    if (boots === BOOTS) throw new Error(`the guest ended with ${status}; what it left is in ${share}`)
    process.stderr.write(`lab: the guest ended with ${status}, another one does what is left\n`)
  }
}

/** The gate says with which row it begins: where time is short, others are the last ones each day. */
function rotated<T>(rows: readonly T[]): readonly T[] {
  const first = Number(process.env['TRACEBOOK_FIRST'] ?? 0) % rows.length
  return [...rows.slice(first), ...rows.slice(0, first)]
}

/** Exit status. Emulated CPUs may stop for ever while the kernel patches itself, as it does for each tracepoint: its heart then beats no more. */
async function guest(share: string, programs: readonly string[], seconds: number): Promise<number> {
  const alive = join(share, 'alive')
  const booted = Date.now() + SECONDS.silent * 1000
  rmSync(alive, { force: true })
  const child = spawn(
    kernel,
    [
      'run',
      '--timeout',
      String(seconds),
      '--share',
      share,
      '--disk-iops',
      '100',
      '--append',
      'softlockup_panic=1',
      '--',
    ]
      .concat(['bash', join(here, 'guest.sh'), share])
      .concat(programs),
    { stdio: ['ignore', 'inherit', 'inherit'], cwd: here },
  )
  const watch = setInterval(() => {
    const last = existsSync(alive) ? statSync(alive).mtimeMs : booted
    if (Date.now() - last > SECONDS.silent * 1000) child.kill('SIGTERM')
  }, 5000)
  const [status] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  return status ?? 125
}

function told(share: string, program: string): string {
  const path = join(share, `${program}.out`)
  return existsSync(path) ? `\n${readFileSync(path, 'utf8')}` : ''
}

/** What tracebook would build in there, by the names it looks for; probes.sh puts the modules where it does. */
async function compileScripts(rows: ReturnType<typeof rowsOf>, share: string): Promise<void> {
  const cwd = join(share, 'modules')
  mkdirSync(cwd, { recursive: true })
  const scripts = rows.flatMap(({ probe, backEnd }) => {
    const question = backEnd.id === 'systemtap' && probe.backEnds.find(({ id }) => id === 'systemtap-build')
    const [act] = question ? question.acts(PLAN, 'stap') : []
    return act?.kind === 'run' && act.input !== undefined ? [act.input] : []
  })
  const compile = async (): Promise<void> => {
    const script = scripts.pop()
    if (script === undefined) return
    const child = spawn(kernel, ['stap', '-p4', '-m', moduleName(script), '-'], {
      cwd,
      stdio: ['pipe', 'inherit', 'inherit'],
    })
    child.stdin.end(script)
    await once(child, 'close')
    await compile()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, compile))
}
