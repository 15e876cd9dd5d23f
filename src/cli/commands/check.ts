// `tracebook check [RUNBOOK]`: for cron and monitoring: silent when ok, one Nagios line otherwise; one run at a time; a history.
import type { Command } from 'commander'
import { messageOf } from '../../host/error.ts'
import type { Report } from '../../model/report.ts'
import { renderNagios } from '../../report/nagios.ts'
import type { CliCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { remember } from '../history.ts'
import { err, out } from '../io.ts'
import { lock, type Lock } from '../lock.ts'
import { measureOptions, type MeasureOptions, outOption } from '../options.ts'
import { formatOfFile, writeReport } from '../output.ts'
import { hostFor, libraryFor, refuseMistakes, requireRunbook } from '../setup.ts'
import { openState, usualPlace, type StateDirectory } from '../state.ts'
import { diagnoseAndWrite } from './run.ts'

export const summary = 'for cron and monitoring: silent when well, one line otherwise'

interface Options extends MeasureOptions {
  readonly verbose?: true
  readonly state?: string
  readonly out: readonly string[]
}

export const command: CliCommand = {
  configure: (program: Command) =>
    outOption(
      measureOptions(program.argument('[runbook]', 'id of a runbook; see: tracebook list runbooks', 'sixty_seconds'))
        .option('--verbose', 'print the line also when all is well, as a monitoring agent wants it')
        .option(
          '--state <dir>',
          'where the lock, the history and the last reports are kept (default: /var/lib/tracebook for root, else ~/.local/state/tracebook)',
        ),
    ).addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  */15 * * * * root tracebook check           cron mails when there is something to say
  tracebook check --verbose                   a Nagios, Icinga or Zabbix agent check
  tracebook check disk --state /var/lib/tb    its own lock and history
  tracebook check --from test/hosts/cpu-jam   what would it have said? (no lock, no history)

Every run adds a line to history.jsonl of the state directory; when the status is not ok the whole report is
kept beside it (the last 50). A run that finds another under way says so on standard error and ends with 0.

Exit status: 0 ok, 1 warning, 2 critical, 3 unknown`

/** Four hundred hosts ask every quarter of an hour: a question to the kernel is worth its price once an hour. */
const COOL_DOWN_SECONDS = 3600

async function action(runbook: string, options: Options): Promise<number> {
  for (const file of options.out) formatOfFile(file)
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  requireRunbook(library, runbook)
  const host = await hostFor(options.from)
  // A replay is no run of this host: it has no place in its history, unless one is named.
  const state = options.from === undefined || options.state !== undefined ? stateOf(options.state) : undefined
  const held = state ? await acquire(state) : undefined
  if (held === 'taken') {
    err('tracebook: another run is under way\n')
    return EXIT.ok
  }
  try {
    return await diagnoseAndWrite(
      runbook,
      { ...options, auto: true, quiet: true, coolDownSeconds: COOL_DOWN_SECONDS },
      host,
      library,
      (report) => write(report, options, state),
    )
  } finally {
    await held?.release()
    state?.close()
  }
}

async function write(report: Report, options: Options, state: StateDirectory | undefined): Promise<boolean> {
  if (state) {
    try {
      remember(state.door, report)
    } catch (error) {
      cannot(state.path, error)
    }
  }
  const fine = await writeReport(report, { out: options.out }, undefined)
  if (report.status !== 'ok' || options.verbose) await out(renderNagios(report))
  return fine
}

/** A host whose disk is full or read-only needs its check more than its history. */
function stateOf(asked: string | undefined): StateDirectory | undefined {
  try {
    return openState(asked)
  } catch (error) {
    cannot(asked ?? placeOrName(), error)
    return undefined
  }
}

async function acquire(state: StateDirectory): Promise<Lock | 'taken' | undefined> {
  try {
    return (await lock(state.door)) ?? 'taken'
  } catch (error) {
    cannot(state.path, error)
    return undefined
  }
}

function cannot(path: string, error: unknown): void {
  err(`tracebook: no lock and no history in ${path}: ${messageOf(error)}\n`)
}

function placeOrName(): string {
  try {
    return usualPlace()
  } catch {
    return 'the state directory'
  }
}
