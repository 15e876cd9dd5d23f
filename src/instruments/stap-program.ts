// A question asked of tracepoints → the SystemTap script that answers it, and the form of what that prints (stap-text.ts reads it).
//   probe kernel.trace("sched_switch") {
//     next_pid = $next->pid
//     since = next_pid != 0 ? at[next_pid] : 0
//     if (since != 0) { us = gettimeofday_us() - since; shape <<< us; rows[next_pid, kernel_string($next->comm)] <<< us … }
//   }
import {
  pointsOf,
  type Condition,
  type Counts,
  type Edge,
  type Label,
  type Pairs,
  type Point,
  type Question,
} from './question.ts'
import { stapField, stapFunctions, stapNumbers, stapPoint, type StapField } from './stap-fields.ts'
import type { StapOutput } from './stap-text.ts'

/** Memory is taken beforehand, half a kilobyte for each text: of starts once, of rows for each CPU. The oldest make room. */
const STARTS = 8192
const ROWS = 2048
const PRINTED = 500
const MICROSECOND = 1e-6

export function stapOutput(question: Question): StapOutput {
  const labels = Object.keys(question.labels ?? {})
  const rows = labels.length === 0 ? {} : { labels }
  if (question.kind === 'pairs')
    return {
      unit: MICROSECOND,
      ...(question.parts === undefined ? {} : { parts: question.parts }),
      ...rows,
      sum: { is: 'seconds', unit: MICROSECOND },
    }
  const { histogram, seconds, bytes } = question
  return {
    ...(histogram === undefined ? {} : { unit: histogram.unit }),
    ...rows,
    ...(seconds ? { sum: { is: 'seconds', unit: seconds.unit } } : {}),
    ...(bytes && !seconds ? { sum: { is: 'bytes', unit: bytes.unit } } : {}),
  }
}

/** `seconds` and `target` (a process; 0: all) are set when the module is loaded. */
export function stapProgram(question: Question): string {
  const { globals, probes } = question.kind === 'pairs' ? pairs(question) : counts(question)
  const body = [
    'global seconds = 5, target = 0, elapsed',
    ...globals,
    'probe begin { println("begin") }',
    ...[...probes].map(([name, lines]) => `probe kernel.trace("${name}") {\n${indented(lines)}\n}`),
    'probe timer.s(1) { if (++elapsed >= seconds) exit() }',
    `probe end {\n${indented([...printedShape(question), ...printedRows(question), 'println("end")'])}\n}`,
  ].join('\n')
  return `${[...stapFunctions(body), body].join('\n')}\n`
}

interface Parts {
  readonly globals: readonly string[]
  /** Tracepoint → its statements. */
  readonly probes: ReadonlyMap<string, readonly string[]>
}

function pairs(question: Pairs): Parts {
  const labels = Object.entries(question.labels ?? {})
  const kept = labels.flatMap(([label, { at }]) => (at === 'start' ? [`start_${label}`] : []))
  const probes = new Map<string, string[]>()
  // An end before a start: one event may be both, and then it ends what was before.
  for (const { name, condition, edge } of together(question.end)) {
    const key = texts(edge, edge.key)
    const values = new Map(
      labels.map(([label, { at, field }]) => [label, at === 'start' ? `start_${label}[${key}]` : text(edge, field)]),
    )
    const parts = (question.parts ?? []).map((part) => values.get(part) ?? '')
    statementsOf(probes, name).push(
      `since = ${condition === '' ? '' : `${condition} ? `}at[${key}]${condition === '' ? '' : ' : 0'}`,
      'if (since != 0) {',
      '  us = gettimeofday_us() - since',
      `  shape${parts.length === 0 ? '' : `[${parts.join(', ')}]`} <<< us`,
      ...(values.size === 0 ? [] : [`  rows[${[...values.values()].join(', ')}] <<< us`]),
      ...['at', ...kept].map((array) => `  delete ${array}[${key}]`),
      '}',
    )
  }
  for (const { name, condition, edge } of together(question.start)) {
    const key = texts(edge, edge.key)
    statementsOf(probes, name).push(
      `if (${all([condition, `target == 0 || ${ownerOf(question, edge)} == target`])}) {`,
      `  at[${key}] = gettimeofday_us()`,
      ...kept.map((array) => `  ${array}[${key}] = ${text(edge, labelOf(question, array).field)}`),
      '}',
    )
  }
  const arrays = ['at', ...kept].map((array) => `${array}%[${STARTS}]`)
  return {
    globals: [`global ${arrays.join(', ')}`, ...measuredGlobals(labels.length)],
    probes: declared(probes, question),
  }
}

function labelOf({ labels }: Pairs, array: string): Label {
  return labels?.[array.replace('start_', '')] ?? { field: '' }
}

function counts(question: Counts): Parts {
  const labels = Object.values(question.labels)
  const sum = question.seconds ?? question.bytes
  const probes = new Map<string, string[]>()
  for (const { name, condition, edge } of together(question.of.map((one) => ({ ...one, key: [] })))) {
    const { histogram } = question
    const keys = texts(
      edge,
      labels.map(({ field }) => field),
    )
    statementsOf(probes, name).push(
      `if (${all([condition, 'target == 0 || pid() == target'])}) {`,
      ...(histogram ? [`  shape <<< ${text(edge, histogram.field)}`] : []),
      ...(labels.length === 0 ? [] : [`  rows[${keys}] <<< ${sum === undefined ? '1' : text(edge, sum.field)}`]),
      '}',
    )
  }
  const globals = measuredGlobals(labels.length)
  return { globals: question.histogram ? globals : globals.slice(1), probes: declared(probes, question) }
}

function measuredGlobals(labels: number): readonly string[] {
  return ['global shape', ...(labels === 0 ? [] : [`global rows%[${ROWS}]`])]
}

function statementsOf(probes: Map<string, string[]>, name: string): string[] {
  const found = probes.get(name) ?? []
  probes.set(name, found)
  return found
}

/** Numbers are taken out of the arguments once, under the names of the format file; texts where they are used, for they cost more. */
function declared(probes: ReadonlyMap<string, readonly string[]>, question: Question): Parts['probes'] {
  return new Map(
    [...probes].map(([name, statements]) => {
      const used = new Set(statements.join(' ').match(/\b[a-z_]+\b/g))
      const fields = new Map(
        pointsOf(question)
          .filter(({ event }) => stapPoint(event).name === name)
          .flatMap(({ event }) => stapNumbers(event)),
      )
      const taken = [...fields].filter(([field]) => used.has(field))
      return [name, [...taken.map(([field, value]) => `${field} = ${value}`), ...statements]]
    }),
  )
}

interface Group {
  readonly name: string
  readonly condition: string
  /** One of them: all have the same tracepoint and key. */
  readonly edge: Edge
}

/** Points of one tracepoint with the same key are one statement: any of their conditions. */
function together(edges: readonly Edge[]): readonly Group[] {
  const found = new Map<string, readonly Edge[]>()
  for (const edge of edges) {
    const key = [stapPoint(edge.event).name, ...edge.key].join('\0')
    found.set(key, [...(found.get(key) ?? []), edge])
  }
  return [...found.values()].flatMap((group) => {
    const [edge] = group
    return edge ? [{ name: stapPoint(edge.event).name, edge, condition: anyOf(group) }] : []
  })
}

function anyOf(points: readonly Point[]): string {
  const events = [...new Set(points.map(({ event }) => event))]
  return any(
    events.map((event) => {
      const own = points.filter((point) => point.event === event)
      return all([stapPoint(event).only ?? '', any(own.map((point) => all((point.when ?? []).map(holds(event)))))])
    }),
  )
}

/** Empty is always true. */
function all(conditions: readonly string[]): string {
  const real = conditions.filter((condition) => condition !== '')
  return real.length < 2 ? real.join('') : real.map((one) => (one.includes('||') ? `(${one})` : one)).join(' && ')
}

function any(conditions: readonly string[]): string {
  if (conditions.length < 2) return conditions.join('')
  return conditions.includes('') ? '' : conditions.map((one) => (one.includes('&&') ? `(${one})` : one)).join(' || ')
}

function holds(event: string): (condition: Condition) => string {
  return ([field, is, value]) => {
    const own = text({ event }, field)
    if (is === '~') throw new Error(`${event}: no pattern of SystemTap for ${field}`)
    if (is === '&') return `(${own} & ${value}) != 0`
    return `${own} ${is} ${typeof value === 'string' ? JSON.stringify(value) : value}`
  }
}

/** Whose it is: the row's process where it is known at the start, the thread it is about, else the process that runs. */
function ownerOf({ labels }: Pairs, edge: Edge): string {
  const { at, field = '' } = labels?.['pid'] ?? {}
  const own = at === 'start' ? field : edge.key.find((name) => name.endsWith('pid') && !name.startsWith('@'))
  return own === undefined ? 'pid()' : text(edge, own)
}

function text({ event }: Point, field: string): string {
  const found = stapField(event, field)
  return found.is === 'number' && !field.startsWith('@') ? field : found.text
}

function texts(point: Point, fields: readonly string[]): string {
  return fields.map((field) => text(point, field)).join(', ')
}

function printedShape(question: Question): readonly string[] {
  const parts = question.kind === 'pairs' ? (question.parts ?? []) : []
  if (parts.length === 0)
    return stapOutput(question).unit === undefined ? [] : ['if (@count(shape) > 0) print(@hist_log(shape))']
  const names = parts.map((part) => `l_${part}`)
  const formats = kinds(question, parts).map(({ is }) => (is === 'string' ? '%s' : '%d'))
  return [
    `foreach ([${names.join(', ')}] in shape) {`,
    `  printf("part\\t${formats.join('\\t')}\\n", ${names.join(', ')})`,
    `  print(@hist_log(shape[${names.join(', ')}]))`,
    '}',
  ]
}

/** A name may hold a tab: only the last may be printed as it is. */
function printedRows(question: Question): readonly string[] {
  const { labels = [], sum } = stapOutput(question)
  if (labels.length === 0) return []
  const names = labels.map((label) => `l_${label}`)
  const all = kinds(question, labels)
  const values = names.map((name, i) =>
    all[i]?.is === 'string' && i < names.length - 1 ? `str_replace(${name}, "\\t", "?")` : name,
  )
  const row = `rows[${names.join(', ')}]`
  const formats = all.map(({ is }) => (is === 'string' ? '%s' : '%d'))
  return [
    `foreach ([${names.join(', ')}] in rows ${sum ? '@sum' : '@count'}- limit ${PRINTED})`,
    `  printf("row\\t%d\\t%d\\t${formats.join('\\t')}\\n", @count(${row}), @sum(${row}), ${values.join(', ')})`,
  ]
}

function kinds(question: Question, names: readonly string[]): readonly StapField[] {
  const [start, end] =
    question.kind === 'pairs' ? [question.start[0], question.end[0]] : [question.of[0], question.of[0]]
  return names.map((name) => {
    const { at, field = '' } = question.labels?.[name] ?? {}
    return stapField((at === 'start' ? start : end)?.event ?? '', field)
  })
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}
