// The product's data → Markdown pages of the reference. Pure: the same product always gives the same text.

const NOTE = 'Made by `npm run docs` from the program itself; do not edit.'
const RANK = { run: 10, read: 20, count: 50, trace: 60 }

export function commands({ commands, Command }) {
  const parts = commands.map((entry) => {
    let text = ''
    const program = new Command(`tracebook ${entry.name}`)
      .description(entry.summary)
      .configureOutput({ writeOut: (t) => (text += t), getOutHelpWidth: () => 110, getOutHasColors: () => false })
    entry.command.configure(program)
    program.outputHelp()
    return `## ${entry.name}\n\n${sentence(entry.summary)}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``
  })
  return page('Commands', 'What each command prints for `--help`.', [
    list(commands.map(({ name, summary }) => `[${name}](#${name}): ${cell(summary)}`)),
    ...parts,
  ])
}

export function checks({ library, metrics, checkProgram, catalogue }) {
  const all = byId(library.checks)
  const parts = grouped(all, ({ id }) => id.split('.')[0]).map(([resource, group]) =>
    [`## ${resource}`, ...group.map((loaded) => check(loaded, library, checkProgram(loaded, catalogue)))].join('\n\n'),
  )
  const rows = all.map(({ id, document }) => [
    `[\`${id}\`](#${slug(id)})`,
    document.use === 'none' ? document.topic : document.use,
    weightOf(document),
    cell(document.check),
  ])
  return page(
    'Checks',
    `${all.length} claims about ${metrics.length} metrics. Thresholds can be changed by \`--param CHECK.PARAM=VALUE\` and by \`params:\` of a runbook.`,
    [table(['id', 'cell', 'weight', 'claim'], rows), ...parts],
  )
}

function check({ id, document }, library, program) {
  const params = Object.entries(document.params ?? {}).map(([name, { default: value, help, source }]) => [
    `\`${name}\``,
    cell(String(value)),
    cell(help),
    cell(source ?? ''),
  ])
  const conditions = ['critical', 'warn'].flatMap((status) =>
    document.status[status] === undefined ? [] : [`${status}: ${oneLine(document.status[status])}`],
  )
  const used = byId(library.runbooks)
    .filter(({ document: runbook }) => namedIn(runbook.steps).has(id))
    .map((one) => one.id)
  const facts = [
    `cell \`${document.use}\`${document.topic ? `, topic ${cell(document.topic)}` : ''}; weight ${weightOf(document)}`,
    ...(document.each
      ? [`judged once per ${document.each}${document.where ? ` where \`${oneLine(document.where)}\`` : ''}`]
      : []),
    `reads ${codes(program.needs.filter((need) => need !== undefined))}`,
    ...(document.culprit
      ? [
          `culprit: ${[document.culprit]
            .flat()
            .map((one) => `\`${one}\``)
            .join(', ')}`,
        ]
      : []),
    ...(document.explains?.length ? [`explains ${codes(document.explains)}`] : []),
    ...(used.length > 0
      ? [`used by ${used.map((one) => `[${one}](runbooks.md#${slug(one)})`).join(', ')}`]
      : ['used by no built-in runbook']),
  ]
  return [
    `### ${id}`,
    `**${cell(document.check)}.** ${cell(document.why)}`,
    list(facts),
    `\`\`\`text\n${conditions.join('\n')}\n\`\`\``,
    ...(params.length > 0 ? [table(['param', 'default', 'meaning', 'source'], params)] : []),
    `Says: ${cell(document.finding)}${document.advice ? `\n\nAdvice: ${cell(document.advice)}` : ''}`,
    `Tests: ${(document.tests ?? []).map((test) => (test.name ? `${test.expect} (${cell(test.name)})` : test.expect)).join(', ') || 'none'}.`,
  ].join('\n\n')
}

export function runbooks({ library, compileRunbook, mermaid, catalogue }) {
  const all = byId(library.runbooks)
  const parts = all.map(({ id, document }) =>
    [
      `## ${id}`,
      `**${cell(document.runbook)}.** ${cell(document.goal)}`,
      steps(document.steps, '').join('\n'),
      `<details><summary>as a graph</summary>\n\n\`\`\`mermaid\n${mermaid(compileRunbook(id, library, catalogue)).trimEnd()}\n\`\`\`\n\n</details>`,
    ].join('\n\n'),
  )
  const rows = all.map(({ id, document }) => [`[\`${id}\`](#${slug(id)})`, cell(document.runbook), cell(document.goal)])
  return page(
    'Runbooks',
    'A step is taken or skipped; either way the next one follows. A step in **bold** has that `id`, to add steps behind it.',
    [table(['id', 'title', 'goal'], rows), ...parts],
  )
}

function steps(all, indent) {
  return all.flatMap((step, i) => {
    const name = step.id === undefined ? '' : `**${step.id}**: `
    const inner = `${indent}${' '.repeat(`${i + 1}. `.length)}`
    return [
      `${indent}${i + 1}. ${name}${stepText(step)}`,
      ...(step.when === undefined ? [] : [`${inner}- when \`${oneLine(step.when)}\``]),
      ...(step.steps ? steps(step.steps, inner) : []),
    ]
  })
}

function stepText(step) {
  const link = (ids) =>
    [ids]
      .flat()
      .map((id) => `[\`${id}\`](checks.md#${slug(id)})`)
      .join(', ')
  if ('check' in step) return `check ${link(step.check)}${step.look ? `. Look: ${cell(step.look)}` : ''}`
  if ('escalate' in step) return `escalate to \`${step.escalate}\`${step.why ? `: ${cell(step.why)}` : ''}`
  if ('ask' in step) return `ask: ${cell(step.ask)} (${Object.keys(step.choices).join(', ')}; default ${step.default})`
  if ('follow' in step) return `follow [${step.follow}](#${slug(step.follow)})`
  if ('assume' in step)
    return `assume ${Object.entries(step.assume)
      .map(([id, status]) => `\`${id}\` ${status}`)
      .join(', ')}: ${cell(step.because)}`
  if ('wait' in step)
    return `wait for ${link(step.wait)} until \`${oneLine(step.until)}\`, every ${step.every}, up to ${step['up-to']}${step.record ? `, recording \`${step.record}\`` : ''}`
  if ('group' in step) return cell(step.group)
  return `conclude: ${cell(step.conclude)}${step.cause ? ` Cause [\`${step.cause}\`](causes.md#${slug(step.cause)})` : ''}`
}

/** Heading → first words of the ids below it; the last group takes what no other one has. */
const CHECKLIST = new Map([
  ['CPU', ['CPU']],
  ['Memory', ['MEM']],
  ['Network interface', ['NIC']],
  ['Storage device', ['DISK']],
  ['Storage capacity', ['CAP']],
  ['Controllers, interconnects, GPUs', ['SCTL', 'NCTL', 'XCPU', 'XMEM', 'XIO', 'GPU']],
  ['Software resources', []],
])

/** `cells`: cells.yaml. */
export function useCells({ library, cells, checkProgram, catalogue }) {
  const all = Object.entries(cells)
  const placed = new Set([...CHECKLIST.values()].flat())
  const first = (id) => id.split(/[-/]/)[0]
  const answered = all.filter(([, { checks: ids }]) => ids).length
  const parts = [...CHECKLIST].map(([title, prefixes]) => {
    const own = all.filter(([id]) => (prefixes.length > 0 ? prefixes.includes(first(id)) : !placed.has(first(id))))
    const rows = own.map(([id, one]) => [
      code(id),
      cell(one.title),
      code(one.use),
      ...(one.checks
        ? [
            one.checks.map((name) => `[\`${name}\`](checks.md#${slug(name)})`).join(', '),
            codes(
              one.checks
                .flatMap((name) => [...checkProgram(library.checks.get(name), catalogue).needs])
                .filter(isFigure),
            ),
          ]
        : [one.later ? `none yet: ${cell(one.later)}` : `does not apply: ${cell(one.not_applicable)}`, '']),
    ])
    return `## ${title}\n\n${table(['cell', 'what is asked', 'in the report', 'answered by', 'measured'], rows)}`
  })
  return page(
    'Cells of the USE method',
    `The checklist of utilization, saturation and errors for Linux has ${all.length} cells. ${answered} are answered by checks, which \`tracebook run use\` judges in one window; each other row says why there is none.`,
    parts,
  )
}

/** Who a process is names the culprit; it measures nothing. */
function isFigure(metric) {
  return metric !== 'process.comm' && metric !== 'process.kernel'
}

export function metrics({ metrics, sources, probes, context, BASE }) {
  const rank = (source) => source.rank?.(context()) ?? RANK[source.tier]
  const row = (metric) => {
    const givers = sources.filter((source) => source.gives.includes(metric.id)).sort((a, b) => rank(a) - rank(b))
    return [
      `\`${metric.id}\``,
      metric.kind,
      BASE[metric.dimension] || 'count',
      cell(metric.help),
      [
        ...givers.map(({ id }) => `[${id}](tools/${id}.md)`),
        ...probes.filter((one) => one.gives.includes(metric.id)).map(({ id }) => `[${id}](probes/${id}.md)`),
      ].join(', ') || 'nothing yet',
      metric.see ? code(metric.see) : '',
    ]
  }
  const parts = grouped(
    [...metrics].sort((a, b) => a.id.localeCompare(b.id)),
    ({ id, per }) => (per === undefined ? id.split('.')[0] : `per ${per}`),
  ).map(
    ([name, group]) =>
      `## ${name}\n\n${table(['id', 'kind', 'unit', 'what it is', 'given by, in this order', 'see it yourself'], group.map(row))}`,
  )
  return page(
    'Metrics',
    'What a condition can read. A gauge needs a statistic (`.median`, `.max`, …); the other kinds have one value. Metrics *per* something are read by checks with `each:`.',
    parts,
  )
}

export function causes({ library }) {
  const concluded = new Map()
  for (const { id, document } of byId(library.runbooks))
    for (const cause of causesIn(document.steps))
      concluded.set(cause, [...new Set([...(concluded.get(cause) ?? []), id])])
  const all = [...library.causes.values()].sort((a, b) => a.id.localeCompare(b.id))
  const parts = grouped(all, ({ id }) => id.split('.')[0]).map(([name, group]) =>
    [`## ${name}`, ...group.map((cause) => causeText(cause, concluded.get(cause.id) ?? []))].join('\n\n'),
  )
  return page(
    'Causes',
    `What a diagnosis can name: ${all.length} mechanisms. ${concluded.size} of them are concluded by a built-in runbook of this version.`,
    parts,
  )
}

function causeText({ id, title, use, culprit, advice = {} }, used) {
  const lines = [
    ...['remove', 'move'].flatMap((order) => (advice[order] ?? []).map((text) => `${order}: ${cell(text)}`)),
    ...(advice.tune ?? []).map(
      ({ knob, change, revert, caution }) =>
        `tune ${cell(knob)}: ${cell(change)} Revert: ${cell(revert)}${caution ? ` Caution: ${cell(caution)}` : ''}`,
    ),
    ...(advice.add ?? []).map((text) => `add: ${cell(text)}`),
  ]
  const by =
    used.length > 0
      ? `Concluded by ${used.map((one) => `[${one}](runbooks.md#${slug(one)})`).join(', ')}.`
      : 'No built-in runbook of this version concludes it.'
  return [
    `### ${id}`,
    `**${cell(title)}.** Cell \`${use}\`, culprit: ${cell(culprit)}. ${by}`,
    ...(lines.length > 0 ? [list(lines)] : []),
  ].join('\n\n')
}

export function tools({ metrics, probes }, sources) {
  const rows = sources.map(({ id, tier, tool, asks, gives }) => [
    `[${id}](${id}.md)`,
    tier,
    tool ?? 'kernel files',
    cell(asks),
    gives.length,
  ])
  const unread = metrics.filter(({ id }) => ![...sources, ...probes].some(({ gives }) => gives.includes(id)))
  return page(
    'Tools and kernel files',
    'Each metric is asked of the traditional tool first and of the kernel files behind it when that fails.',
    [
      table(['source', 'tier', 'runs', 'asks', 'metrics'], rows),
      ...(unread.length > 0
        ? [`Metrics that no source of this version gives: ${codes(unread.map(({ id }) => id))}.`]
        : []),
    ],
  )
}

export function tool(
  { context, commandLine, isUnavailable, installCommand, catalogue, BASE },
  source,
  header,
  fixtures,
) {
  const requests = source.requests({ intervalMs: 1000, count: 5 }, context())
  const looks = isUnavailable(requests)
    ? [`nothing on an ordinary small host: ${requests.reason}`]
    : requests.map((request) => look(request, commandLine))
  const packages =
    source.tool === undefined
      ? undefined
      : ['debian', 'fedora', 'opensuse', 'arch', 'alpine'].map((id) =>
          installCommand([source.tool], { distribution: { id, like: [], name: '' } }),
        )
  const [first = '', ...sample] = header
  return page(source.id, cell(source.asks), [
    cell(first),
    ...(sample.length > 0 ? [`\`\`\`text\n${sample.join('\n')}\n\`\`\``] : []),
    `Tier \`${source.tier}\`. For a window of 5 × 1 s it takes:\n\n${list(looks)}`,
    ...(packages?.every((one) => one !== undefined)
      ? [`Where it is missing: ${packages.map((one) => `\`${one}\``).join(', ')}.`]
      : []),
    table(
      ['gives', 'kind', 'unit', 'what it is'],
      source.gives.map((id) => [
        `\`${id}\``,
        catalogue.get(id)?.kind ?? '',
        BASE[catalogue.get(id)?.dimension] || 'count',
        cell(catalogue.get(id)?.help ?? ''),
      ]),
    ),
    fixtures.length > 0
      ? `Its parser is tested with real output of: ${fixtures.join(', ')}.`
      : 'No recorded output yet.',
  ])
}

const MOMENT = {
  start: 'once, as the window opens',
  end: 'once, as it closes',
  ends: 'as the window opens and as it closes',
  every: 'at every interval',
}

function look(request, commandLine) {
  const moment = request.kind === 'run' && request.lasting ? 'for the whole window' : MOMENT[request.at]
  if (request.kind === 'run') return `${code(commandLine(request.argv))}, ${moment}`
  if (request.kind === 'read') return `reads ${codes(request.paths)}, ${moment}`
  return `reads ${codes(request.files)} of every process, ${moment}`
}

function namedIn(all) {
  return new Set(
    all.flatMap((step) => [step.check ?? [], step.wait ?? [], [...(step.steps ? namedIn(step.steps) : [])]].flat(2)),
  )
}

function causesIn(all) {
  return all.flatMap((step) => [...(step.cause ? [step.cause] : []), ...(step.steps ? causesIn(step.steps) : [])])
}

function weightOf({ weight = 'alarm' }) {
  return weight
}

function byId(map) {
  return [...map.values()].sort((a, b) => a.id.localeCompare(b.id))
}

function grouped(all, keyOf) {
  const groups = new Map()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return [...groups]
}

export function page(title, lead, parts) {
  return `${[`# ${title}`, NOTE, lead, ...parts].join('\n\n')}\n`
}

export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

export function list(items) {
  return items.map((item) => `- ${item}`).join('\n')
}

function codes(ids) {
  return ids.length === 0 ? 'nothing' : [...new Set(ids)].map((id) => code(id)).join(', ')
}

export function code(text) {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${oneLine(text).replaceAll('|', '\\|')}${fence}`
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim()
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** Text that stands in a paragraph or a cell: one line, and no character of it is Markdown. */
export function cell(text) {
  return oneLine(text)
    .replace(/[\\*`|[\]]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replace(/\.$(?=\*\*)/, '')
}

/** The anchor GitHub makes of a heading. */
function slug(text) {
  return text
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
