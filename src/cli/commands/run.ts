// `tracebook run [RUNBOOK]`: a diagnosis of this host, guided on a terminal, unattended with --auto or without one.
import type { Command } from 'commander'
import type { Host } from '../../host/host.ts'
import { silentGuide, type Guide } from '../../run/guide.ts'
import { run } from '../../run/run.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, statusExit } from '../exit.ts'
import { err } from '../io.ts'
import { DEFAULT_WINDOW, measureOptions, type MeasureOptions, outOption } from '../options.ts'
import { formatNamed, formatOfFile, writeReport, type OutputOptions } from '../output.ts'
import { catalogueOf, hostFor, libraryFor, refuseMistakes, requireRunbook } from '../setup.ts'
import { stopping } from '../signals.ts'
import { policyOf } from '../policy.ts'
import { sourcesOf } from '../sources.ts'

export const summary = 'diagnose this host by a runbook (default sixty_seconds)'

interface Options extends MeasureOptions, OutputOptions {
  readonly auto?: true
  readonly quiet?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    outOption(
      measureOptions(program.argument('[runbook]', 'id of a runbook; see: tracebook list runbooks', 'sixty_seconds'))
        .option('--auto', 'no questions: take every default')
        .option('--quiet', 'no progress on standard error')
        .option('--format <name>', 'what standard output gets: markdown, json, html, nagios, terminal'),
    ).addHelpText('after', EXAMPLES),
  action: runAction,
}

const EXAMPLES = `
Examples
  tracebook run                                   guided, step by step
  tracebook run --auto                            one window, then the report
  tracebook run cpu --auto --window 10s           explain a CPU bottleneck over ten seconds
  tracebook run --auto --out r.md --out r.json    keep the report
  tracebook run --auto --target pid:4242          "this process is slow"
  tracebook run --from test/hosts/cpu-jam         judge a recorded host again`

async function runAction(runbook: string, options: Options): Promise<number> {
  const terminal = process.stdout.isTTY
  const format = formatNamed(options.format ?? (terminal ? 'terminal' : 'markdown'))
  for (const file of options.out) formatOfFile(file)
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  requireRunbook(library, runbook)
  const host = await hostFor(options.from)
  return diagnoseAndWrite(runbook, options, host, library, (report) => writeReport(report, options, format))
}

/** Shared by run and capture: everything between a host and a written report. */
export async function diagnoseAndWrite(
  runbook: string,
  options: MeasureOptions & { readonly auto?: true; readonly quiet?: true; readonly coolDownSeconds?: number },
  host: Host,
  library: Awaited<ReturnType<typeof libraryFor>>,
  write: (report: Awaited<ReturnType<typeof run>>['report']) => Promise<boolean>,
): Promise<number> {
  const stop = stopping(options.deadline)
  const allowed = await policyOf(options)
  const guide = await guideFor(options, host, stop.signal)
  // A recorded host is judged over the window, and with the target, it was recorded with.
  const target = options.target ?? host.recording?.target
  try {
    const { report, failures } = await run({
      runbook,
      host,
      library,
      catalogue: catalogueOf(library),
      sources: sourcesOf(library, host),
      window: options.window ?? host.recording?.window ?? DEFAULT_WINDOW,
      ...allowed,
      // A bundle has them already, but most runs never ask.
      probes: () => import('../../generated/probes.ts').then((found) => found.probes),
      overrides: options.param,
      guide,
      signal: stop.signal,
      ...(target === undefined ? {} : { target }),
    })
    guide.end?.()
    const fine = await write(report)
    for (const failure of failures) err(`tracebook: a fault of its own, please report it: ${failure.message}\n`)
    return stop.status() ?? (fine ? statusExit(report.status) : EXIT.io)
  } finally {
    stop.release()
  }
}

/** Prompts only when a person can answer; progress only when a person can see it. */
async function guideFor(
  options: { readonly auto?: true; readonly quiet?: true; readonly from?: string },
  host: Host,
  signal: AbortSignal,
): Promise<Guide & { readonly end?: () => void }> {
  const person = process.stdin.isTTY && process.stderr.isTTY
  if (!person || host.kind === 'recorded') return silentGuide
  const { interactiveGuide, progressGuide } = await import('../../ui/guide.ts')
  if (options.auto) return options.quiet ? silentGuide : progressGuide(process.stderr)
  return interactiveGuide(process.stdin, process.stderr, signal)
}
