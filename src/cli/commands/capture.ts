// `tracebook capture DIR [RUNBOOK]`: a run that also writes down everything it sees, so that --from DIR can judge it again.
import type { Command } from 'commander'
import { resolve } from 'node:path'
import type { Report } from '../../model/report.ts'
import { isUnavailable } from '../../model/unavailable.ts'
import { clean } from '../../report/escape.ts'
import { STATUS_WORD } from '../../report/words.ts'
import { VERSION } from '../../run/version.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { err, out } from '../io.ts'
import { DEFAULT_WINDOW, measureOptions, type MeasureOptions, outOption } from '../options.ts'
import { formatNamed, formatOfFile, writeReport, type OutputOptions } from '../output.ts'
import { hostFor, libraryFor, refuseMistakes, requireRunbook } from '../setup.ts'
import { diagnoseAndWrite } from './run.ts'

export const summary = 'record what a run sees, to judge it elsewhere or again'

interface Options extends MeasureOptions, OutputOptions {
  readonly auto?: true
  readonly quiet?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    outOption(
      measureOptions(
        program
          .argument('<dir>', 'a new or empty directory')
          .argument('[runbook]', 'id of a runbook; see: tracebook list runbooks', 'sixty_seconds'),
      )
        .option('--auto', 'no questions: take every default')
        .option('--quiet', 'no progress on standard error')
        .option('--format <name>', 'also print the report: markdown, json, html, nagios, terminal'),
    ).addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook capture /tmp/slow-db --auto             record the sixty-second checklist
  tracebook capture /tmp/slow-db disk --window 10s  record the disk runbook
  tracebook run --auto --from /tmp/slow-db          judge it again, also on another machine

The recording holds names of processes, files and addresses of this host. Only its owner may read it.`

async function action(directory: string, runbook: string, options: Options): Promise<number> {
  if (options.from !== undefined) throw new Exit(EXIT.usage, 'capture records this host; --from replays a recorded one')
  const format = options.format === undefined ? undefined : formatNamed(options.format)
  for (const file of options.out) formatOfFile(file)
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  requireRunbook(library, runbook)
  const { capturing } = await import('../../host/capture.ts')
  const about = {
    tracebook: VERSION,
    runbook,
    window: options.window ?? DEFAULT_WINDOW,
    ...(options.target === undefined ? {} : { target: options.target }),
  }
  const host = capturing(await hostFor(undefined), resolve(directory), about)
  if (isUnavailable(host))
    throw new Exit(EXIT.usage, `${host.reason}${host.cure === undefined ? '' : `: ${host.cure}`}`)
  const say = format === undefined ? out : (text: string) => Promise.resolve(err(text))
  const write = async (report: Report): Promise<boolean> => {
    const failed = host.finish(report.interrupted === undefined ? {} : { interrupted: report.interrupted })
    if (failed) err(`tracebook: ${failed.reason}\n`)
    else await say(`Recorded ${report.observations.length} observations in ${directory}\n`)
    await say(`${STATUS_WORD[report.status]}  ${clean(report.verdict[0])}\n`)
    return (await writeReport(report, options, format)) && failed === undefined
  }
  return diagnoseAndWrite(runbook, options, host, library, write)
}
