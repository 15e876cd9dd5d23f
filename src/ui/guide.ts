// A run ↔ a person at a terminal: what comes and why, run or skip, what was seen. Everything goes to standard error; the report alone to standard output.
import { createInterface } from 'node:readline'
import { createColors } from 'picocolors'
import type { Consent } from '../model/escalation.ts'
import type { Finding } from '../model/finding.ts'
import type { AskStep } from '../model/runbook.ts'
import { clean, columns } from '../report/escape.ts'
import type { Announcement, Guide, Seen } from '../run/guide.ts'
import { silentGuide } from '../run/guide.ts'
import { progressLine } from './progress.ts'

export type Ending = Guide & { readonly end: () => void }
type Colors = ReturnType<typeof createColors>

/** Unattended on a terminal: shows that something goes on, asks nothing. */
export function progressGuide(stream: NodeJS.WriteStream): Ending {
  const line = progressLine(stream)
  return { ...silentGuide, progress: line.update, after: line.wipe, end: line.wipe }
}

/** A stopped run (`signal`) closes the prompt that is open: nobody may be there to answer it. */
export function interactiveGuide(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  signal: AbortSignal = new AbortController().signal,
): Ending {
  const streams: Streams = { input, output, signal }
  const colors = createColors(!process.env['NO_COLOR'])
  const line = progressLine(output)
  const shown = new Set<string>()
  let all = false
  return {
    before: async (step) => {
      line.wipe()
      output.write(announcement(step(), colors))
      if (all) return 'run'
      const answer = await choose(
        'Run this step?',
        [
          { value: 'run', name: 'run it' },
          { value: 'all', name: 'run it and all that follow, without asking' },
          { value: 'skip', name: 'skip it: its checks stay unknown' },
          { value: 'quit', name: 'stop and write the report of what is known' },
        ],
        'run',
        streams,
      )
      all = answer === 'all'
      return answer === 'all' ? 'run' : (answer as 'run' | 'skip' | 'quit')
    },
    progress: line.update,
    after: (step, findings) => {
      line.wipe()
      // A runbook that is followed repeats checks: each is shown once.
      const fresh = findings.filter((finding) => !shown.has(finding.check))
      if (fresh.length > 0) output.write(seen(step, fresh, colors))
      for (const finding of fresh) shown.add(finding.check)
    },
    ask: (step: AskStep) => {
      line.wipe()
      const choices = Object.entries(step.choices).map(([value, name]) => ({ value, name: clean(name) }))
      return choose(clean(step.ask), choices, step.default, streams)
    },
    consent: async (consent: Consent) => {
      line.wipe()
      output.write(instrumentation(consent, colors, output.columns))
      return consent.cost.overhead === 'high' ? typed(consent, streams) : asked(streams)
    },
    end: line.wipe,
  }
}

async function asked(streams: Streams): Promise<'yes' | 'no' | 'quit'> {
  const answer = await choose(
    'Instrument the kernel?',
    [
      { value: 'yes', name: 'yes, for this time' },
      { value: 'no', name: 'no: the question stays open' },
      { value: 'quit', name: 'stop and write the report of what is known' },
    ],
    'no',
    streams,
  )
  return answer === 'yes' || answer === 'quit' ? answer : 'no'
}

/** What may hurt is not agreed to by pressing Enter. */
function typed({ backEnd }: Consent, { input, output, signal }: Streams): Promise<'yes' | 'no'> {
  const reader = createInterface({ input, output })
  return new Promise((resolve) => {
    const stopped = () => reader.close()
    signal.addEventListener('abort', stopped, { once: true })
    reader.once('close', () => {
      signal.removeEventListener('abort', stopped)
      output.write('\n')
      resolve('no')
    })
    // The run is stopped by it, and that closes the prompt.
    reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    reader.question(
      `Its cost is high or not known. Type ${backEnd} to run it, anything else to leave it: `,
      (answer) => {
        resolve(answer.trim() === backEnd ? 'yes' : 'no')
        reader.close()
      },
    )
  })
}

/** Until the run knows: it must end as one that was interrupted, not as one that was over. */
function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    process.kill(process.pid, 'SIGINT')
  })
}

interface Choice {
  readonly value: string
  readonly name: string
}
interface Streams {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly signal: AbortSignal
}

async function choose(
  message: string,
  choices: readonly Choice[],
  otherwise: string,
  streams: Streams,
): Promise<string> {
  const { default: select } = await import('@inquirer/select')
  try {
    return await select({ message, choices, default: otherwise }, { ...streams, clearPromptOnDone: false })
  } catch (error) {
    const { name } = error as Error
    if (name !== 'ExitPromptError' && name !== 'AbortPromptError') throw error
    // Ctrl-C at a prompt is the operator's signal, as anywhere else.
    if (name === 'ExitPromptError') await interrupted(streams.signal)
    return choices.some((choice) => choice.value === 'quit') ? 'quit' : otherwise
  }
}

function announcement(step: Announcement, colors: Colors): string {
  const programs = step.looks.filter((look) => !look.startsWith('read '))
  const files = step.looks.length - programs.length
  const looks = [
    ...programs.map((look) => `    ${clean(look)}`),
    ...(files > 0 ? [`    and read ${files} group${files === 1 ? '' : 's'} of files in /proc and /sys`] : []),
  ]
  return [
    '',
    colors.bold(`${step.runbook} · ${step.title}`),
    `  ${colors.dim('look for:')} ${clean(step.why)}`,
    `  ${colors.dim(`will take about ${step.seconds} s and only look:`)}`,
    ...looks,
    '',
  ].join('\n')
}

/** One screen: what, how long, at what price, and what it cannot break. */
function instrumentation(consent: Consent, colors: Colors, width = 80): string {
  const { asks, why, backEnd, command, events, seconds, until, cost, safety } = consent
  const rate =
    cost.eventsPerSecond === undefined ? 'events that could not be counted' : `${cost.eventsPerSecond} events a second`
  const share = cost.cpuShare === undefined ? 'a cost that cannot be predicted' : `about ${cost.cpuShare} % of one CPU`
  const told = (label: string, text: string) => [`  ${colors.dim(`${label}:`)}`, ...folded(label, clean(text), width)]
  const lines = [
    ...(why === undefined ? [] : [told('because', why)]),
    told('instrument', `${backEnd}, for ${seconds} s${until === undefined ? '' : ` at most, until ${until}`}`),
    told('attaches to', events.join(', ')),
    told('predicted', `${rate}, ${share} (${cost.overhead})`),
    told('by hand', command),
    told('safety', `${safety} It is stopped when it costs four times what was predicted.`),
  ]
  return ['', colors.bold(clean(asks)), ...lines.map(([label = '', ...text]) => label + text.join('\n')), ''].join('\n')
}

/** Broken at spaces to what is left of a line beside its label, and under it. */
function folded(label: string, text: string, width: number): string[] {
  const lines = ['']
  let room = width - label.length - 4
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (columns(line) + 1 + columns(word) <= room) lines[lines.length - 1] = `${line} ${word}`
    else {
      lines.push(`    ${word}`)
      room = width - 1
    }
  }
  return lines
}

const MARK = { ok: 'ok', warn: 'WARN', critical: 'CRIT', unknown: '?' } as const

function seen(step: Seen, findings: readonly Finding[], colors: Colors): string {
  const paint = { ok: colors.green, warn: colors.yellow, critical: colors.red, unknown: colors.dim }
  const lines = findings.map((finding) => {
    const mark =
      finding.weight === 'notice' && finding.status !== 'ok' && finding.status !== 'unknown'
        ? 'note'
        : MARK[finding.status]
    return `  ${paint[finding.status](mark.padEnd(4))} ${finding.check.padEnd(24)} ${clean(finding.text).slice(0, 110)}`
  })
  return [
    '',
    colors.bold(clean(step.title).slice(0, 100)),
    ...(step.look ? [`  ${colors.dim('look for:')} ${clean(step.look)}`] : []),
    ...lines,
    '',
  ].join('\n')
}
