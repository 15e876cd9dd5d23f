// `tracebook probe QUESTION`: one question to the kernel, asked directly: the same probes, limits and clean-up as in a runbook.
import { existsSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { escalate } from '../../escalate/escalate.ts'
import { cannotWait } from '../../escalate/armed.ts'
import { metrics } from '../../generated/metrics.ts'
import { probes } from '../../generated/probes.ts'
import { nearest } from '../../expr/nearest.ts'
import { noFacts } from '../../measure/facts.ts'
import type { Escalation } from '../../model/escalation.ts'
import { commandLine } from '../../model/observation.ts'
import type { Act, Overhead, Plan, Probe } from '../../model/probe.ts'
import { FUNCTION_NAME, programFunction } from '../../host/program-function.ts'
import { isUnavailable } from '../../model/unavailable.ts'
import { formatQuantity } from '../../model/unit.ts'
import { readContext } from '../../run/context.ts'
import { silentGuide } from '../../run/guide.ts'
import type { CliCommand } from '../command.ts'
import { EXIT, Exit } from '../exit.ts'
import { err, out, outJson, outLines } from '../io.ts'
import { everyOf, outOption, probeSecondsOf, upToOf } from '../options.ts'
import { writeFileSafely } from '../output.ts'
import { endingOf } from '../flames.ts'
import { policyOf } from '../policy.ts'
import { catalogueOf, hostFor, libraryFor } from '../setup.ts'
import { stopping } from '../signals.ts'
import { sourcesOf } from '../sources.ts'
import { conditionOf, UP_TO_SECONDS, waitingFor, type UntilOptions } from '../until.ts'

export const summary = 'ask the kernel one question, by the instrument that works here'

interface Options extends UntilOptions {
  readonly by?: string
  readonly seconds?: number
  readonly pid?: string
  readonly target?: string
  readonly function?: string
  readonly maxOverhead?: Overhead
  readonly policy?: string
  readonly json?: true
  readonly print?: true
  readonly out: readonly string[]
}

export const command: CliCommand = {
  configure: (program: Command) =>
    outOption(
      program.argument('<question>', 'a probe or its metric; see: tracebook list probes'),
      'also write it there: .json, .md, or stacks as .svg, .folded, .speedscope.json',
    )
      .option('--by <back-end>', 'only this back end, such as bpftrace or perf')
      .option(
        '--seconds <time>',
        'how long to look, such as 3s, at most 60s (default: the probe knows)',
        probeSecondsOf,
      )
      .option(
        '--until <condition>',
        'not now: record into a ring that overwrites itself, and read it when this holds, such as cpu.run_queue.firing',
      )
      .option('--up-to <time>', 'wait for it so long at most (default 10min)', upToOf)
      .option('--every <time>', 'one look at it takes so long (default 1s)', everyOf)
      .option('--pid <n>', 'only this process, where the question is about one')
      .option('--target <pid:n>', 'the same, as `tracebook run` takes it')
      .option('--function <name>', 'of that process: the function whose calls are timed (function_latency)')
      .addOption(
        new Option(
          '--max-overhead <class>',
          'most it may take of a CPU: below 0.1 %, 1 %, 5 %, or anything (default low)',
        ).choices(['negligible', 'low', 'medium', 'high']),
      )
      .option(
        '--policy <file>',
        'what may be done to the kernel (default /etc/tracebook/policy.yaml, when it is there)',
      )
      .option('--print', 'only print the program or what would be written, run nothing')
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLES),
  action: action,
}

const EXAMPLES = `
Examples
  tracebook probe wakeup_latency                  how long do threads wait for a CPU?
  tracebook probe cpu.hot_stacks --seconds 10s    which code burns it?
  tracebook probe block_latency --by perf         by one instrument only
  tracebook probe cpu_hot_stacks --out hot.svg    a flame graph
  tracebook probe syscall_latency --pid 4242 --max-overhead medium
  tracebook probe function_latency --pid 4242 --function price_order
  tracebook probe wakeup_latency --until 'cpu.runnable.max > 8' --up-to 2h    a flight recorder

The kernel is instrumented for these seconds only, or until what --until waits for; what was attached is gone afterwards, also after a crash (doctor --clean).
Exit status: 0 answered, 3 not answered: the reason is printed`

async function action(question: string, options: Options): Promise<number> {
  const probe = probeNamed(question)
  requireBackEnd(probe, options.by)
  const pid = pidOf(options)
  refuseTimes(options)
  const library = await libraryFor([])
  const catalogue = catalogueOf(library)
  const condition = options.until === undefined ? undefined : conditionOf(options.until, library, catalogue)
  if (options.print) return printActs(probe, options, about(probe, options, pid))
  const { allow, policy } = await policyOf({ ...options, allow: 'trace' })
  if (pid !== undefined && !existsSync(`/proc/${pid}`)) throw new Exit(EXIT.usage, `--pid ${pid}: no such process`)
  const one = about(probe, options, pid)
  const host = await hostFor(undefined)
  const stop = stopping(undefined)
  const guide = await guideFor(stop.signal)
  try {
    const { context } = await readContext(host, stop.signal)
    const now = new Date()
    const run = { host, context, library, catalogue, allow, signal: stop.signal }
    const settings = { ...run, sources: sourcesOf(library, host), overrides: new Map(), guide: silentGuide }
    const armed = condition && waitingFor(condition, options, settings, () => tellOf(condition, options, guide))
    const escalation = await escalate(
      {
        metric: probe.answers,
        ...(options.by === undefined ? {} : { backEnd: options.by }),
        ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
        ...(armed ? { armed } : {}),
        ...one,
      },
      noFacts(),
      {
        ...run,
        probes,
        policy,
        minute: now.getHours() * 60 + now.getMinutes(),
        ...(guide ?? named(options)),
      },
    )
    guide?.end()
    const fine = await write(escalation, options.out, context.hostname)
    await print(escalation, options.json === true)
    if (!fine) return EXIT.io
    return stop.status() ?? (escalation.outcome === 'answered' ? EXIT.ok : EXIT.unknown)
  } finally {
    stop.release()
  }
}

function refuseTimes({ until, every, upTo, seconds }: Options): void {
  if (until === undefined && (every !== undefined || upTo !== undefined))
    throw new Exit(EXIT.usage, '--every and --up-to are for --until CONDITION')
  if (until !== undefined && seconds !== undefined)
    throw new Exit(
      EXIT.usage,
      '--seconds is for what is asked now; with --until its ring decides how far it looks back',
    )
}

function requireBackEnd({ id: probe, backEnds }: Probe, by: string | undefined): void {
  if (by !== undefined && !backEnds.some(({ id }) => id === by))
    throw new Exit(
      EXIT.usage,
      `${probe} has no back end ${JSON.stringify(by)} (${backEnds.map(({ id }) => id).join(', ')})`,
    )
}

/** Now something may happen: who wants to bring it about waits for this line. */
function tellOf(
  { text }: { readonly text: string },
  { upTo = UP_TO_SECONDS }: Options,
  guide?: { end: () => void },
): void {
  guide?.end()
  err(`tracebook: recording, and waiting up to ${formatQuantity(upTo, 'seconds')} until ${text}\n`)
}

/** A person at a terminal is asked above the limit, as in a runbook. */
async function guideFor(signal: AbortSignal) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const { interactiveGuide } = await import('../../ui/guide.ts')
  const { consent, progress, end } = interactiveGuide(process.stdin, process.stderr, signal)
  return { ...(consent ? { consent } : {}), progress, end }
}

/** Whoever names the instrument and takes any cost has agreed, also where nobody can be asked. */
function named({ by, maxOverhead }: Options): { readonly consent?: () => Promise<'yes'> } {
  return by !== undefined && maxOverhead === 'high' ? { consent: () => Promise.resolve('yes') } : {}
}

async function write(escalation: Escalation, files: readonly string[], host: string): Promise<boolean> {
  let fine = true
  for (const file of files) {
    const ending = endingOf(file)
    const { answer } = escalation
    const text =
      ending === undefined
        ? file.endsWith('.json')
          ? JSON.stringify(escalation, undefined, 2)
          : (await import('../../report/markdown.ts')).renderEscalation(escalation)
        : answer?.kind === 'stacks'
          ? (await import('../flames.ts')).flameText(ending, escalation, answer, host)
          : undefined
    if (text === undefined) err(`tracebook: no stacks to write to ${file}\n`)
    else fine = writeFileSafely(file, text) && fine
  }
  return fine
}

async function print(escalation: Escalation, json: boolean): Promise<void> {
  if (json) return outJson(escalation)
  const { renderEscalation } = await import('../../report/markdown.ts')
  await out(renderEscalation(escalation))
  if (escalation.outcome !== 'answered') err(`tracebook: not answered: ${escalation.why?.reason ?? ''}\n`)
}

/** The program of one back end as it would be fed to its tool; of all back ends: what each would do. */
async function printActs(probe: Probe, { by, seconds, until, upTo }: Options, one: About): Promise<number> {
  const { context } = await readContext(await hostFor(undefined), new AbortController().signal)
  const plan: Plan = {
    seconds: seconds ?? probe.seconds,
    context,
    cpus: context.cpus.online,
    ...(until === undefined ? {} : { armed: true, seconds: upTo ?? UP_TO_SECONDS }),
    ...one,
  }
  const able = probe.backEnds.filter(({ ring }) => until === undefined || ring !== undefined)
  if (able.length === 0) {
    const { reason, cure } = cannotWait(metrics.find(({ id }) => id === probe.answers)?.kind)
    err(`tracebook: nothing can record ${probe.id}: ${reason}${cure === undefined ? '' : `; ${cure}`}\n`)
  }
  for (const backEnd of able.filter(({ id }) => by === undefined || id === by)) {
    const acts = backEnd.acts(plan, backEnd.tools?.[0] ?? '')
    const programs = acts.flatMap((act) => (act.kind === 'run' && act.input !== undefined ? [act.input] : []))
    if (by !== undefined && programs.length > 0) await out(programs.join('\n'))
    else await outLines([backEnd.id, ...acts.flatMap(actLines).map((line) => `  ${line}`)])
  }
  return EXIT.ok
}

function actLines(act: Act): readonly string[] {
  if (act.kind === 'run') return [`${act.input === undefined ? '' : 'PROGRAM | '}${commandLine(act.argv)}`]
  const defined = (act.define ?? []).map(({ file, line }) => `echo '${line}' >> ${file}`)
  return [
    ...defined,
    ...act.write.map(([file, text]) => `echo '${text}' > ${file}`),
    ...act.read.map((file) => `cat ${file}`),
  ]
}

function pidOf({ pid, target }: Options): number | undefined {
  const given = target === undefined ? pid : /^pid:(.*)$/.exec(target)?.[1]
  if (target !== undefined && (given === undefined || (pid !== undefined && pid !== given)))
    throw new Exit(EXIT.usage, '--target takes pid:N here: a probe is about one process')
  if (given !== undefined && !/^[1-9]\d{0,9}$/.test(given)) throw new Exit(EXIT.usage, '--pid takes a process id')
  return given === undefined ? undefined : Number(given)
}

type About = Pick<Plan, 'pid' | 'function'>

/** What it is about. A function is looked up before anything is asked: what is not there costs nothing. */
function about(probe: Probe, { function: name }: Options, pid: number | undefined): About {
  if (name === undefined && probe.needs !== 'function') return pid === undefined ? {} : { pid }
  if (probe.needs !== 'function') throw new Exit(EXIT.usage, `${probe.id} is not about a function of a program`)
  if (name === undefined || pid === undefined)
    throw new Exit(EXIT.usage, `${probe.id} takes a process and a function of it: --pid N --function NAME`)
  if (!FUNCTION_NAME.test(name))
    throw new Exit(EXIT.usage, `--function ${JSON.stringify(name)} is no name of a function`)
  const found = programFunction(pid, name)
  if (isUnavailable(found)) throw new Exit(EXIT.usage, `--function ${name}: ${found.reason}`)
  return { pid, function: found }
}

function probeNamed(name: string): Probe {
  const found =
    probes.find((one) => one.id === name || one.answers === name) ?? probes.find((one) => one.gives.includes(name))
  if (found) return found
  const names = [...probes.map(({ id }) => id), ...probes.map(({ answers }) => answers)]
  const near =
    nearest(name, names) ??
    probes.flatMap(({ id }) => (id.startsWith(name) || id.endsWith(name) ? [id] : [])).join(' or ')
  throw new Exit(
    EXIT.usage,
    `no probe ${JSON.stringify(name)}${near !== '' ? `; did you mean ${near}?` : ''} (see: tracebook list probes)`,
  )
}
