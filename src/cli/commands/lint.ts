// `tracebook lint [PATH…]`: every mistake in checks, runbooks and causes, all at once, with its place and what to write instead.
import type { Command } from 'commander'
import { metrics } from '../../generated/metrics.ts'
import { probes } from '../../generated/probes.ts'
import { sources } from '../../generated/sources.ts'
import { EMPTY, lintFiles, loadBuiltin } from '../../load/library-loader.ts'
import { diagnosticsJson, renderDiagnostics, summaryLine } from '../../load/render.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { CliCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { builtinFiles, filesOf } from '../files.ts'
import { err, out } from '../io.ts'
import { colorsOf } from '../layout.ts'
import { libraryOption } from '../options.ts'
import { builtinFile, productRoot } from '../setup.ts'

export const summary = 'mistakes in checks and runbooks, with their place and the cure'

interface Options {
  readonly runbooks: readonly string[]
  readonly json?: true
  readonly strict?: true
}

export const command: CliCommand = {
  configure: (program: Command) =>
    libraryOption(
      program.argument('[path...]', 'YAML files or folders (default: the built-in ones and those of --runbooks)'),
    )
      .option('--json', 'as JSON: file, line, column, length, code, severity, message, hint')
      .option('--strict', 'a warning is an error too')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook lint                          the built-in checks and runbooks
  tracebook lint ours/checks/app.yaml     one file
  tracebook lint ours --strict            everything a team has, in its continuous integration
  tracebook lint ours --json              for an editor

Exit status: 0 no errors, 65 errors (with --strict: or warnings)`

async function action(paths: readonly string[], options: Options): Promise<number> {
  const wanted = [...(paths.length === 0 ? [productRoot()] : paths), ...options.runbooks]
  const files = filesOf('lint', wanted)
  const diagnostics = await lint(files.map(({ path }) => path))
  if (options.json) await out(diagnosticsJson(diagnostics))
  else {
    if (diagnostics.length > 0) await out(`${renderDiagnostics(diagnostics, colorsOf())}\n`)
    await out(`${summaryLine(diagnostics, files.length)}\n`)
  }
  if (files.length === 0)
    err('tracebook: no YAML file there; checks are checks/RESOURCE/NAME.yaml, runbooks are runbooks/NAME.yaml\n')
  return diagnostics.some((one) => one.severity === 'error' || options.strict) ? EXIT.data : EXIT.ok
}

/** With all built-in files among them, nothing is taken from the build: a file that was removed is then unknown. */
async function lint(files: readonly string[]): Promise<readonly Diagnostic[]> {
  const builtin = await loadBuiltin(productRoot(), builtinFile())
  const own = builtinFiles().map(({ path }) => path)
  const whole = own.length > 0 && own.every((path) => files.includes(path))
  const rules = { builtin, builtinRoots: own, probeMetrics: probeMetrics(), recordable: recordable() }
  return lintFiles(files, whole ? EMPTY : builtin, rules)
}

/** Metrics no passive source gives: only instrumentation could, so a check step may not need them. */
function probeMetrics(): ReadonlySet<string> {
  const passive = new Set(sources.filter(({ tier }) => tier === 'read' || tier === 'run').flatMap(({ gives }) => gives))
  return new Set(metrics.map(({ id }) => id).filter((id) => !passive.has(id)))
}

/** What a back end that can be armed answers, with all that the same reading gives. */
function recordable(): ReadonlySet<string> {
  return new Set(
    probes.filter(({ backEnds }) => backEnds.some(({ ring }) => ring !== undefined)).flatMap(({ gives }) => gives),
  )
}
