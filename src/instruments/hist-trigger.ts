// A question asked of tracepoints → hist triggers and a synthetic event in a private Ftrace instance: the kernel counts, nothing is copied out.
//   sched_wakeup:  hist:keys=pid:ts0=common_timestamp.usecs:size=8192
//   sched_switch:  hist:keys=next_pid:lat0=common_timestamp.usecs-$ts0:onmatch(sched.sched_wakeup).{id}($lat0,next_pid)
//   {id}:          hist:keys=lat.log2
import { totalOf } from '../model/distribution.ts'
import type { BackEnd, FtraceAct, Mechanism, Plan } from '../model/probe.ts'
import type { Observation } from '../model/observation.ts'
import { folderOf } from './ftrace-log.ts'
import { readHists } from './hist-text.ts'
import { files } from '../parse/files.ts'
import { measureHists } from './measure-hists.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import { filterText, kernelField, type Counts, type Edge, type Label, type Pairs, type Question } from './question.ts'
import type { Reader } from './reading.ts'

export interface HistOptions {
  readonly id?: string
  readonly question: Question
  readonly events?: readonly string[]
  readonly mostEvents?: number
  /** Events of its own that the question is about: kprobes. */
  readonly define?: FtraceAct['define']
  readonly mechanism?: Mechanism
  readonly microseconds?: number
  /** Where the process in question is known: who runs at the start is somebody else. Default: the start. */
  readonly pidAt?: 'end'
  /** The number by this name: ends whose start was not seen. */
  readonly unmatched?: string
  readonly read: Reader
}

/** Measured as a count in the ring buffer's place (domain.md 0.4, the lab): between counting and writing the event out. */
const MICROSECONDS = 0.3
/** A row for each thread and what it did: more than fit are counted as dropped. */
const ROWS = 8192
/** Memory is taken for all entries beforehand, about 200 bytes each. */
const LEAST_STARTS = 2048
const MOST_STARTS = 65_536
/** Nothing is logged: the smallest buffer the kernel makes. */
const BUFFER_KB = 64

export function histTrigger(options: HistOptions): BackEnd {
  const { question } = options
  return {
    id: options.id ?? 'hist',
    instrument: 'ftrace',
    mechanism: options.mechanism ?? (question.kind === 'pairs' ? 'synthetic' : 'histogram'),
    events: options.events ?? [...new Set(eventsOf(question))],
    microseconds: options.microseconds ?? MICROSECONDS,
    ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }),
    acts: (plan) => {
      const act = question.kind === 'pairs' ? pairsAct(question, plan, options) : countsAct(question, plan)
      return [{ ...act, define: [...(options.define ?? []), ...(act.define ?? [])] }]
    },
    read: (looks) => {
      const text = looks[0]?.text ?? ''
      const found = spoiled(looks) ?? measureHists(text, question)
      if ('unavailable' in found) return found
      const { unmatched } = options
      return options.read(
        unmatched === undefined ? found : { ...found, numbers: { [unmatched]: endsOf(text) - matchedOf(found) } },
      )
    },
    lost: dropped,
  }
}

function eventsOf(question: Question): readonly string[] {
  return question.kind === 'pairs'
    ? [...question.start, ...question.end].map(({ event }) => event)
    : question.of.map(({ event }) => event)
}

function pairsAct(question: Pairs, plan: Plan, { pidAt, unmatched }: HistOptions): FtraceAct {
  const size = startsOf(plan)
  const labels = Object.entries(question.labels ?? {}).filter(([, label]) => expressible(label))
  const fields = [
    'u64 lat',
    ...labels.map(([name, label]) => declared(name, label.type ?? (label.field === '@pid' ? 'int' : 'pid_t'))),
  ]
  const starts = question.start.map(
    (edge, i) =>
      [
        trigger(edge),
        `hist:keys=${keysOf(edge)}:ts${i}=common_timestamp.usecs:size=${size}${ifText(edge, pidAt === 'end' ? undefined : plan)}`,
      ] as const,
  )
  const ends = question.end.flatMap((end) =>
    question.start.map((start, i) => {
      const given = [`$lat${i}`, ...labels.map(([, label]) => parameter(label, start))].join(',')
      const match = start.event.replace(':', '.')
      return [
        trigger(end),
        `hist:keys=${keysOf(end)}:lat${i}=common_timestamp.usecs-$ts${i}:size=${size}:onmatch(${match}).{id}(${given})${ifText(end, pidAt === 'end' ? plan : undefined)}`,
      ] as const
    }),
  )
  const own = 'events/synthetic/{id}'
  const parts = question.parts ?? []
  const rows =
    labels.length === 0
      ? []
      : [
          [
            `${own}/trigger`,
            rowsTrigger(
              labels.map(([name]) => name),
              'lat',
            ),
          ] as const,
        ]
  return {
    kind: 'ftrace',
    lastsMs: plan.seconds * 1000,
    bufferKb: BUFFER_KB,
    define: [{ file: 'synthetic_events', line: `{id} ${fields.join('; ')}`, name: '{id}' }],
    write: [
      [`${own}/trigger`, `hist:keys=${[...parts, 'lat.log2'].join(',')}:size=${ROWS}`],
      ...rows,
      ...starts,
      ...ends,
    ],
    read: [`${own}/hist`, ...(unmatched === undefined ? [] : ends.map(([path]) => path.replace(/trigger$/, 'hist')))],
  }
}

/** All ends, as the histograms of the events themselves counted them. */
function endsOf(text: string): number {
  return [...files(text)]
    .filter(([path]) => !path.includes('/synthetic/'))
    .flatMap(([, file]) => readHists(file))
    .reduce((sum, { hits }) => sum + hits, 0)
}

function matchedOf({ histogram }: Measured): number {
  return histogram ? totalOf(histogram) : 0
}

/** Each point by itself; what they have in common is added up afterwards. */
function countsAct(question: Counts, plan: Plan): FtraceAct {
  const keys = Object.values(question.labels).map(({ field }) => countKey(field))
  const sums = [question.seconds, question.bytes].flatMap((quantity) => (quantity ? [quantity.field] : []))
  const write = question.of.flatMap((point) => [
    [
      trigger(point),
      `hist:keys=${keys.join(',')}${sums.length > 0 ? `:vals=${sums.join(',')}` : ''}:size=${ROWS}${ifText(point, plan)}`,
    ] as const,
    ...(question.histogram
      ? [[trigger(point), `hist:keys=${question.histogram.field}.log2${ifText(point, plan)}`] as const]
      : []),
  ])
  return {
    kind: 'ftrace',
    lastsMs: plan.seconds * 1000,
    bufferKb: BUFFER_KB,
    write,
    read: [...new Set(question.of.map(({ event }) => `${folderOf(event)}/hist`))],
  }
}

function rowsTrigger(keys: readonly string[], sum: string): string {
  return `hist:keys=${keys.join(',')}:vals=${sum}:sort=${sum}.descending:size=${ROWS}`
}

/** Every start has an entry until it is over, and many never end: as many as happen in the time. */
function startsOf({ rate, seconds }: Plan): number {
  const wanted = Math.max(LEAST_STARTS, Math.min(MOST_STARTS, (rate ?? LEAST_STARTS) * seconds))
  return 2 ** Math.ceil(Math.log2(wanted))
}

function trigger({ event }: { readonly event: string }): string {
  return `${folderOf(event)}/trigger`
}

function keysOf({ key }: Edge): string {
  return key.map(kernelField).join(',')
}

function ifText(point: Pick<Edge, 'when'> & { readonly key?: readonly string[] }, plan?: Plan): string {
  const own = filterText(point.when)
  const pid =
    plan?.pid === undefined
      ? undefined
      : `${kernelField(point.key?.find((name) => name.endsWith('pid')) ?? '@pid')} == ${plan.pid}`
  const all = [own, pid].filter((text) => text !== undefined)
  return all.length === 0 ? '' : ` if ${all.join(' && ')}`
}

/** The kernel has no name for who runs that a synthetic event could carry, but the number. */
function expressible({ field }: Label): boolean {
  return field === '@pid' || !field.startsWith('@')
}

/** The end's own field, or the one that was seen at the start, by its full name. */
function parameter({ at, field }: Label, start: Edge): string {
  return at === 'start' ? `${start.event.replace(':', '.')}.${kernelField(field)}` : kernelField(field)
}

/** `char[16]` and `comm` → `char comm[16]` */
function declared(name: string, type: string): string {
  const [, base = type, size = ''] = /^(.*?)(\[\d*\])$/.exec(type) ?? []
  return `${base} ${name}${size}`
}

function countKey(field: string): string {
  if (field === '@comm') return 'common_pid.execname'
  return kernelField(field)
}

function dropped(looks: readonly Observation[]): number {
  return looks
    .flatMap(({ text }) => [...files(text).values()].flatMap((file) => readHists(file)))
    .reduce((sum, hist) => sum + hist.dropped, 0)
}
