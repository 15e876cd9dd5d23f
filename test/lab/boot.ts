// Vitest's global set-up of the project `lab`: one guest for all tests runs the programs → a folder of results, or the reason why there is none.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { moduleName } from '../../src/instruments/systemtap.ts'
import { rowsOf } from './rows.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the programs' results are. */
    readonly labShare: string
    /** Why the guest could not be booted; empty when it was. */
    readonly labReason: string
  }
}

const here = import.meta.dirname
const kernel = join(here, 'kernel')
// Beside the programs half a minute for each row, which takes a third of it on a quiet host.
const SECONDS = { programs: 500, row: 30 }

export default function setup(project: TestProject): () => void {
  const share = mkdtempSync(join(tmpdir(), 'tracebook-lab-'))
  const reason = boot(share)
  // The gate says so: there a lab that does not run is a failure, not a skip.
  if (reason !== '' && process.env['TRACEBOOK_LAB'] === 'required') throw new Error(`the lab did not run: ${reason}`)
  project.provide('labShare', share)
  project.provide('labReason', reason)
  return () => rmSync(share, { recursive: true })
}

function boot(share: string): string {
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
  const rows = rowsOf()
  for (const { probe, backEnd } of rows) if (backEnd.id === 'systemtap') compileScripts(probe.id, share)
  const line = ({ probe, backEnd, netem, workload }: (typeof rows)[number]) =>
    `${probe.id}\t${backEnd.id}\t${netem ?? '-'}\t${workload}\n`
  writeFileSync(join(share, 'rows'), rows.map(line).join(''))
  const programs = readdirSync(join(here, 'programs')).map((name) => name.replace(/\.\w+$/, ''))
  // The longest last: what the others found is there when it is stopped.
  programs.sort((a, b) => Number(a === 'probes') - Number(b === 'probes'))
  const seconds = SECONDS.programs + SECONDS.row * rows.length
  const guest = spawnSync(
    kernel,
    ['run', '--timeout', String(seconds), '--share', share, '--disk-iops', '100', '--']
      .concat(['bash', join(here, 'guest.sh'), share])
      .concat(programs),
    { stdio: ['ignore', 'inherit', 'inherit'], cwd: here },
  )
  if (guest.status === 125) return 'the guest did not boot'
  if (guest.status !== 0)
    throw new Error(`the guest ended with ${guest.status ?? guest.signal}; what it left is in ${share}`)
  return ''
}

/** By the names tracebook looks for; probes.sh puts them where it does. */
function compileScripts(probe: string, share: string): void {
  const folder = join(here, '../../src/probes', probe)
  const cwd = join(share, 'modules')
  mkdirSync(cwd, { recursive: true })
  for (const script of readdirSync(folder).filter((name) => name.endsWith('.stp'))) {
    const path = join(folder, script)
    spawnSync(kernel, ['stap', '-p4', '-m', moduleName(readFileSync(path, 'utf8')), path], { cwd, stdio: 'inherit' })
  }
}
