// What is known about an id → the page a person reads.
import { BASE } from '../../model/unit.ts'
import type { CauseAdvice } from '../../model/check.ts'
import { rows, section, wrapped, type Colors } from '../layout.ts'
import type { CausePage, CheckPage, Explained, MetricPage, Origin, RunbookPage, SourcePage } from './explain.ts'
import { probeLines } from './probe.ts'

interface Paper {
  readonly colors: Colors
  readonly width: number
}

export function pageOf(page: Explained, colors: Colors, width: number): string[] {
  const paper = { colors, width }
  if (page.kind === 'check') return checkPage(page, paper)
  if (page.kind === 'metric') return metricPage(page, paper)
  if (page.kind === 'cause') return causePage(page, paper)
  if (page.kind === 'probe') return probeLines(page, colors, width)
  return page.kind === 'runbook' ? runbookPage(page, paper) : sourcePage(page, paper)
}

function head(kind: string, id: string, title: string, { colors }: Paper): string {
  return `${colors.dim(kind)} ${colors.bold(colors.cyan(id))}  ${title}`
}

function checkPage({ id, document, metrics, explainedBy, runbooks, causes }: CheckPage, paper: Paper): string[] {
  const { colors, width } = paper
  const weight =
    document.weight === 'notice'
      ? 'notice: evidence for others, never an alarm of its own'
      : 'alarm: firing sets the status of the run'
  const { critical, warn } = document.status
  const conditions = [
    ...(document.each ? [['each', document.each]] : []),
    ...(document.where ? [['only where', document.where]] : []),
    ...(critical ? [['critical', critical]] : []),
    ...(warn ? [['warn', warn]] : []),
  ]
  const params = Object.entries(document.params ?? {}).map(([name, { default: value, help, source }]) => [
    name,
    String(value),
    `${help}${source === undefined ? '' : ` (source: ${source})`}`,
  ])
  const culprits =
    document.culprit === undefined ? [] : typeof document.culprit === 'string' ? [document.culprit] : document.culprit
  return [
    head('check', id, document.check, paper),
    `  ${document.use === 'none' ? (document.topic ?? 'no USE cell') : document.use}, ${weight}`,
    ...section(colors, 'Why', wrapped(document.why, width)),
    ...section(colors, 'Fires when', rows(conditions.map(([name = '', text = '']) => [name, oneLine(text)]))),
    ...section(colors, 'Thresholds', [
      ...rows(params, [colors.cyan]),
      ...(params[0]
        ? [colors.dim(`  another value: tracebook run --param ${id}.${params[0][0] ?? ''}=${params[0][1] ?? ''}`)]
        : []),
    ]),
    ...section(colors, 'Metrics it needs, and where they come from here', originRows(metrics, colors)),
    ...section(
      colors,
      'Who is to blame',
      culprits.map((text) => `  ${text}`),
    ),
    ...section(colors, 'Says', wrapped(document.finding, width)),
    ...section(colors, 'Advice', document.advice === undefined ? [] : wrapped(document.advice, width)),
    ...section(colors, 'Explains, when it fires', lines(document.explains)),
    ...section(colors, 'Explained by', lines(explainedBy)),
    ...section(colors, 'Supports the cause', lines(causes)),
    ...section(colors, 'Used by the runbooks', [...lines(runbooks), ...(runbooks.length === 0 ? ['  none'] : [])]),
  ]
}

function metricPage({ id, metric, file, here, sources, checks }: MetricPage, paper: Paper): string[] {
  const { colors, width } = paper
  const read =
    metric.kind === 'gauge'
      ? `sampled over the window: read it as ${id}.median, .max, .min, .mean, .last, .first, .p90 or .p99`
      : KINDS[metric.kind]
  return [
    head('metric', id, metric.help, paper),
    `  ${metric.kind} in ${BASE[metric.dimension] || 'a plain count'}${metric.per ? `, one per ${metric.per}` : ', one for the host'}${file === undefined ? '' : `, declared in ${file}`}`,
    ...wrapped(read ?? '', width),
    ...section(colors, 'Here', originRows([here], colors)),
    ...section(
      colors,
      'Sources, any of which can give it',
      rows(
        sources.map((source) => [
          source.id,
          source.tier,
          source.unavailable ? `unknown here: ${source.unavailable.reason}` : source.looks.join('; '),
        ]),
        [colors.cyan],
      ),
    ),
    ...section(colors, 'See it yourself', metric.see === undefined ? [] : [`  ${metric.see}`]),
    ...section(colors, 'Checks that read it', checks.length === 0 ? ['  none'] : lines(checks)),
  ]
}

const KINDS: Readonly<Record<string, string>> = {
  rate: "a counter's increase, per second of the window",
  count: "a counter's increase over the window",
  constant: 'does not change during a run',
  text: 'a name',
}

function causePage({ id, title, use, culprit, concluded, advice }: CausePage, paper: Paper): string[] {
  const { colors, width } = paper
  return [
    head('cause', id, title, paper),
    `  ${use === 'none' ? 'no USE cell' : use}; to blame: ${culprit}`,
    ...section(
      colors,
      'Concluded by',
      concluded.length === 0
        ? ['  no runbook of this version']
        : rows(
            concluded.map(({ runbook, when }) => [runbook, `when ${oneLine(when)}`]),
            [colors.cyan],
          ),
    ),
    ...adviceLines(advice, paper),
    ...(advice ? ['', ...wrapped('Then measure again: tracebook run', width, '')] : []),
  ]
}

function adviceLines(advice: CauseAdvice | undefined, { colors, width }: Paper): string[] {
  if (!advice) return section(colors, 'Advice', ['  none written yet'])
  const texts = (all: readonly string[] = []) => all.flatMap((text) => bullet(text, width))
  const tune = (advice.tune ?? []).flatMap(({ knob, current, change, revert, caution }) => [
    ...bullet(`${knob}: ${change}`, width),
    ...(current === undefined ? [] : wrapped(`now: ${current}`, width, '    ')),
    ...wrapped(`revert: ${revert}`, width, '    '),
    ...(caution === undefined ? [] : wrapped(`caution: ${caution}`, width, '    ')),
  ])
  return [
    ...section(colors, 'First, remove the work', texts(advice.remove)),
    ...section(colors, 'Or move it', texts(advice.move)),
    ...section(colors, 'Or tune', tune),
    ...section(colors, 'Or add capacity', texts(advice.add)),
  ]
}

function runbookPage({ id, title, goal, steps, followedBy }: RunbookPage, paper: Paper): string[] {
  const { colors, width } = paper
  const all = steps.flatMap(({ state, depth, text, when, cause }) => {
    const indent = ' '.repeat(2 + depth * 2)
    return [
      `${indent}${colors.cyan(state)}  ${text}${cause === undefined ? '' : ` (cause ${cause})`}`,
      ...(when === undefined ? [] : wrapped(`when ${oneLine(when)}`, width, `${indent}    `).map(colors.dim)),
    ]
  })
  return [
    head('runbook', id, title, paper),
    ...wrapped(goal, width),
    ...section(colors, 'Steps', all),
    ...section(colors, 'Followed by the runbooks', lines(followedBy)),
    '',
    colors.dim(`tracebook plan ${id}   what it would do here; tracebook graph ${id}   a picture`),
  ]
}

function sourcePage({ id, asks, tier, tool, looks, gives, unavailable }: SourcePage, paper: Paper): string[] {
  const { colors, width } = paper
  const here = unavailable
    ? `unknown here: ${unavailable.reason}${unavailable.cure === undefined ? '' : ` (${unavailable.cure})`}`
    : 'works here'
  return [
    head('source', id, asks, paper),
    `  tier ${tier}${tool === undefined ? '' : `, runs ${tool}`}; ${here}`,
    ...section(colors, 'Looks', lines(looks)),
    ...section(colors, 'Gives', wrapped(gives.join(', '), width)),
  ]
}

function originRows(origins: readonly Origin[], colors: Colors): string[] {
  const cells = origins.map(({ metric, source, tier, looks = [], unavailable }) =>
    source === undefined
      ? [
          metric,
          'unknown',
          `${unavailable?.reason ?? ''}${unavailable?.cure === undefined ? '' : ` → ${unavailable.cure}`}`,
        ]
      : [metric, source, `${tier ?? ''}: ${looks.join('; ')}`],
  )
  return rows(cells, [colors.cyan, (text) => (text === 'unknown' ? colors.yellow(text) : text)])
}

function bullet(text: string, width: number): string[] {
  return wrapped(text, width, '    ').map((line, i) => (i === 0 ? `  - ${line.slice(4)}` : line))
}

function lines(all: readonly string[] = []): string[] {
  return all.map((one) => `  ${one}`)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
