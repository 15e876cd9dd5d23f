// `doctor --clean`: what killed runs left in the kernel and on disk → removed, and one line for each thing.
import { DIRECTORIES } from '../../host/environment.ts'
import { ledgerFiles } from '../../host/ledger.ts'
import { sweep } from '../../host/sweep.ts'
import { programs } from '../../host/which.ts'
import { clean } from '../../report/escape.ts'

export interface Cleaned {
  readonly lines: readonly string[]
  /** Nothing of a dead run is left. */
  readonly all: boolean
}

const NAMES = {
  instance: 'trace instance',
  trigger: 'trigger',
  kprobe: 'kernel probe',
  uprobe: 'user probe',
  synthetic: 'synthetic event',
  lttng: 'LTTng session',
  module: 'kernel module',
  scratch: 'folder',
} as const

export async function cleanUp(): Promise<Cleaned> {
  const swept = await sweep(programs(DIRECTORIES, process.getuid?.() === 0))
  const ended = swept.reduce((sum, { processes }) => sum + processes, 0)
  // A trigger is part of its instance.
  const removed = swept
    .flatMap((one) => one.removed)
    .filter(({ kind }) => kind !== 'trigger')
    .map(({ kind, name }) => `removed: ${NAMES[kind]} ${clean(name)}`)
  const left = swept.flatMap((one) => one.left)
  const running = ledgerFiles().length - swept.filter((one) => one.left.length > 0).length
  const lines = [
    ...(ended > 0 ? [`ended: ${ended} program${ended === 1 ? '' : 's'} of a run that was killed`] : []),
    ...removed,
    ...left.map(({ thing, why }) => `still there: ${NAMES[thing.kind]} ${clean(thing.name)}: ${clean(why)}`),
    ...(running > 0
      ? [`${running} more ${running === 1 ? 'ledger is' : 'ledgers are'} of a living run, or not readable: left alone`]
      : []),
  ]
  return { lines: lines.length > 0 ? lines : ['Nothing was left behind.'], all: left.length === 0 }
}
