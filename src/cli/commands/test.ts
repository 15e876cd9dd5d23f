// `tracebook test [PATH…]`: the tests that checks carry, run by the code that judges a real host. Needs no host.
import type { Command } from 'commander'
import { runTests, type TestOutcome } from '../../judge/inline-tests.ts'
import type { Library } from '../../load/library.ts'
import type { CheckDocument, Loaded } from '../../model/check.ts'
import type { CliCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { filesOf } from '../files.ts'
import { err, outJson, outLines } from '../io.ts'
import { colorsOf, type Colors } from '../layout.ts'
import { libraryOption } from '../options.ts'
import { catalogueOf, libraryFor, refuseMistakes } from '../setup.ts'

export const summary = 'the tests inside checks'

interface Options {
  readonly runbooks: readonly string[]
  readonly json?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    libraryOption(
      program.argument('[path...]', 'checks, or folders of them (default: the built-in ones and those of --runbooks)'),
    )
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook test                          the tests of all built-in checks
  tracebook test ours/checks/app.yaml     those of one check
  tracebook test ours --json              for continuous integration

Exit status: 0 all pass, 1 some fail, 65 mistakes in the YAML (see: tracebook lint)`

async function action(paths: readonly string[], options: Options): Promise<number> {
  const base = await libraryFor(options.runbooks, paths.length === 0)
  await refuseMistakes(base)
  const { checks, library } =
    paths.length === 0 ? { checks: [...base.checks.values()], library: base } : await checksAt(paths, base)
  const catalogue = catalogueOf(library)
  const outcomes = checks.flatMap((check) => runTests(check, catalogue))
  const failed = outcomes.filter((one) => !one.passed)
  if (options.json) await outJson({ passed: outcomes.length - failed.length, failed: failed.length, tests: outcomes })
  else {
    const colors = colorsOf()
    const counted = `${outcomes.length - failed.length} passed, ${failed.length} failed`
    await outLines([
      ...failed.map((one) => failure(one, colors)),
      (failed.length > 0 ? colors.red : colors.green)(counted),
    ])
  }
  const silent = checks.filter(({ document }) => (document.tests ?? []).length === 0).map(({ id }) => id)
  if (silent.length > 0) err(`tracebook: without tests: ${silent.join(', ')}\n`)
  if (checks.length === 0) err('tracebook: no check there\n')
  return failed.length > 0 ? EXIT.warn : EXIT.ok
}

async function checksAt(
  paths: readonly string[],
  base: Library,
): Promise<{ readonly checks: readonly Loaded<CheckDocument>[]; readonly library: Library }> {
  const files = filesOf('test', paths)
  const { addFiles } = await import('../../load/lint-files.ts')
  const builtin = await libraryFor([])
  const library = await addFiles({ ...base, diagnostics: [] }, builtin, files)
  await refuseMistakes(library)
  const shown = new Set(files.map(({ file }) => file))
  return { checks: [...library.checks.values()].filter(({ file }) => shown.has(file)), library }
}

function failure({ check, name, expected, got, said, mistake }: TestOutcome, colors: Colors): string {
  const why = mistake ?? `expected ${expected}, got ${got}`
  return `${colors.red('FAIL')} ${colors.bold(check)} ${JSON.stringify(name)}: ${why}${said === '' ? '' : `; said: ${said}`}`
}
