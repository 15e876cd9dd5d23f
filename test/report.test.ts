import { assert as always, integer, property, string } from 'fast-check'
import MarkdownIt from 'markdown-it'
import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import { formats } from '../src/generated/formats.ts'
import { report as validate } from '../src/generated/validators.js'
import type { Finding } from '../src/model/finding.ts'
import type { MatrixCell, Report } from '../src/model/report.ts'
import { unavailable } from '../src/model/unavailable.ts'
import { clean, columns, terminal } from '../src/report/escape.ts'
import { renderHtml } from '../src/report/html.ts'
import { renderJson } from '../src/report/json.ts'
import { renderMarkdown } from '../src/report/markdown.ts'
import { matrixOf } from '../src/report/matrix.ts'
import { renderNagios } from '../src/report/nagios.ts'
import { samplesText, sparkline } from '../src/report/sparkline.ts'
import { renderTerminal } from '../src/report/terminal.ts'
import { commandLine, culpritText } from '../src/report/words.ts'
import { HOSTILE } from './support/hostile.ts'
import { idle, interrupted, jammed, unseen, USES } from './support/report.ts'

const REPORTS = { jammed, idle, interrupted, unseen }
/** Everything that must never reach a reader raw; a line feed is ours. */
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u
/** Words of the contract, not of the host. */
const ENUMS = new Set(['status', 'weight', 'confidence', 'order', 'kind', 'unavailable', 'signal', 'tier', 'outcome'])

type Path = readonly (string | number)[]

function slots(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return ENUMS.has(String(path.at(-1))) || isCellVerdict(path) ? [] : [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    slots(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

function isCellVerdict(path: Path): boolean {
  return path[0] === 'matrix' && path.at(-1) === 'verdict'
}

/** The report with `text` in one slot, or in all of them. */
function planted(report: Report, text: string, where?: Path): Report {
  const chosen = new Set((where === undefined ? slots(report) : [where]).map((path) => path.join('/')))
  const replaced = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return chosen.has(path.join('/')) ? text : value
    if (Array.isArray(value)) return value.map((inner, i) => replaced(inner, [...path, i]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, [...path, key])]))
  }
  const copy: Report = JSON.parse(JSON.stringify(replaced(report, [])))
  return copy
}

/** The most credulous reader: raw HTML on, bare addresses become links. */
const reader = new MarkdownIt({ html: true, linkify: true })
reader.linkify.set({ fuzzyLink: false, fuzzyEmail: true })

/** How often each construct occurs. A command may move between a cell and a fence, so those two are left out. */
function structure(markdown: string): Record<string, number> {
  const counts: Record<string, number> = {}
  const add = (type: string) => (counts[type] = (counts[type] ?? 0) + 1)
  for (const token of reader.parse(markdown, {})) {
    add(token.type)
    for (const child of token.children ?? []) add(child.type)
  }
  for (const type of ['text', 'fence', 'code_inline', 'text_special']) delete counts[type]
  return counts
}

function words(markdown: string): string {
  const all = reader
    .parse(markdown, {})
    .flatMap((token) => [...(token.children ?? []), ...(token.type === 'fence' ? [token] : [])])
  return all.map((token) => token.content).join('')
}

describe('golden reports', () => {
  for (const [name, make] of Object.entries(REPORTS)) {
    it(`${name} in Markdown`, () => expect(renderMarkdown(make())).toMatchFileSnapshot(`golden/report-${name}.md`))
    it(`${name} at a terminal`, () => expect(renderTerminal(make())).toMatchFileSnapshot(`golden/report-${name}.txt`))
    it(`${name} as one line`, () => expect(renderNagios(make())).toMatchFileSnapshot(`golden/report-${name}.nagios`))
  }
  it('JSON', () => expect(renderJson(jammed())).toMatchFileSnapshot('golden/report-jammed.json'))
  it('HTML', async () => expect(await renderHtml(jammed())).toMatchFileSnapshot('golden/report-jammed.html'))
})

describe('formats', () => {
  it('are found by the generator, each under its own id and extension', async () => {
    expect(formats.map((format) => format.id)).toEqual(['html', 'json', 'markdown', 'nagios', 'terminal'])
    for (const lazy of formats) {
      const format = await lazy.load()
      expect([format.id, format.extension]).toEqual([lazy.id, lazy.extension])
      expect(await format.render(jammed())).toContain('stress-ng')
    }
  })
})

describe('hostile host text', () => {
  const benign = new Map(
    Object.values(REPORTS).map((make) => [make, structure(renderMarkdown(planted(make(), 'benign')))]),
  )

  it('is sixty texts or more, most of which need something done', () => {
    expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(60)
    // The reader above is no straw man: unescaped, most of these do become something.
    const active = HOSTILE.filter(
      (text) => RAW.test(text) || JSON.stringify(structure(text)) !== JSON.stringify(structure('benign')),
    )
    expect(active.length).toBeGreaterThanOrEqual(45)
  })

  it.each(HOSTILE.map((text) => [JSON.stringify(text), text]))('%s in every slot of every format', async (_, text) => {
    for (const make of Object.values(REPORTS)) {
      const report = planted(make(), text)
      const markdown = renderMarkdown(report)
      expect(markdown).not.toMatch(RAW)
      expect(structure(markdown)).toEqual(benign.get(make))
      expect(words(markdown)).toContain(clean(text).trim().replace(/ +/g, ' '))
      expect(renderNagios(report)).toMatch(
        /^TRACEBOOK (OK|WARNING|CRITICAL|UNKNOWN) - [^|`$&"'<>\\\n]*( \| [\w.=% ]+)?\n$/,
      )
      expect(renderNagios(report)).not.toMatch(RAW)
      const shown = renderTerminal(report, { width: 80 })
      expect(shown).not.toMatch(RAW)
      expect(Math.max(...shown.split('\n').map(columns))).toBeLessThanOrEqual(80)
      const json = renderJson(report)
      expect(json).not.toMatch(RAW)
      expect(JSON.parse(json)).toEqual(report)
    }
    onlyOurTags(await renderHtml(planted(jammed(), text)))
  })

  it('in any one slot changes nothing but that slot', () => {
    const nasty =
      '\u001b[31m| [l](http://e.example) ![i](http://e.example) <b>x</b>\n\n# h\n\n| a |\n| - |\n```\n https://e.example a@e.example'
    const report = jammed()
    // One slot of each shape: the twentieth cell of the matrix is written as the first one is.
    const shapes = new Map(
      slots(report).map((slot) => [slot.map((key) => (Number.isInteger(key) ? '*' : key)).join(), slot]),
    )
    expect(shapes.size).toBeGreaterThan(50)
    for (const slot of shapes.values()) {
      const name = slot.join('.')
      const markdown = renderMarkdown(planted(report, nasty, slot))
      expect(markdown, name).not.toMatch(RAW)
      expect(structure(markdown), name).toEqual(
        structure(renderMarkdown(planted(report, 'benign | x'.padEnd(60, 'x'), slot))),
      )
    }
  })

  it('leaves only colour codes of ours on a terminal', () => {
    const palette = picocolors.createColors(true)
    for (const text of HOSTILE) {
      const shown = renderTerminal(planted(jammed(), text), { palette, fullReport: text })
      expect(shown.replace(/\u001b\[(?:1|2|22|31|32|33|36|39)m/g, '')).not.toMatch(RAW)
    }
  })
})

/** Every tag of the page is one the report makes, with the attributes the report gives it. */
function onlyOurTags(html: string): void {
  const page = html.replace(/<style>[^<]*<\/style>/, '')
  expect(page).not.toMatch(RAW)
  for (const tag of page.match(/<[^>]*>/g) ?? []) {
    expect(tag).toMatch(
      /^<(?:!doctype html|html lang="en"|meta [^<]*|body class="\w+"|div class="wide"|td class="(?:bad|doubt|good|unknown)"|code class="language-sh"|\/?(?:html|head|title|body|main|h1|h2|h3|p|ul|ol|li|strong|code|pre|div|table|thead|tbody|tr|th|td))>$/,
    )
  }
}

describe('clean', () => {
  it('lets nothing through that acts, whatever the text', () => {
    always(
      property(string({ unit: 'binary', maxLength: 200 }), integer({ min: 1, max: 60 }), (text, max) => {
        const cleaned = clean(text, max)
        expect(cleaned).not.toMatch(RAW)
        expect(cleaned).not.toContain('\n')
        expect(Array.from(cleaned).length).toBeLessThanOrEqual(max)
        expect(clean(cleaned, max)).toBe(cleaned)
      }),
    )
  })

  it('shows what was there and leaves honest text alone', () => {
    expect(clean('a\u001b[31mb')).toBe('a\\x1b[31mb')
    expect(clean('\u202eabc\u{e0041}')).toBe('\\u{202e}abc\\u{e0041}')
    expect(clean('a\r\nb\tc\u2028d')).toBe('a b c d')
    for (const text of ['nginx: worker', 'データベース', 'Größe 5 µs', '/dev/mapper/vg-root', 'load ≥ 4 × CPUs'])
      expect(clean(text)).toBe(text)
    expect(clean('x'.repeat(1_000_000)).length).toBe(400)
    expect(terminal('one\ntwo\u001b[0m')).toBe('one\ntwo\\x1b[0m')
  })
})

describe('JSON', () => {
  it.each(Object.entries(REPORTS))('%s follows the schema', (_, make) => {
    expect(validate(JSON.parse(renderJson(make()))), JSON.stringify(validate.errors)).toBe(true)
  })

  it('puts the answer before the record, in the same order every time', () => {
    const keys = Object.keys(JSON.parse(renderJson(jammed())))
    expect(keys.indexOf('diagnoses')).toBeLessThan(keys.indexOf('findings'))
    expect(keys.at(-1)).toBe('observations')
    const { observations, schemaVersion, ...rest } = jammed()
    const shuffled: Report = { observations, ...rest, schemaVersion }
    expect(renderJson(shuffled)).toBe(renderJson(jammed()))
  })

  it('writes nothing the contract does not name, and no number JSON does not have', () => {
    const report = jammed()
    const odd = report.findings.slice(0, 1).map((finding) => ({
      ...finding,
      secret: 'x',
      evidence: finding.evidence.map((row) => ({ ...row, samples: [1, Number.NaN, 2] })),
    }))
    const more = { ...report, secret: 'x', findings: odd }
    const written: Report = JSON.parse(renderJson(more))
    expect(JSON.stringify(written)).not.toContain('secret')
    expect(written.findings[0]?.evidence[0]?.samples).toEqual([1, 2])
    expect(validate(written)).toBe(true)
  })

  const broken: readonly [string, (report: Record<string, unknown>) => void][] = [
    ['an unknown key', (report) => (report['extra'] = 1)],
    ['no diagnoses', (report) => delete report['diagnoses']],
    ['a verdict of three lines', (report) => (report['verdict'] = ['a', 'b', 'c'])],
    ['a local time', (report) => (report['startedAt'] = '2026-10-06T03:12:45+02:00')],
    ['a status of its own', (report) => (report['status'] = 'fine')],
    [
      'unknown without a reason',
      (report) => (report['findings'] = jammed().findings.map((one) => ({ ...one, unavailable: undefined }))),
    ],
    [
      'a reason for being ok',
      (report) => (report['findings'] = jammed().findings.map((one) => ({ ...one, status: 'ok' }))),
    ],
  ]
  it.each(broken)('the schema refuses %s', (_, breakIt) => {
    const report: Record<string, unknown> = JSON.parse(renderJson(jammed()))
    breakIt(report)
    expect(validate(report)).toBe(false)
  })
})

describe('USE matrix', () => {
  const one = (parts: Partial<Finding>): Finding => ({
    check: 'disk.slow',
    status: 'ok',
    weight: 'alarm',
    text: 'text',
    use: 'disk.saturation',
    evidence: [],
    culprits: [],
    ...parts,
  })
  const await_ = (value: string) => [{ metric: 'disk.await', value, from: [], command: '' }]
  const blind = { status: 'unknown', unavailable: unavailable('not installed', 'no iostat') } as const
  const cases: readonly [string, readonly Finding[], MatrixCell['verdict'], string][] = [
    ['nobody looked, though a check exists', [], 'not measured', 'not in this run'],
    [
      'all ok: the instance that came closest speaks',
      [one({ instance: 'sda', evidence: await_('2 ms') }), one({ instance: 'sdb', evidence: await_('900 us') })],
      'ok',
      'sda: disk.await 2 ms',
    ],
    [
      'an alarm fires',
      [one({}), one({ status: 'critical', instance: 'sda', evidence: await_('90 ms') })],
      'problem',
      'sda: disk.await 90 ms',
    ],
    [
      'only a notice fires',
      [one({}), one({ status: 'warn', weight: 'notice', text: 'a bit slow' })],
      'suspect',
      'a bit slow',
    ],
    [
      'one alarm is blind, the other ok: not ok',
      [one({}), one(blind)],
      'unknown',
      'not installed (1 of 2 checks): no iostat',
    ],
    [
      'one alarm can never be answered here, the other is ok: ok, and how many spoke',
      [
        one({ text: '2 disks within limits' }),
        one({ status: 'unknown', unavailable: unavailable('not supported', 'no such hardware') }),
      ],
      'ok',
      '2 disks within limits (1 of 2 checks)',
    ],
    [
      'one alarm can never be answered here, the other had nothing to look at: not ok',
      [
        one({ text: 'no array here' }),
        one({ status: 'unknown', unavailable: unavailable('not supported', 'no such hardware') }),
      ],
      'unknown',
      'not supported (1 of 2 checks): no such hardware',
    ],
    [
      'no alarm had anything to look at: the notice that was read speaks',
      [one({ text: 'no array here' }), one({ text: '2 disks within limits', weight: 'notice' })],
      'ok',
      '2 disks within limits',
    ],
    [
      'no alarm had anything to look at, and the notice is blind: not ok',
      [one({ text: 'no array here' }), one({ ...blind, weight: 'notice' })],
      'unknown',
      'not installed: no iostat',
    ],
    ['nothing here could have the problem', [one({ text: 'this host has no swap' })], 'ok', 'this host has no swap'],
    [
      'no alarm can be answered here: not ok',
      [one({ status: 'unknown', unavailable: unavailable('not supported', 'no such hardware') })],
      'unknown',
      'not supported: no such hardware',
    ],
    [
      'a blind notice does not spoil an ok',
      [one({ text: '2 disks within limits' }), one({ ...blind, weight: 'notice' })],
      'ok',
      '2 disks within limits',
    ],
    ['all blind', [one(blind)], 'unknown', 'not installed: no iostat'],
    [
      'assumed',
      [one({ assumed: 'the disks are rented by the hour' })],
      'ok',
      'assumed: the disks are rented by the hour',
    ],
    [
      'two problems',
      [one({ status: 'warn', text: 'slow' }), one({ status: 'critical', text: 'very slow' })],
      'problem',
      'very slow (+1 more)',
    ],
  ]
  it.each(cases)('%s', (_, findings, verdict, text) => {
    const cell = matrixOf(findings, USES).find((each) => each.resource === 'disk' && each.signal === 'saturation')
    expect([cell?.verdict, cell?.text]).toEqual([verdict, text])
  })

  it('has a row for every resource of the method and for what checks name, in order, and says when no check looks', () => {
    const cells = matrixOf([], [...USES, 'gpu.saturation', 'app.saturation', 'none'])
    const rows = [...new Set(cells.map((cell) => cell.resource))]
    expect(rows.join(' ')).toBe(
      'cpu memory numa disk fs network tcp udp controller interconnect gpu cgroup load limit lock app',
    )
    expect(cells.length).toBe(rows.length * 3)
    const text = (use: string) => cells.find((cell) => `${cell.resource}.${cell.signal}` === use)?.text
    expect(text('app.errors')).toBe('no check looks at this')
    expect(text('interconnect.errors')).toBe('machine checks tell: see memory errors')
  })

  it('names the check that decided a cell first', () => {
    const findings = [one({ check: 'disk.slow' }), one({ check: 'disk.stuck', status: 'critical' })]
    const cell = matrixOf(findings, USES).find((each) => each.resource === 'disk' && each.signal === 'saturation')
    expect(cell?.checks).toEqual(['disk.stuck', 'disk.slow'])
  })

  const whole = (): Report => ({ ...jammed(), runbook: 'use' })

  it('of the whole method is at a terminal a line for each cell, none wider than eighty columns', () => {
    const lines = renderTerminal(whole(), { width: 80 }).split('\n')
    expect(Math.max(...lines.map(columns))).toBeLessThanOrEqual(80)
    const shown = lines.join('\n')
    for (const { checks } of whole().matrix) if (checks[0] !== undefined) expect(shown).toContain(`[${checks[0]}]`)
    const starts = lines.filter((line) => /^(\w+ +| {13})(util|sat |err ) (problem|suspect|ok|unknown|-) /.test(line))
    expect(starts.length).toBe(whole().matrix.length)
  })

  it('of the whole method is in Markdown a row for each cell', () => {
    const rows = renderMarkdown(whole())
      .split('\n')
      .filter((line) => /^\|.*\| (utilization|saturation|errors) +\|/.test(line))
    expect(rows.length).toBe(whole().matrix.length)
  })

  it('keeps every text within sixty characters', () => {
    const long = 'word '.repeat(50)
    const findings = [
      one({ status: 'warn', text: long }),
      one({ status: 'warn', text: long }),
      one({ use: 'cpu.errors', ...blind, unavailable: unavailable('failed', long) }),
    ]
    for (const cell of matrixOf(findings, [])) expect(Array.from(cell.text).length).toBeLessThanOrEqual(60)
  })
})

describe('Markdown', () => {
  it('orders advice by what removes most and ends with measuring again', () => {
    const lines = renderMarkdown(jammed())
      .split('\n')
      .filter((line) => /^\d\. /.test(line))
    expect(lines.map((line) => /^\d\. (?:\*\*)?(\w+)/.exec(line)?.[1])).toEqual([
      'Remove',
      'Move',
      'Tune',
      'Add',
      'Measure',
    ])
  })

  it('ranks the verdict and the cause before everything else', () => {
    const headings = renderMarkdown(jammed())
      .split('\n')
      .filter((line) => line.startsWith('#'))
    expect(headings.slice(0, 2)).toEqual([
      '# web-1, 2026-10-06 03:12:45 UTC, sixty_seconds',
      '## 1. More runnable work than CPUs — stress-ng',
    ])
  })

  it('gives a command with a pipe where it can be copied, not in a table cell', () => {
    const report = jammed()
    const row = { metric: 'task.uninterruptible', value: '3', from: [], command: "ps -eo state,pid,comm | grep '^D'" }
    const findings = report.findings.slice(0, 1).map((finding) => ({ ...finding, evidence: [row] }))
    const markdown = renderMarkdown({ ...report, findings })
    expect(markdown).toContain("```sh\nps -eo state,pid,comm | grep '^D'\n```")
    expect(markdown).toContain('command 1 below')
  })

  it('does not repeat under "Also seen" what a diagnosis rests on or explains', () => {
    const also = /## Also seen\n([^#]*(?:#\/var[^#]*)*)/.exec(renderMarkdown(jammed()))?.[1] ?? ''
    expect(also).toContain('fs.space')
    expect(also).not.toMatch(/load\.high|cpu\.busy/)
  })

  it('shows what was measured of the target', () => {
    const markdown = renderMarkdown({ ...jammed(), target: 'mount:/var' })
    expect(markdown).toContain('What you said is slow: `mount:/var`\n\n- **warn** `fs.space`')
    expect(markdown).toContain('`tracebook run --target mount:/var`')
  })

  it('never folds away a look that failed', () => {
    const report = jammed()
    const template = report.observations[0]
    if (template === undefined) throw new Error('no observation')
    const many = Array.from({ length: 500 }, (_, i) => ({ ...template, id: `tool#${i}`, argv: ['tool', String(i)] }))
    const markdown = renderMarkdown({
      ...report,
      observations: [...many, { ...template, argv: ['last'], outcome: 'timeout' }],
    })
    expect(markdown).toMatch(/timeout .*last/)
    expect(markdown).toContain('501 looks, 1 not ok. 461 more lines are in the JSON report.')
  })
})

describe('Nagios line', () => {
  it('names the resource, the cause, the culprit, and graphs the main figures', () => {
    expect(renderNagios(jammed())).toMatch(
      /^TRACEBOOK CRITICAL - CPU: More runnable work than CPUs \(stress-ng, 8 processes\) \| cpu\.utilization=99\.6% cpu\.runnable=9 /,
    )
  })
  it('says one pid when there is one', () => {
    const [first] = jammed().diagnoses
    if (first === undefined) throw new Error('no diagnosis')
    const report = {
      ...jammed(),
      findings: [],
      diagnoses: [{ ...first, culprits: [{ kind: 'process', name: 'a|b', pid: 7 } as const] }],
    }
    expect(renderNagios(report)).toBe('TRACEBOOK CRITICAL - CPU: More runnable work than CPUs (a/b, pid 7)\n')
  })
})

describe('words', () => {
  it('sparklines show the shape, in the unit of the value', () => {
    expect(sparkline([0, 0, 0])).toBe('▁▁▁')
    expect(sparkline([0, 50, 100])).toBe('▁▅█')
    expect(samplesText([0.011, 0.0125, 0.02], '12.5 ms')).toBe('▅▅█ 11 12.5 20')
    expect(samplesText([2 ** 30, 2 ** 31], '1.5 GiB')).toBe('▅█ 1 2')
    expect(samplesText([5], '5')).toBe('')
    expect(
      samplesText(
        Array.from({ length: 30 }, (_, i) => i),
        '15',
      ),
    ).toMatch(/^.{12} 0 to 29, median 14$/u)
  })
  it('culprits and commands read as a person would write them', () => {
    expect(culpritText({ kind: 'disk', name: 'sda' })).toBe('disk sda')
    expect(culpritText({ kind: 'listener', name: '0.0.0.0:8080', port: 8080, comm: 'java', pid: 9 })).toBe(
      'port 8080 (java, pid 9)',
    )
    expect(culpritText({ kind: 'process', name: 'stress-ng', pids: [3, 1, 2] }, 2)).toBe(
      'stress-ng (3 processes: 3, 1, …)',
    )
    expect(commandLine(['grep', '-r', "it's", '/proc/*'])).toBe("grep -r 'it'\\''s' '/proc/*'")
  })
})
