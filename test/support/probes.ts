// Test helper: the probe folders → their probes; fixtures of their back ends → observations, reading and plan.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Context } from '../../src/model/context.ts'
import type { Observation, Outcome } from '../../src/model/observation.ts'
import type { BackEnd, Plan, Probe } from '../../src/model/probe.ts'
import type { Reading } from '../../src/model/source.ts'
import type { Unavailable } from '../../src/model/unavailable.ts'
import { context } from './context.ts'

const folder = new URL('../../src/probes/', import.meta.url)

export interface ProbeFixture {
  /** `bpftrace-0.17-spinners`: back end, version of its tool or of the kernel, situation. */
  readonly name: string
  readonly backEnd: BackEnd | undefined
  readonly texts: readonly string[]
  readonly options: {
    readonly seconds?: number
    readonly cpus?: number
    readonly outcomes?: readonly Outcome[]
    readonly context?: Partial<Context>
    readonly reading?: Reading | Unavailable
  }
  readonly path: string
}

/** One that does not load fails alone, not with all others. */
export async function discoverProbes(): Promise<{
  readonly probes: readonly (readonly [id: string, probe: Probe])[]
  readonly broken: readonly (readonly [id: string, error: Error])[]
}> {
  const probes: [string, Probe][] = []
  const broken: [string, Error][] = []
  for (const id of existsSync(folder) ? readdirSync(folder).toSorted() : []) {
    const index = new URL(`${id}/index.ts`, folder)
    if (!existsSync(index)) continue
    try {
      const module: { readonly probe: Probe } = await import(index.href)
      probes.push([id, module.probe])
    } catch (error) {
      broken.push([id, error instanceof Error ? error : new Error(String(error))])
    }
  }
  return { probes, broken }
}

export function fixturesOfProbe(probe: Probe): readonly ProbeFixture[] {
  const own = new URL(`${probe.id}/fixtures/`, folder)
  if (!existsSync(own)) return []
  const files = readdirSync(own).toSorted()
  const names = new Set(files.flatMap((file) => /^(.+?)(?:\.\d+)?\.(?:txt|json)$/.exec(file)?.[1] ?? []))
  return [...names].map((name) => {
    const texts = files
      .filter(
        (file) =>
          file.startsWith(`${name}.`) && file.endsWith('.txt') && /^(\d+\.)?txt$/.test(file.slice(name.length + 1)),
      )
      .map((file) => readFileSync(new URL(file, own), 'utf8'))
    const path = fileURLToPath(new URL(name, own))
    return {
      name,
      path,
      texts,
      // `systemtap-build-4.8-…` is not of `systemtap`.
      backEnd: probe.backEnds.toSorted((a, b) => b.id.length - a.id.length).find(({ id }) => name.startsWith(`${id}-`)),
      options: existsSync(`${path}.json`) ? JSON.parse(readFileSync(`${path}.json`, 'utf8')) : {},
    }
  })
}

export function planOf({ options }: Pick<ProbeFixture, 'options'>, seconds = 2): Plan {
  return { seconds: options.seconds ?? seconds, cpus: options.cpus ?? 2, context: context(options.context) }
}

export function looksOf(
  probe: Probe,
  { backEnd, options }: Pick<ProbeFixture, 'backEnd' | 'options'>,
  texts: readonly string[],
): readonly Observation[] {
  const source = `${probe.id}/${backEnd?.id ?? ''}`
  return texts.map((text, i) => ({
    id: `${source}#${i + 1}`,
    source,
    tier: 'trace',
    argv: [backEnd?.tools?.[0] ?? 'tracefs'],
    atMs: i,
    elapsedMs: 1,
    cpuMs: 1,
    outcome: options.outcomes?.[i] ?? 'ok',
    text,
    bytes: text.length,
  }))
}

export function readProbeFixture(probe: Probe, fixture: ProbeFixture, texts = fixture.texts): Reading | Unavailable {
  if (!fixture.backEnd) throw new Error(`${fixture.name}: no back end of ${probe.id} has that name`)
  return fixture.backEnd.read(looksOf(probe, fixture, texts), planOf(fixture))
}

export function writeReading(fixture: ProbeFixture, reading: Reading | Unavailable): void {
  writeFileSync(`${fixture.path}.json`, `${JSON.stringify({ ...fixture.options, reading }, null, 2)}\n`)
}
