// `tracebook flame [FILE]`: stacks that some tool printed → where the time goes, a flame graph, folded lines, a file for speedscope.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { Option, type Command } from 'commander'
import {
  foldBpftrace,
  foldFolded,
  foldPerfScript,
  foldStackBlocks,
  heaviest,
  sortedToSvg,
  topFrames,
  withoutIdle,
  type Folder,
  type Opened,
  type TopFrame,
  type WeightUnit,
} from '../../flame/index.ts'
import type { Stacks } from '../../model/stacks.ts'
import { formatQuantity } from '../../model/unit.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { endingOf, stacksText } from '../flames.ts'
import { err, out } from '../io.ts'
import { outOption } from '../options.ts'
import { clean } from '../../report/escape.ts'
import { writeFileSafely } from '../output.ts'

const CHUNK = 1 << 17
const LONGEST_LOOK = 1 << 16
const MOST_ROOTS = 8
/** What a file begins with, and what to do with it. */
const BINARIES = [
  ['PERFILE2', 'read it with: perf script -i FILE | tracebook flame'],
  ['\x1f\x8b', 'unpack it first: zcat FILE | tracebook flame'],
  ['\x28\xb5\x2f\xfd', 'unpack it first: zstdcat FILE | tracebook flame'],
] as const

export const summary = 'stacks that some tool printed as a flame graph, or the functions on top'

type Form = 'text' | 'svg' | 'folded' | 'speedscope.json'
interface Options {
  readonly format: Form
  readonly out: readonly string[]
  readonly title?: string
  readonly unit: WeightUnit
  readonly process?: string
}

export const command: CliCommand = {
  configure: (program: Command) =>
    outOption(
      program.argument(
        '[file]',
        'what perf script, bpftrace, profile or offcputime printed, or folded lines; - or nothing: standard input',
      ),
      'write it there: .svg, .folded, .speedscope.json',
    )
      .addOption(
        new Option('--format <name>', 'what is printed, where there is no --out')
          .choices(['text', 'svg', 'folded', 'speedscope.json'])
          .default('text'),
      )
      .option('--process <name>', 'text: only this process')
      .option('--title <text>', 'of the picture (default: the name of the file)')
      .addOption(
        new Option('--unit <name>', 'what the numbers of folded lines are: samples, or time')
          .choices(['count', 'ns', 'us', 'ms'])
          .default('count'),
      )
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  perf script -i perf.data | tracebook flame                 the functions on top, and the path to them
  perf script -i perf.data | tracebook flame --out hot.svg   a flame graph
  tracebook flame report.cpu_hot_stacks.folded --out hot.speedscope.json
  offcputime-bpfcc -df 10 | tracebook flame --unit us --out waits.svg

Nothing is measured; the host is not looked at.
Exit status: 0 done, 65 no stacks in what was read`

async function action(file: string | undefined, options: Options): Promise<number> {
  const files = options.out.map((name) => ({ name, ending: requireEnding(name) }))
  if (file === undefined && process.stdin.isTTY)
    throw new Exit(EXIT.usage, 'flame: no file, and nothing is piped in; see: tracebook flame --help')
  const forms = files.length > 0 ? files.map(({ ending }) => ending) : [options.format]
  const texts = await textsOf(inputOf(file), new Set(forms), options)
  if (files.length === 0) await out(texts(options.format))
  return files.map(({ name, ending }) => writeFileSafely(name, texts(ending))).includes(false) ? EXIT.io : EXIT.ok
}

function requireEnding(file: string): Form {
  const ending = endingOf(file)
  if (ending === undefined)
    throw new Exit(EXIT.usage, `--out ${file}: the format is told by the ending: .svg, .folded, .speedscope.json`)
  return ending
}

async function textsOf(input: Input, forms: ReadonlySet<Form>, options: Options): Promise<(form: Form) => string> {
  const title = options.title ?? (input.name === '' ? 'Stacks' : input.name)
  const drawn = forms.size === 1 && forms.has('svg') ? drawnAtOnce(input, title, options) : undefined
  if (drawn !== undefined) return () => drawn
  const stacks = await stacksOf(input, options)
  return (form) => (form === 'text' ? summaryOf(stacks, options.process) : stacksText(form, stacks, { title }))
}

interface Input {
  readonly name: string
  readonly chunks: () => AsyncIterable<Buffer> | Iterable<Buffer>
  /** The same, of what can be read twice. */
  readonly open?: Opened
}

function inputOf(file: string | undefined): Input {
  if (file === undefined || file === '-') return { name: '', chunks: () => process.stdin }
  const chunks = () => chunksOf(file)
  try {
    const stat = statSync(file)
    if (stat.isDirectory()) throw new Error('it is a folder')
    return { name: basename(file), chunks, ...(stat.isFile() ? { open: (use) => opened(file, use) } : {}) }
  } catch (error) {
    throw new Exit(EXIT.io, `cannot read ${file}: ${(error as Error).message}`)
  }
}

function* chunksOf(file: string): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK)
  const descriptor = orSay(file, () => openSync(file, 'r'))
  try {
    for (let count; (count = orSay(file, () => readSync(descriptor, chunk))) > 0;) yield chunk.subarray(0, count)
  } finally {
    closeSync(descriptor)
  }
}

function opened(file: string, use: Parameters<Opened>[0]): void {
  const descriptor = orSay(file, () => openSync(file, 'r'))
  try {
    use((into, at, most) => orSay(file, () => readSync(descriptor, into, at, most, null)))
  } finally {
    closeSync(descriptor)
  }
}

function orSay<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Exit(EXIT.io, `cannot read ${file}: ${(error as Error).message}`)
  }
}

/** Sorted folded lines need no table. Undefined: they are not, and are read again. */
function drawnAtOnce({ open }: Input, title: string, { unit }: Options): string | undefined {
  const first = Buffer.alloc(LONGEST_LOOK)
  let length = 0
  open?.((read) => (length = read(first, 0, LONGEST_LOOK)))
  if (open === undefined || length === 0 || kindOf(first.subarray(0, length)) !== FOLDED) return undefined
  const drawn = sortedToSvg(open, unit, { title, kind: unit === 'count' ? 'cpu' : 'offcpu' })
  sayUnread(drawn?.unread ?? 0)
  return drawn?.svg
}

async function stacksOf(input: Input, { unit }: Options): Promise<Stacks> {
  let folder: Folder | undefined
  for await (const chunk of input.chunks()) {
    folder ??= kindOf(chunk).folder(unit)
    folder.push(chunk)
  }
  const stacks = folder?.end()
  const unread = stacks?.unread ?? 0
  const whence = input.name || 'standard input'
  if (stacks === undefined) throw new Exit(EXIT.data, `flame: ${whence} is empty`)
  if (stacks.stacks.length === 0)
    throw new Exit(
      EXIT.data,
      `flame: no stacks in ${whence}: ${unread} lines that are neither folded (a;b;c 42) nor of perf script, bpftrace, profile or offcputime`,
    )
  sayUnread(unread)
  return stacks
}

function sayUnread(lines: number): void {
  if (lines > 0) err(`tracebook: flame: ${lines} ${lines === 1 ? 'line was' : 'lines were'} no part of a stack\n`)
}

interface Kind {
  /** What the first line that says something looks like. */
  readonly like: RegExp
  readonly folder: (unit: WeightUnit) => Folder
}

const FOLDED: Kind = { like: /^\S[^\t]* \d+(?:\.\d+)?$/, folder: (unit) => foldFolded({ unit }) }
const KINDS: readonly Kind[] = [
  { like: /^(?:@\w*\[|\{"type"|Attaching \d)/, folder: (unit) => whole((text) => foldBpftrace(text, { unit })) },
  { like: /^(?: {4}\S|Sampling at |Tracing )/, folder: (unit) => whole((text) => foldStackBlocks(text, unit)) },
  FOLDED,
]
const PERF_SCRIPT: Kind = { like: /^/, folder: () => foldPerfScript({ weight: 'samples' }) }

/** Formats that are no text are refused with what makes a text of them. */
function kindOf(chunk: Buffer): Kind {
  const [, cure] = BINARIES.find(([magic]) => chunk.toString('latin1', 0, magic.length) === magic) ?? []
  if (cure !== undefined) throw new Exit(EXIT.data, `flame: this is no text; ${cure}`)
  const lines = chunk.toString('utf8', 0, LONGEST_LOOK).split('\n')
  const first = lines.find((line) => line !== '' && !line.startsWith('#')) ?? ''
  return KINDS.find(({ like }) => like.test(first)) ?? PERF_SCRIPT
}

/** Tools that sum up themselves print little. */
function whole(fold: (text: string) => Stacks): Folder {
  const chunks: Buffer[] = []
  return {
    push: (chunk) => void chunks.push(Buffer.from(chunk)),
    end: () => fold(Buffer.concat(chunks).toString('utf8')),
  }
}

function summaryOf(all: Stacks, process: string | undefined): string {
  const busy = withoutIdle(all)
  const { leaves, path, weight, share } = topFrames(busy, process === undefined ? {} : { process })
  const amount = (value: number): string =>
    all.dimension === 'seconds'
      ? formatQuantity(value, 'seconds')
      : value === 1
        ? '1 sample'
        : `${formatQuantity(value, 'count')} samples`
  if (process !== undefined && weight === 0)
    throw new Exit(EXIT.data, `flame: no process ${JSON.stringify(process)}; there are: ${rootsOf(all).join(', ')}`)
  const idle = all.total - busy.total
  return [
    `${process === undefined ? '' : `${process}: ${percent(share)} of `}${amount(busy.total)}${idle > 0 ? ` (and ${amount(idle)} idle)` : ''}, ${busy.stacks.length} different stacks`,
    '',
    all.dimension === 'seconds' ? 'Waiting in' : 'Running in',
    ...leaves.map((frame) => line(frame)),
    ...(path.length > 0 ? ['', 'On the way most of it takes'] : []),
    ...path.map((frame, depth) => line(frame, '  '.repeat(depth))),
    '',
  ].join('\n')
}

function line({ name, share }: TopFrame, indent = ''): string {
  return `${percent(share).padStart(8)}  ${indent}${clean(name)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** Heaviest first. */
function rootsOf({ stacks }: Stacks): readonly string[] {
  return heaviest(stacks, ({ frames }) => frames[0] ?? '')
    .slice(0, MOST_ROOTS)
    .map(([name]) => clean(name))
}
