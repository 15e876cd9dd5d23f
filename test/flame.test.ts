// Stacks: real output of perf, bpftrace and libbpf-tools → folded, against stackcollapse-perf.pl; drawings of hostile names; laws of folding.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  foldBpftrace,
  foldFolded,
  foldPerfScript,
  foldStackBlocks,
  plainFrame,
  sortedToSvg,
  toFolded,
  topFrames,
  toSpeedscope,
  toSvg,
  type Folder,
  type Opened,
  type PerfScriptOptions,
} from '../src/flame/index.ts'
import { StackTable } from '../src/flame/stack-table.ts'
import { SCRIPT } from '../src/flame/svg-script.ts'
import type { Stacks } from '../src/model/stacks.ts'

const folder = join(import.meta.dirname, '../src/flame/fixtures')
const fixture = (name: string): string => readFileSync(join(folder, name), 'utf8')
const fed = (to: Folder, text: string | Buffer, size = 1 << 16): Stacks => {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) to.push(bytes.subarray(at, at + size))
  return to.end()
}
const perf = (text: string | Buffer, options?: PerfScriptOptions, size?: number) =>
  fed(foldPerfScript(options), text, size)
const stacksOf = (list: readonly (readonly [string, number])[], dimension: Stacks['dimension'] = 'count'): Stacks => ({
  kind: 'stacks',
  dimension,
  total: list.reduce((sum, [, weight]) => sum + weight, 0),
  stacks: list.map(([path, weight]) => ({ frames: path.split(';'), weight })),
})
const sortedLines = (text: string) => text.split('\n').filter(Boolean).sort()

describe('perf script', () => {
  const names = readdirSync(folder).filter((name) => name.startsWith('perf-') && name.endsWith('.txt'))
  test('there are fixtures of two versions', () => expect(names.length).toBeGreaterThanOrEqual(6))

  test.each(names)('%s folds as stackcollapse-perf.pl does', (name) => {
    const stacks = perf(fixture(name), { annotate: false })
    const theirs = fixture(name.replace('.txt', '.folded'))
    expect(sortedLines(toFolded(stacks))).toEqual(sortedLines(theirs))
    expect(stacks.unread).toBe(0)
    const sum = sortedLines(theirs).reduce((all, line) => all + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    expect(stacks.total).toBe(sum)
  })

  test.each(names.filter((name) => !/dwarf|java/.test(name)))(
    '%s: kernel, inlined and generated code are marked',
    (name) => {
      expect(sortedLines(toFolded(perf(fixture(name))))).toEqual(
        sortedLines(fixture(name.replace('.txt', '.all.folded'))),
      )
    },
  )

  test('inlined functions are marked where perf names them', () => {
    expect(toFolded(perf(fixture('perf-6.1-dwarf.txt')))).toContain('__libc_start_main_impl_[i]')
  })

  test('generated code of Node and Java has its function names', () => {
    expect(toFolded(perf(fixture('perf-6.1-node.txt')))).toMatch(/JS:\*matchLines \/srv\/spin\.js:2:20_\[j\]/)
    expect(toFolded(perf(fixture('perf-6.1-java.txt')))).toMatch(/;void Spin\.main_\[j\]/)
  })

  test('Java classes lose their L, also in a thread that is not called java', () => {
    const text = 'http-nio-1 77/78 [001] 12.5: cpu-clock: \n\t7f Lorg/foo/Bar;::baz+0x1c (/tmp/perf-77.map)\n\n'
    expect(toFolded(perf(text))).toBe('http-nio-1;org/foo/Bar:::baz_[j] 1\n')
    expect(toFolded(perf(text, { annotate: false }))).toBe('http-nio-1;Lorg/foo/Bar:::baz 1\n')
  })

  test('samples instead of periods', () => {
    const text = fixture('perf-6.1-billing.txt')
    expect(perf(text, { weight: 'samples' }).total).toBe(text.split('\n\n').filter(Boolean).length)
  })

  test('where chunks end makes no difference', () => {
    const text = fixture('perf-6.1-node.txt')
    const whole = toFolded(perf(text))
    for (const size of [1, 7, 4096, 65_537]) expect(toFolded(perf(text, {}, size))).toBe(whole)
  })

  test('a function is the same at any address', () => {
    const sample = (line: string) => `app 5/5 [000] 1.5: cycles: \n${line}\n\n`
    const at = [
      '\t7f00a main+0x1 (/app)',
      '\t    7f00b main+0x1 (/app)',
      '  _Z9  main+0x1 (/app)',
      ' 7f00a\tmain+0x1 (/app)',
    ]
    expect(toFolded(perf(at.map(sample).join('')))).toBe('app;main 4\n')
  })

  test.each([
    // No name before the parenthesis: Perl's expression, and so everybody's, looks for one within the address.
    ['\t7fa (x)', 'app;a'],
    ['\t7fb (x)', 'app;b'],
    ['\t7fb  (x)', 'app; '],
    ['\t7fa (x) (y)', 'app'],
    ['\t7fb +0x1f (x)', 'app'],
    ['\t7fb f\r (x)', undefined],
    ['\t7fb \rf (x)', 'app;f'],
    ['\t-1 f (x)', undefined],
    ['\t-1', undefined],
  ])('a line of an odd form: %j', (line, path) => {
    // Twice, and after one that differs in the address only: what is known of lines must not be mixed up.
    for (const before of ['', `app 5/5 [000] 1.5: cycles: \n${line.replace('7f', '8e1')}\n${line}\n`]) {
      const { stacks, unread } = perf(`app 5/5 [000] 1.5: cycles: \n${line}\n\n`, { annotate: false })
      expect({ path: stacks[0]?.frames.join(';'), unread }).toEqual({
        path: path ?? 'app',
        unread: path === undefined ? 1 : 0,
      })
      const more = perf(`${before}\n\napp 5/5 [000] 1.5: cycles: \n${line}\n\n`, { annotate: false })
      expect(more.stacks.map(({ frames }) => frames.join(';'))).toContain(path ?? 'app')
    }
  })

  test('the first event counts, samples of others do not', () => {
    const sample = (event: string, name: string) => `app 5/5 [000] 1.5:  3 ${event}: \n\t1 ${name}+0x1 (/app)\n\n`
    const text = sample('cycles', 'a') + sample('faults', 'b') + sample('cycles', 'a')
    expect(toFolded(perf(text))).toBe('app;a 6\n')
  })

  test('what is no output of perf script has no stacks and says so', () => {
    for (const text of ['garbage\n', '\tgarbage\n', 'failed to open perf.data: No such file or directory\n']) {
      const { stacks, unread } = perf(text)
      expect(stacks).toEqual([])
      expect(unread).toBe(1)
    }
    expect(perf('')).toMatchObject({ total: 0, stacks: [], unread: 0 })
  })

  test('a line without end is dropped and the samples around it stay', () => {
    const sample = 'app 5/5 [000] 1.5: cycles: \n\t1 a+0x1 (/app)\n\n'
    const { total, unread } = perf(`${sample}${'x'.repeat(300_000)}\n${sample}`)
    expect({ total, unread }).toEqual({ total: 2, unread: 1 })
  })

  test('bytes of any kind do not throw, and the sum stays the sum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (noise, size) => {
        const sample = Buffer.from('\n\napp 5/5 [000] 1.5: zz-event: \n\t1 zz_last+0x1 (/app)\n\n')
        const text = Buffer.concat([Buffer.from(noise), sample])
        const { stacks, total } = perf(text, {}, size)
        return (
          stacks.reduce((sum, { weight }) => sum + weight, 0) === total &&
          stacks.every(({ frames }) => frames.length > 0)
        )
      }),
    )
  })
})

describe('bpftrace', () => {
  test.each([
    ['bpftrace-0.17-text.txt', 47, 'billing-api;__libc_start_call_main;price 43'],
    ['bpftrace-0.17-json.txt', 38, 'billing-api;__libc_start_call_main;price 32'],
    ['bpftrace-0.23-text.txt', 57, 'billing-api;[unknown];price 53'],
    ['bpftrace-0.23-json.txt', 10, 'billing-api;[unknown];price 8'],
  ])('%s', (name, total, line) => {
    const stacks = foldBpftrace(fixture(name))
    expect(stacks).toMatchObject({ total, unread: 0, dimension: 'count' })
    expect(toFolded(stacks).split('\n')).toContain(line)
    expect(stacks.stacks.every(({ frames }) => frames[0] === 'billing-api')).toBe(true)
  })

  test('kernel frames stand above the user frames and are marked', () => {
    expect(toFolded(foldBpftrace(fixture('bpftrace-0.17-json.txt')))).toMatch(
      /^billing-api;start_thread;sleeper;clock_nanosleep;entry_SYSCALL_64_after_hwframe_\[k\];do_syscall_64_\[k\];/m,
    )
  })

  test('nanoseconds become seconds', () => {
    const { total, dimension } = foldBpftrace(fixture('bpftrace-0.17-text.txt'), { unit: 'ns' })
    expect(dimension).toBe('seconds')
    expect(total).toBeCloseTo(47e-9, 15)
  })

  test('another map is left out; garbage is unread', () => {
    expect(foldBpftrace(fixture('bpftrace-0.17-json.txt'), { map: '@other' }).stacks).toEqual([])
    expect(foldBpftrace('ERROR: failed to attach\n')).toMatchObject({ stacks: [], unread: 1 })
    expect(foldBpftrace('{"type": "map", "data": {"@": {"\\n a\\n,x": 1}}\n').unread).toBe(1)
  })
})

describe('libbpf-tools and bcc', () => {
  test.each([
    ['libbpf-0.26-offcputime.txt', 'us', 1.900976, 'sleeper;clock_nanosleep'],
    ['libbpf-0.31-offcputime.txt', 'us', 1.849228, 'sleeper;[unknown]'],
    ['libbpf-0.31-profile.txt', 'count', 31, 'billing-api;[unknown];price 28'],
  ] as const)('%s', (name, unit, total, part) => {
    const stacks = foldStackBlocks(fixture(name), unit)
    expect(stacks.total).toBeCloseTo(total, 6)
    expect(stacks.unread).toBe(0)
    expect(toFolded(stacks)).toContain(part)
    expect(toFolded(stacks)).not.toContain('bpf_prog')
  })

  test('folded lines: the frames after the dash are the kernel’s', () => {
    const text = fixture('libbpf-0.31-profile-folded.txt')
    const stacks = fed(foldFolded(), text)
    const sum = sortedLines(text).reduce((all, line) => all + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    expect(stacks).toMatchObject({ total: sum, unread: 0 })
    expect(toFolded(stacks)).toMatch(/^dd;\[unknown\];entry_SYSCALL_64_after_hwframe_\[k\];do_syscall_64_\[k\] 7$/m)
  })

  test('folded lines read back are the same lines', () => {
    const name = fc.stringMatching(/^[a-z_:.<>()$ -]{1,20}$/).filter((text) => !/^--?$|^ | $/.test(text))
    const lines = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 6 }), {
      selector: (frames) => frames.join(';'),
      minLength: 1,
    })
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 1e9 }), (all, weight) => {
        const text = all
          .map((frames) => `${frames.join(';')} ${weight}\n`)
          .sort()
          .join('')
        expect(toFolded(fed(foldFolded(), text, 13))).toBe(text)
      }),
    )
  })

  test('lines in any order, some of them twice: each stack once, in the order of its frames', () => {
    const frames = fc.array(fc.constantFrom('a', 'ab', 'a:', 'a b', 'b', 'é', '\uffff', '𐀀'), {
      minLength: 1,
      maxLength: 5,
    })
    // As sorted lines: `a:` and `a b` stand before `a;`, and what ends there before what goes on.
    const before = (a: readonly string[], b: readonly string[]): number => {
      const at = a.findIndex((frame, i) => frame !== b[i])
      if (at < 0) return a.length - b.length
      return b[at] === undefined ? 1 : Buffer.compare(Buffer.from(`${a[at]};`), Buffer.from(`${b[at]};`))
    }
    fc.assert(
      fc.property(fc.array(fc.tuple(frames, fc.integer({ min: 1, max: 9 })), { maxLength: 60 }), (all) => {
        const sums = new Map<string, number>()
        for (const [path, weight] of all) sums.set(path.join(';'), (sums.get(path.join(';')) ?? 0) + weight)
        const expected = [...sums]
          .map(([path, weight]) => ({ frames: path.split(';'), weight }))
          .sort((a, b) => before(a.frames, b.frames))
        const stacks = fed(foldFolded(), all.map(([path, weight]) => `${path.join(';')} ${weight}\n`).join(''), 17)
        expect(stacks.stacks).toEqual(expected)
        expect(toSvg({ ...stacks, stacks: expected.toReversed() }, { title: 't' })).toBe(toSvg(stacks, { title: 't' }))
      }),
    )
  })

  test('what a line has in common with the one before is not more than it has', () => {
    // The blank before the number of the first line is read as the end of a frame.
    const { stacks, unread } = fed(foldFolded(), 'a;b 5\na;b;5\na;b;5 3\n\na;b;5 3\na;bc;5 3\na 1\n')
    expect(stacks.map(({ frames, weight }) => `${frames.join(';')} ${weight}`)).toEqual([
      'a 1',
      'a;b 5',
      'a;b;5 6',
      'a;bc;5 3',
    ])
    expect(unread).toBe(1)
  })

  test('lines without a number are unread', () => {
    expect(fed(foldFolded(), 'a;b\na;b x\n 5\na;b 5\n')).toMatchObject({ total: 5, unread: 3 })
  })
})

describe('top frames', () => {
  test('the function and its share', () => {
    const { leaves, path } = topFrames(perf(fixture('perf-6.1-billing.txt')))
    expect(leaves[0]?.name).toBe('price')
    expect(leaves[0]?.share).toBeGreaterThan(0.5)
    expect(path[0]).toMatchObject({ name: 'billing-api', share: 1 })
  })

  test('off the CPU: the code that waits, not the scheduler', () => {
    const { leaves } = topFrames(foldStackBlocks(fixture('libbpf-0.26-offcputime.txt'), 'us'))
    expect(leaves.map(({ name }) => name).slice(0, 2)).toEqual(['do_nanosleep', 'futex_do_wait'])
  })

  test('one process of several', () => {
    const all = stacksOf([
      ['V8_Worker;a;b', 3],
      ['app;main;x', 6],
      ['app;main;y_[k]', 2],
      ['app;z', 1],
    ])
    const top = topFrames(all, { process: 'app' })
    expect(top).toMatchObject({ weight: 9, share: 0.75 })
    expect(top.leaves.map(({ name, weight }) => [name, weight])).toEqual([
      ['x', 6],
      ['y', 2],
      ['z', 1],
    ])
    expect(top.path.map(({ name }) => name)).toEqual(['app', 'main', 'x'])
    expect(topFrames(all, { process: 'V8 Worker' }).weight).toBe(3)
    expect(topFrames(stacksOf([]))).toMatchObject({ weight: 0, share: 0, path: [], leaves: [] })
  })

  test('names for people', () => {
    expect(plainFrame('JS:*next /srv/app.js:3:7_[j]')).toBe('next /srv/app.js:3:7')
    expect(plainFrame('LazyCompile:~run /srv/app.js:3:7')).toBe('run /srv/app.js:3:7')
  })
})

describe('flame graph', () => {
  const drawn = (svg: string) =>
    [
      ...svg.matchAll(
        /<g class="(\w+)"><title>(.*?) \(([\d,.]+) (?:samples?|s|ms), ([\d.]+)%\)<\/title><rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g,
      ),
    ].map(([, colour, name, weight, share, x, y, width]) => ({
      name,
      weight: Number(weight?.replaceAll(',', '')),
      share: Number(share),
      colour,
      x: Number(x),
      y: Number(y),
      width: Number(width),
    }))

  test('each frame is as wide as its share and lies within its parent', () => {
    const frames = drawn(toSvg(perf(fixture('perf-6.1-node.txt'), { weight: 'samples' }), { title: 't' }))
    const root = frames.at(-1)
    expect(root).toMatchObject({ name: 'all', share: 100, width: 1180 })
    for (const frame of frames) {
      expect(Math.abs(frame.width - (1180 * frame.weight) / (root?.weight ?? 0))).toBeLessThan(0.01)
      const parents = frames.filter(
        ({ x, y, width }) => y === frame.y - 16 && x <= frame.x + 0.011 && x + width >= frame.x + frame.width - 0.011,
      )
      expect(parents.length).toBe(frame === root ? 0 : 1)
    }
  })

  test('same stacks, same bytes, whatever their order', () => {
    const stacks = perf(fixture('perf-6.1-node.txt'))
    const turned = { ...stacks, stacks: stacks.stacks.toReversed() }
    expect(toSvg(turned, { title: 't' })).toBe(toSvg(stacks, { title: 't' }))
  })

  test('colours say whose code it is', () => {
    const all = stacksOf([
      ['a;k_[k]', 1],
      ['a;i_[i]', 1],
      ['a;j_[j]', 1],
      ['a;u', 1],
    ])
    const frames = drawn(toSvg(all, { title: 't' }))
    for (const kind of ['k', 'i', 'j', 'u'])
      expect(frames.find(({ name }) => name?.startsWith(kind))?.colour?.[0]).toBe(kind)
  })

  const HOSTILE = [
    '</title></g><script>alert(1)</script>',
    ']]></script><script>alert(1)</script>',
    '" onload="alert(1)',
    "' onmouseover='alert(1)",
    '&lt;script&gt;&#x0;',
    '<image href="http://example.com/x.png"/>',
    '\u202egnp.exe\u202c\u0000\u001b[2J\u0007',
    '\ud800broken\udfff',
    '<!--',
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
  ]
  test.each(HOSTILE)('a name cannot become markup: %j', (name) => {
    const svg = toSvg(stacksOf([[`app;${name.replaceAll(';', ':')};leaf`, 1]]), { title: name, subtitle: name })
    const plain = toSvg(stacksOf([['app;name;leaf', 1]]), { title: 'name', subtitle: 'name' })
    const elements = (text: string) => [...text.replace(SCRIPT, '').matchAll(/<[/!?a-z][^\s>]*/gi)].map(([tag]) => tag)
    expect(elements(svg).filter((tag) => tag !== '<text' && tag !== '</text')).toEqual(
      elements(plain).filter((tag) => tag !== '<text' && tag !== '</text'),
    )
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(svg.replace(SCRIPT, '')).not.toMatch(/\son\w+\s*=\s*["']/)
    expect(svg).not.toMatch(/\p{Cs}/u)
  })

  test('XML that an XML parser reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flame-'))
    const file = join(folder, 'x.svg')
    writeFileSync(
      file,
      toSvg(stacksOf(HOSTILE.map((name) => [`app;${name.replaceAll(';', ':')}`, 1] as const)), { title: '<&>' }),
    )
    const { status, stderr } = spawnSync(
      'python3',
      ['-c', 'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])', file],
      { encoding: 'utf8' },
    )
    rmSync(folder, { recursive: true })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('nothing is fetched from anywhere', () => {
    const svg = toSvg(perf(fixture('perf-6.1-billing.txt')), { title: 't' })
    expect(svg.match(/https?:\/\/[^"' ]+/g)).toEqual(['http://www.w3.org/2000/svg', 'http://www.w3.org/2000/svg'])
    expect(svg).not.toMatch(/\bhref\b|@import|url\(/)
  })

  test('the script is JavaScript and sets names only as text', () => {
    expect(() => runInNewContext(`(() => {${SCRIPT}})`)).not.toThrow()
    expect(SCRIPT).not.toMatch(/innerHTML|insertAdjacentHTML|outerHTML|document\.write|eval\(|]]>/)
  })

  test('nothing to draw is still a picture', () => {
    expect(drawn(toSvg(stacksOf([]), { title: 't' }))).toEqual([])
    expect(toSvg(stacksOf([]), { title: 't' })).toMatch(/<\/svg>\n$/)
  })

  test('frames narrower than a tenth of a pixel are left out', () => {
    const names = drawn(
      toSvg(
        stacksOf([
          ['app;wide', 99_999],
          ['app;thin', 1],
        ]),
        { title: 't' },
      ),
    ).map(({ name }) => name)
    expect(names).toEqual(['wide', 'app', 'all'])
  })

  test('time waited is written as time', () => {
    expect(
      toSvg(
        stacksOf(
          [
            ['app;read', 1.5],
            ['app;write', 0.0025],
          ],
          'seconds',
        ),
        { title: 't', kind: 'offcpu' },
      ),
    ).toMatch(/read \(1\.50 s, 99\.83%\)[^]*write \(2\.500 ms, 0\.17%\)/)
  })
})

describe('sorted lines, drawn without a table', () => {
  const pushed = (text: string, size: number): string | undefined => {
    const bytes = Buffer.from(text)
    const open: Opened = (use) => {
      let from = 0
      use((into, at, most) => {
        const count = bytes.copy(into, at, from, from + Math.min(size, most))
        from += count
        return count
      })
    }
    return sortedToSvg(open, 'count', { title: 't' })?.svg
  }
  const folded = (text: string): string => toSvg(fed(foldFolded(), text), { title: 't' })
  const key = (path: readonly string[]): Buffer => Buffer.from(`${path.join(';')};`)

  test('the same picture as from the table', () => {
    const frames = fc.array(fc.constantFrom('a', 'ab', 'a:', 'a b', '', 'é', '\uffff', '𐀀', 'a_long_name'), {
      minLength: 1,
      maxLength: 7,
    })
    const weight = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(40_000))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(frames, weight), { maxLength: 60 }),
        fc.integer({ min: 1, max: 100 }),
        (all, size) => {
          const text = all
            .toSorted(([a], [b]) => Buffer.compare(key(a), key(b)))
            .map(([path, samples]) => `${path.join(';')} ${samples}\n`)
            .join('')
          expect(pushed(text, size) ?? folded('')).toBe(folded(text))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('more frames than have a place at first, and lines too light to be drawn', () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => {
      const [one, two] = [String(i >> 8).padStart(4, '0'), String(i & 255).padStart(4, '0')]
      return `app;main;f${one};g${two};h${i} ${i % 5000 === 0 ? 900 : 1}\n`
    })
    const svg = pushed(lines.join(''), 65_536)
    expect(svg).toBe(folded(lines.join('')))
    expect(svg).toContain('h25000 (900 samples')
    expect(svg).not.toContain('h25001')
  })

  test('what the table holds one way is not drawn the other: sent back', () => {
    expect(pushed('b 1\na 1\n', 100)).toBeUndefined()
    // `sort` puts fork.c between fork and what fork calls.
    expect(pushed('a;fork 10\na;fork.c;x 10\na;fork;y 10\n', 100)).toBeUndefined()
    expect(pushed('a;b;c 1\na;b 1\n', 100)).toBeUndefined()
    expect(pushed('a;-;k 10\n', 100)).toBeUndefined()
  })

  test('lines that are none are passed over', () => {
    expect(pushed('a;b 1\nnothing\n\na;c x\na;d 0\na;e 2', 3)).toBe(folded('a;b 1\na;e 2\n'))
    expect(pushed('', 1)).toBeUndefined()
  })
})

test('stacks are arrays for those who ask: written, copied, changed', () => {
  const stacks = perf(fixture('perf-6.1-billing.txt'))
  expect(JSON.parse(JSON.stringify(stacks))).toEqual({ ...stacks })
  const half = { ...stacks, stacks: stacks.stacks.slice(0, 2) }
  expect(toSvg(half, { title: 't' })).not.toBe(toSvg(stacks, { title: 't' }))
  expect(toFolded(half).split('\n').length).toBe(3)
})

test('more stacks than are held: the rest is counted at its root, the total stays right', () => {
  const table = new StackTable()
  const path = new Int32Array(4096).fill(table.frame('x'))
  for (let i = 0; i < 4200; i++) {
    path[4095] = table.frame(`n${i}`)
    table.add(path, 0, path.length, 1)
  }
  const { size, depths, weights } = table.paths()
  expect({ size, depth: depths[0], weight: weights[0] }).toEqual({ size: 4097, depth: 1, weight: 104 })
  expect(weights.reduce((sum, weight) => sum + weight)).toBe(4200)
})

test('speedscope: weights and frames belong together', () => {
  const stacks = perf(fixture('perf-6.1-billing.txt'))
  const { shared, profiles } = JSON.parse(toSpeedscope(stacks, 'cpu')) as {
    shared: { frames: { name: string }[] }
    profiles: { type: string; unit: string; samples: number[][]; weights: number[]; endValue: number }[]
  }
  const [profile] = profiles
  expect(profile).toMatchObject({ type: 'sampled', unit: 'none', endValue: stacks.total })
  expect(profile?.samples.map((ids) => ids.map((id) => shared.frames[id]?.name))).toEqual(
    stacks.stacks.map(({ frames }) => frames),
  )
  expect(profile?.weights).toEqual(stacks.stacks.map(({ weight }) => weight))
})
