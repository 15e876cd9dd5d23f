// `tracebook doctor`: what this host lets tracebook see, what it does not, and the one command that would change that.
import type { Command } from 'commander'
import type { Unavailable } from '../../model/unavailable.ts'
import { clean } from '../../report/escape.ts'
import type { CliCommand } from '../command.ts'
import { examine, type Examination } from '../doctor/examine.ts'
import { readinessOf, type Readiness } from '../doctor/readiness.ts'
import { EXIT, Exit } from '../exit.ts'
import { colorsOf, rows, section, widthOf, wrapped, type Colors } from '../layout.ts'
import { fromOption, libraryOption } from '../options.ts'
import { catalogueOf, libraryFor, refuseMistakes } from '../setup.ts'
import { siteOf } from '../site.ts'
import { outJson, outLines } from '../io.ts'

export const summary = 'what can be seen on this host, and what to install'

interface Options {
  readonly runbooks: readonly string[]
  readonly from?: string
  readonly json?: true
  readonly probes?: true
  readonly clean?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    fromOption(libraryOption(program))
      .option('--json', 'as JSON')
      .option('--clean', 'only removes what a killed run left: trace instances, probes, programs, files')
      .option('--probes', 'try out what probes need: counts one event for a moment, loads one BPF program')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook doctor            tools, sources, switches of the kernel
  sudo tracebook doctor       the same with the rights of root
  tracebook doctor --probes   tries perf and bpftrace, and says which of them work and why others do not
  tracebook doctor --json     for an inventory of many hosts
  sudo tracebook doctor --clean   after a run was killed; the next run does the same. What others made is not touched

It asks each tool for its version, reads each file once, and changes nothing; only --probes counts events. Programs of a team (--runbooks)
are only looked up, not run.`

async function action(options: Options): Promise<number> {
  if (options.clean) {
    const { lines, all } = await (await import('../doctor/clean.ts')).cleanUp()
    await outLines(lines)
    return all ? EXIT.ok : EXIT.warn
  }
  const library = await libraryFor(options.runbooks)
  await refuseMistakes(library)
  const site = await siteOf(library, options.from)
  if (options.probes && site.host.kind !== 'local')
    throw new Exit(EXIT.usage, '--probes tries things out: that needs a host, not a recording')
  const found = await examine(site, [...catalogueOf(library).keys()])
  const probes = options.probes ? await readinessOf(site.host, site.context) : undefined
  if (options.json) await outJson(probes === undefined ? found : { ...found, probes })
  else await outLines([...page(found, colorsOf(), widthOf()), ...probesPage(probes, colorsOf())])
  return EXIT.ok
}

function page(
  { host, tools, sources, unknown, tiers, switches, install }: Examination,
  colors: Colors,
  width: number,
): string[] {
  const { privileges } = host
  const who = privileges.root ? 'root' : `uid ${privileges.uid}`
  const mark = (good: boolean | undefined) => (good === undefined ? '-' : good ? 'yes' : 'no')
  const paint = (text: string) =>
    text === 'no' || text === 'missing' || text === 'unknown' ? colors.yellow(text) : text
  const broken = sources.filter((one) => one.unavailable)
  return [
    `${colors.bold(clean(host.hostname))}  ${clean(host.distribution)}, Linux ${clean(host.kernel)}`,
    `  ${host.usableCpus} usable CPUs; virtualization ${clean(host.virtualization)}; container ${clean(host.container)}; run as ${who}, capabilities ${clean(privileges.capabilities)}`,
    ...section(
      colors,
      'Tools',
      rows(
        tools.map(({ tool, path, version, unavailable }) => [
          tool,
          path === undefined ? 'missing' : (version ?? 'version not told'),
          path ?? reason(unavailable),
        ]),
        [colors.cyan, paint],
      ),
    ),
    ...section(
      colors,
      'Kinds of looks',
      rows(
        tiers.map(({ tier, works, text }) => [tier, mark(works), text]),
        [colors.cyan, paint],
      ),
    ),
    ...section(
      colors,
      'Switches of the kernel',
      rows(
        switches.map(({ name, value, text, good }) => [name, value, mark(good), text]),
        [colors.cyan, (text) => text, paint],
      ),
    ),
    ...(broken.length === 0 ? ['', colors.green(`All ${sources.length} sources work here.`)] : []),
    ...section(
      colors,
      `Sources that do not work here (${broken.length} of ${sources.length})`,
      rows(
        broken.map(({ source, unavailable }) => [source, reason(unavailable)]),
        [colors.cyan],
      ),
    ),
    ...section(colors, 'Metrics nobody can give here', unknownLines(unknown, colors, width)),
    ...(unknown.length === 0 ? ['', colors.green('Every metric can be measured here.')] : []),
    ...section(colors, 'Install what is missing', install === undefined ? [] : [`  ${install}`]),
  ]
}

function probesPage(probes: readonly Readiness[] = [], colors: Colors): string[] {
  return section(
    colors,
    'What probes need',
    rows(
      probes.map(({ name, works, text, cure }) => [
        name,
        works ? 'works' : 'does not',
        works ? text : `because ${text}${cure === undefined ? '' : ` → ${cure}`}`,
      ]),
      [colors.cyan, (text) => (text.startsWith('does not') ? colors.yellow(text) : text)],
    ),
  )
}

/** One paragraph for each reason. */
function unknownLines(unknown: Examination['unknown'], colors: Colors, width: number): string[] {
  const groups = new Map<string, string[]>()
  for (const { metric, why } of unknown) groups.set(reason(why), [...(groups.get(reason(why)) ?? []), metric])
  return [...groups].flatMap(([why, metrics]) => [
    ...wrapped(why, width).map(colors.dim),
    ...wrapped(metrics.join(', '), width, '    '),
  ])
}

function reason(why: Unavailable | undefined): string {
  return why === undefined ? '' : clean(`${why.reason}${why.cure === undefined ? '' : ` → ${why.cure}`}`)
}
