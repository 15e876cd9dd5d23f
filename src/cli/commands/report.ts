// `tracebook report FILE.json`: a stored JSON report → any other format, after the schema accepted it.
import type { Command } from 'commander'
import { readFileSync, statSync } from 'node:fs'
import { report as validReport } from '../../generated/validators.js'
import { messageOf } from '../../host/error.ts'
import type { Report } from '../../model/report.ts'
import { clean } from '../../report/escape.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { outOption } from '../options.ts'
import { formatNamed, formatOfFile, writeReport, type OutputOptions } from '../output.ts'

export const summary = 'a stored JSON report in another format'

export const command: CliCommand = {
  configure: (program: Command) =>
    outOption(
      program
        .argument('<file>', 'a report that was written with --format json or --out FILE.json')
        .option('--format <name>', 'what standard output gets: markdown, json, html, nagios, terminal'),
      'write it there',
    ).addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook report r.json                        as text for the terminal
  tracebook report r.json --format markdown      for a ticket
  tracebook report r.json --out r.html           for a mail`

const LARGEST = 64 * 1024 * 1024

async function action(file: string, options: OutputOptions): Promise<number> {
  for (const out of options.out) formatOfFile(out)
  const asked = options.format ?? (options.out.length > 0 ? undefined : process.stdout.isTTY ? 'terminal' : 'markdown')
  const format = asked === undefined ? undefined : formatNamed(asked)
  const fine = await writeReport(await readReport(file), options, format)
  return fine ? EXIT.ok : EXIT.io
}

async function readReport(file: string): Promise<Report> {
  const document = parse(file, await textOf(file))
  if (isReport(document)) return document
  const first = validReport.errors?.[0]
  throw new Exit(
    EXIT.data,
    `${file} is not a report: ${clean(`${first?.instancePath || 'the whole'} ${first?.message ?? ''}`)}`,
  )
}

async function textOf(file: string): Promise<string> {
  try {
    const found = statSync(file)
    if (!found.isFile()) throw new Error('not a file')
    if (found.size > LARGEST) throw new Error('too large')
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Exit(EXIT.usage, `cannot read ${file}: ${messageOf(error)}`)
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Exit(EXIT.data, `${file} is not JSON: ${clean(messageOf(error))}`)
  }
}

function isReport(document: unknown): document is Report {
  return validReport(document)
}
