// Does what every run does, so that the build's code cache has the compiled functions: a recorded host judged and rendered, one program run.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { formats } from '../generated/formats.ts'
import { sources } from '../generated/sources.ts'
import { compileRunbook } from '../compile/flatten.ts'
import { machineOf } from '../compile/machine.ts'
import { NOW } from '../model/source.ts'
import { silentGuide } from '../run/guide.ts'
import { run } from '../run/run.ts'
import { catalogueOf, hostFor, libraryFor, productRoot } from './setup.ts'

const RECORDED = 'test/hosts/idle'

/** `light`: loads the built-ins and compiles the main runbook; `run`: a whole run beside that. */
export async function warm(kind: string): Promise<void> {
  const library = await libraryFor([])
  machineOf(compileRunbook('sixty_seconds', library, catalogueOf(library)))
  if (kind === 'light') return
  const signal = new AbortController().signal
  const local = await hostFor(undefined)
  await local.look(
    [{ source: 'uptime', tier: 'run', request: { kind: 'run', argv: ['uptime'], at: 'start' } }],
    NOW,
    signal,
  )
  const folder = join(productRoot(), RECORDED)
  if (!existsSync(folder)) return
  const { report } = await run({
    runbook: 'sixty_seconds',
    host: await hostFor(folder),
    library,
    catalogue: catalogueOf(library),
    sources,
    window: { intervalMs: 1000, count: 5 },
    allow: 'run',
    overrides: new Map(),
    guide: silentGuide,
    signal,
  })
  for (const format of formats.filter(({ id }) => id !== 'html')) await (await format.load()).render(report)
}
