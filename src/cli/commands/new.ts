// `tracebook new check|runbook ID`: a first file that has no mistakes and passes its tests. For tools and probes it says how.
import type { Command } from 'commander'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, messageOf } from '../../host/error.ts'
import type { Library } from '../../load/library.ts'
import { nearest } from '../../expr/nearest.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { makeFolder } from '../folders.ts'
import { out } from '../io.ts'
import { catalogueOf, libraryFor } from '../setup.ts'
import { checkTemplate, runbookTemplate } from '../templates.ts'

export const summary = 'a first check or runbook to change'

interface Options {
  readonly dir: string
}

export const command: CliCommand = {
  configure: (program: Command) =>
    program
      .argument('<kind>', 'check, runbook, tool or probe')
      .argument('[id]', 'its id: cpu.app_waits for a check, app or cases/app for a runbook')
      .option('--dir <dir>', "the team's folder: checks go to DIR/checks, runbooks to DIR/runbooks", '.')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook new check memory.app_waits --dir ours      writes ours/checks/memory/app_waits.yaml
  tracebook new runbook app --dir ours                 writes ours/runbooks/app.yaml
  tracebook new tool                                   how to teach tracebook another tool`

const KINDS = ['check', 'runbook', 'tool', 'probe'] as const

async function action(kind: string, id: string | undefined, { dir }: Options): Promise<number> {
  if (kind === 'tool') return say(TOOL)
  if (kind === 'probe') return say(PROBE)
  if (kind !== 'check' && kind !== 'runbook') {
    const near = nearest(kind, KINDS)
    throw new Exit(
      EXIT.usage,
      `new: no kind ${JSON.stringify(kind)}${near ? `; did you mean ${near}?` : ''} (${KINDS.join(', ')})`,
    )
  }
  if (id === undefined)
    throw new Exit(EXIT.usage, `new ${kind} needs an id, such as ${kind === 'check' ? 'memory.app_waits' : 'app'}`)
  const library = await libraryFor([])
  const { file, text } = kind === 'check' ? newCheck(id, library) : newRunbook(id, library)
  const path = join(dir, file)
  await write(path, text)
  const given = dir === '.' ? '.' : dir
  const next =
    kind === 'check'
      ? [`tracebook lint ${path}`, `tracebook test ${path}`]
      : [
          `tracebook lint ${path}`,
          `tracebook plan ${id} --runbooks ${given}`,
          `tracebook run ${id} --runbooks ${given} --auto`,
        ]
  return say(`Wrote ${path}\n\nNext\n${next.map((one) => `  ${one}`).join('\n')}\n`)
}

function newCheck(id: string, library: Library): { readonly file: string; readonly text: string } {
  if (!/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/.test(id))
    throw new Exit(
      EXIT.usage,
      `${JSON.stringify(id)} is no id of a check: RESOURCE.NAME in lower-case letters, digits and _, such as memory.app_waits`,
    )
  if (library.checks.has(id))
    throw new Exit(
      EXIT.usage,
      `${id} is a built-in check and cannot be replaced; change its thresholds under params: of a runbook, or choose another id`,
    )
  if (catalogueOf(library).has(id))
    throw new Exit(EXIT.usage, `${id} is the name of a metric; name the check after what it claims, such as ${id}_high`)
  return { file: `${join('checks', ...id.split('.'))}.yaml`, text: checkTemplate(id) }
}

function newRunbook(id: string, library: Library): { readonly file: string; readonly text: string } {
  if (!/^[a-z][a-z0-9_-]*(\/[a-z][a-z0-9_-]*)*$/.test(id))
    throw new Exit(
      EXIT.usage,
      `${JSON.stringify(id)} is no id of a runbook: lower-case letters, digits, _ and -, with / between folders, such as cases/app`,
    )
  if (library.runbooks.has(id))
    throw new Exit(
      EXIT.usage,
      `${id} is a built-in runbook and cannot be replaced; choose another id and write extends: ${id} in it`,
    )
  const check = library.checks.has('cpu.run_queue') ? 'cpu.run_queue' : [...library.checks.keys()].sort()[0]
  if (check === undefined) throw new Exit(EXIT.data, 'there is no check a runbook could use: tracebook new check')
  return { file: `${join('runbooks', ...id.split('/'))}.yaml`, text: runbookTemplate(id, check) }
}

async function write(path: string, text: string): Promise<void> {
  try {
    makeFolder(dirname(path), 0o777)
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    throw codeOf(error) === 'EEXIST'
      ? new Exit(EXIT.usage, `${path} is there already; nothing was written`)
      : new Exit(EXIT.io, `cannot write ${path}: ${messageOf(error)}`)
  }
}

async function say(text: string): Promise<number> {
  await out(text)
  return EXIT.ok
}

const TOOL = `A tool is one folder of tracebook's source: src/tools/NAME/

  index.ts                      exports \`source\`: what it gives, the argv or files it looks at, a pure parser
  fixtures/PACKAGE-VERSION-SITUATION.txt    real output, of two versions at least
  fixtures/PACKAGE-VERSION-SITUATION.json   what the parser must make of it

1. Add the metrics it gives to src/metrics/RESOURCE.ts, if they are new.
2. Copy src/tools/vmstat/ (a program) or src/tools/proc_stat/ (files) and change it. Columns are found by their names.
3. npm run generate, then npx vitest run test/fixtures.test.ts

No registry is edited. Nothing is written by this command.
`

const PROBE = `Probes, which instrument the kernel, are not part of this version: tracebook reads files and runs traditional tools.
A runbook may already name an \`escalate:\` step; it is reported as not possible here, with the reason.

Nothing is written by this command.
`
