// `tracebook plan RUNBOOK`: what a run would do on this host: windows, commands, files, time; what will stay unknown and why.
import type { Command } from 'commander'
import type { Tier } from '../../model/observation.ts'
import type { Request, Window } from '../../model/source.ts'
import { probes } from '../../generated/probes.ts'
import { planOf, type Measuring, type Plan, type PlannedStep } from '../../run/plan.ts'
import type { CliCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { colorsOf, rows, section, widthOf, wrapped, type Colors } from '../layout.ts'
import { fromOption, libraryOption, means } from '../options.ts'
import { catalogueOf, libraryFor, refuseMistakes, requireRunbook } from '../setup.ts'
import { requestText, siteOf } from '../site.ts'
import { outJson, outLines } from '../io.ts'

export const summary = 'what a runbook would do on this host, before it does it'

interface Options {
  readonly window?: Window
  readonly allow: Tier
  readonly runbooks: readonly string[]
  readonly from?: string
  readonly json?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    fromOption(
      means(
        libraryOption(program.argument('[runbook]', 'id of a runbook; see: tracebook list runbooks', 'sixty_seconds')),
      ),
    )
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook plan                         the sixty-second checklist on this host
  tracebook plan cpu --window 10s        how long would it take at most?
  tracebook plan disk --allow run        without a word to the kernel
  tracebook plan cpu --from test/hosts/cpu-jam   the same for a recorded host`

async function action(runbook: string, options: Options): Promise<number> {
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  requireRunbook(library, runbook)
  const site = await siteOf(library, options.from, options.window, options.allow)
  const plan = planOf(runbook, { ...site, library, probes, catalogue: catalogueOf(library) })
  if (options.json) await outJson(jsonOf(plan))
  else await outLines(page(plan, colorsOf(), widthOf()))
  return EXIT.ok
}

function jsonOf(plan: Plan): unknown {
  const steps = plan.steps.map(({ measuring, ...step }) => ({
    ...step,
    ...(measuring
      ? {
          measuring: {
            ...measuring,
            sources: measuring.sources.map(({ requests, ...source }) => ({
              ...source,
              looks: requests.map((request) => ({ kind: request.kind, at: request.at, what: requestText(request) })),
            })),
          },
        }
      : {}),
  }))
  return { ...plan, steps }
}

function page(plan: Plan, colors: Colors, width: number): string[] {
  const verdicts = plan.steps.filter((step) => step.verb === 'conclude').length
  const steps = plan.steps
    .filter((step) => step.verb !== 'conclude')
    .flatMap((step, i) => stepLines(step, i + 1, colors, width))
  const unknown = plan.unknown.map(({ metric, why, checks }) => [
    metric,
    `${why.reason}${why.cure === undefined ? '' : ` → ${why.cure}`}`,
    checks.length === 0 ? '' : `(${checks.join(', ')})`,
  ])
  return [
    `${colors.bold(colors.cyan(plan.runbook))}  ${plan.title}`,
    ...wrapped(plan.goal, width),
    ...section(colors, 'Steps', [
      ...steps,
      `  then ${counted(verdicts, 'verdict')} to choose from: tracebook explain ${plan.runbook}`,
    ]),
    ...section(colors, 'Will stay unknown here', rows(unknown, [colors.cyan])),
    ...section(colors, 'Time', timeLines(plan, width)),
  ]
}

function timeLines({ steps, leastSeconds, worstSeconds }: Plan, width: number): string[] {
  const asks = steps.some((step) => step.verb === 'ask') ? ' The time a person takes to answer is not counted.' : ''
  return [
    `  ${seconds(leastSeconds)} when no condition holds`,
    ...wrapped(
      `${seconds(worstSeconds)} at the very worst: every condition holds, and every window is repeated because a tool hung and was killed.${asks}`,
      width,
    ),
  ]
}

function stepLines(step: PlannedStep, number: number, colors: Colors, width: number): string[] {
  const { state, depth, text, when, measuring, asking, obstacle } = step
  const indent = '  '.repeat(depth + 1)
  const inner = `${indent}    `
  return [
    ...wrapped(`${text} (${state})`, width, inner).map((line, i) =>
      i === 0 ? `${indent}${`${number}.`.padEnd(4)}${line.slice(inner.length)}` : line,
    ),
    ...(when === undefined ? [] : wrapped(`when ${when.replace(/\s+/g, ' ')}`, width, inner).map(colors.dim)),
    ...(measuring ? measuringLines(measuring, inner, colors) : []),
    ...(asking
      ? wrapped(
          `${asking.asks} ${asking.armed ? 'Recorded until then' : seconds(asking.seconds)}, by the first that works of ${asking.backEnds.join(', ')}`,
          width,
          inner,
        )
      : []),
    ...(obstacle
      ? wrapped(
          `cannot be taken here: ${obstacle.reason}${obstacle.cure === undefined ? '' : ` → ${obstacle.cure}`}`,
          width,
          inner,
        ).map(colors.yellow)
      : []),
  ]
}

function measuringLines({ checks, seconds: lasts, sources }: Measuring, indent: string, colors: Colors): string[] {
  // Programs first: they are what others on the host may notice.
  const ordered = [...sources].sort((a, b) => Number(a.tier === 'read') - Number(b.tier === 'read'))
  const looks = ordered.flatMap(({ tier, requests, metrics }) => {
    const texts = [...new Set(requests.map((request: Request) => requestText(request)))]
    return texts.map((text, i) => [tier, i === 0 ? counted(metrics.length, 'metric') : '', text])
  })
  const judged = checks.length === 0 ? '' : `, then ${counted(checks.length, 'check')} judged`
  return [
    `${indent}one window of ${seconds(lasts)}: ${counted(sources.length, 'source')}${judged}`,
    ...rows(looks, [colors.dim], `${indent}  `),
  ]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function seconds(value: number): string {
  return value >= 120 ? `${Number((value / 60).toFixed(1))} min` : `${Number(value.toFixed(1))} s`
}
