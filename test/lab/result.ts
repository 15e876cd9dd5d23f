// A program's name → what it left in the shared folder: exit status, output, and its lines of `name: value` as a map.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Report } from '../../src/model/report.ts'

export interface Result {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly lines: ReadonlyMap<string, string>
}

/** Empty when the guest ran; else goes into the name of what is skipped. */
export const reason = inject('labReason')

/** In the gate nothing of the lab may be skipped but rows that no time is left for (probes.test.ts). */
export const required = process.env['TRACEBOOK_LAB'] === 'required'

const read = (file: string) => readFileSync(join(inject('labShare'), file), 'utf8')

export function resultOf(program: string): Result {
  const [stdout, stderr] = [read(`${program}.out`), read(`${program}.err`)]
  return { status: Number(read(`${program}.status`)), stdout, stderr, lines: linesOf(program) }
}

/** Also of a program that did not come to its end, or not to its begin. */
export function linesOf(program: string): Result['lines'] {
  if (!existsSync(join(inject('labShare'), `${program}.out`))) return new Map()
  const pairs = read(`${program}.out`).matchAll(/^([\w -]+): (.*)$/gm)
  return new Map([...pairs].map(([, name = '', value = '']) => [name, value]))
}

/** The first number of a line; NaN when the line is not there, so that no comparison holds. */
export function numberOf(result: Result, name: string): number {
  return Number(/\d+/.exec(result.lines.get(name) ?? '')?.[0] ?? Number.NaN)
}

/** `6.1.0-56-cloud-amd64`, from the report that a program printed. */
export function kernelOf(program: string): string {
  return (JSON.parse(resultOf(program).stdout) as Report).host.kernel
}
