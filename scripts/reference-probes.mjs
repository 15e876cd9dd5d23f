// Probes → docs/reference/probes: the question, how to read the answer, and each back end with what it needs and costs.
import { cell, code, list, page, table } from './reference-pages.mjs'

export function probes({ probes: all }) {
  const rows = all.map(({ id, answers, asks, backEnds }) => [
    `[${id}](${id}.md)`,
    `\`${answers}\``,
    cell(asks),
    cell(backEnds.map((one) => one.id).join(', ')),
  ])
  return page(
    'Questions to the kernel',
    'A runbook escalates to a metric; the first instrument that works on this kernel answers. `tracebook probe QUESTION` asks one directly.',
    [table(['probe', 'answers', 'asks', 'back ends, in order'], rows)],
  )
}

export function probe({ catalogue, context, BASE }, one, fixtures) {
  const plan = { seconds: one.seconds, context: context(), cpus: 2, rate: 5000 }
  const backEnds = one.backEnds.map((backEnd) => [
    backEnd.id,
    backEnd.mechanism,
    backEnd.tools?.join(' or ') ?? 'tracefs',
    cell(backEnd.events.join(', ') || 'samples'),
    `${backEnd.microseconds} µs`,
    backEnd.mostEvents === undefined ? '' : `${backEnd.mostEvents} events/s a CPU`,
    backEnd.ring === undefined ? '' : `the last ${backEnd.ring} events`,
  ])
  return page(one.id, cell(one.asks), [
    `How to read it: ${cell(one.tells)}`,
    table(
      ['gives', 'kind', 'unit', 'what it is'],
      one.gives.map((id) => [
        `\`${id}\``,
        catalogue.get(id)?.kind ?? '',
        BASE[catalogue.get(id)?.dimension] || 'count',
        cell(catalogue.get(id)?.help ?? ''),
      ]),
    ),
    `It looks for ${one.seconds} s. Counted beforehand: ${one.counted === 'sample' ? 'nothing; it samples 99 times a second on each CPU' : one.counted.map((event) => `\`${event}\``).join(', ')}.${one.control ? ` Control: ${cell(one.control.of)} (\`${one.control.path}\`) must move when there is something to see.` : ''}`,
    table(
      ['back end', 'mechanism', 'runs', 'attaches to', 'each event costs', 'keeps up with', 'armed it keeps'],
      backEnds,
    ),
    `By hand:\n\n${list(one.backEnds.map((backEnd) => `${backEnd.id}: ${code(commandOf(backEnd, plan))}`))}`,
    `Checked against: ${cell(one.checked)}`,
    fixtures.length > 0
      ? `Its parsers are tested with real output: ${fixtures.join(', ')}.`
      : 'No recorded output yet.',
  ])
}

function commandOf(backEnd, plan) {
  const [first] = backEnd.acts(plan, backEnd.tools?.[0] ?? '')
  if (first === undefined) return 'nothing'
  return first.kind === 'ftrace'
    ? first.write.map(([file, text]) => `echo '${text}' > ${file}`).join('; ')
    : first.argv.join(' ')
}
