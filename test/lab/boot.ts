// Vitest's global set-up of the project `lab`: one guest for all tests runs the programs → a folder of results, or the reason why there is none.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

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
const GUEST_SECONDS = 400

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
  const programs = readdirSync(join(here, 'programs')).map((name) => name.replace(/\.\w+$/, ''))
  const guest = spawnSync(
    kernel,
    ['run', '--timeout', String(GUEST_SECONDS), '--share', share, '--disk-iops', '100', '--']
      .concat(['bash', join(here, 'guest.sh'), share])
      .concat(programs),
    { stdio: ['ignore', 'inherit', 'inherit'], cwd: here },
  )
  return guest.status === 0 ? '' : `the guest ended with ${guest.status ?? guest.signal}`
}
