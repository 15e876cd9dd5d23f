// Escalation on this very host: a finding leads to a probe, instruments agree, hostile and poor surroundings end in a stated unknown.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Escalation } from '../../src/model/escalation.ts'
import { percentile } from '../../src/model/distribution.ts'
import { has } from '../support/faults.ts'
import { isRoot, reportOf, toolFolder, tracebook, type Conditions } from '../support/product.ts'

const TRACERS = ['bpftrace', 'perf', 'runqlat', 'biolatency', 'runqlat-bpfcc', 'stap', 'lttng']
const folder = mkdtempSync(join(tmpdir(), 'tracebook-escalation-'))
const spinner = join(folder, 'billing-api')
const SOURCE = `
volatile unsigned long x;
__attribute__((noinline)) void reconcile_ledger(void) { for (int i = 0; i < 1000000; i++) x = x * 6364136223846793005UL + 1; }
int main(void) { for (;;) reconcile_ledger(); }
`
let running: ChildProcess[] = []

function launch(count: number, file: string, ...argv: string[]): Promise<void> {
  for (let i = 0; i < count; i++) running.push(spawn(file, argv, { detached: true, stdio: 'ignore' }))
  return sleep(500)
}

function ask(args: readonly string[], conditions: Conditions = {}): Escalation {
  const { stdout, stderr } = tracebook(['probe', ...args, '--json'], { timeoutMs: 110_000, ...conditions })
  try {
    return JSON.parse(stdout) as Escalation
  } catch {
    throw new Error(`no JSON: ${stderr.slice(0, 1000)}`)
  }
}

const reasons = (one: Escalation | undefined) =>
  (one?.tried ?? []).map(({ backEnd, why }) => `${backEnd}: ${why?.reason ?? 'answered'}`)

beforeAll(() => {
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'spin.c'), SOURCE)
  if (has('gcc')) spawnSync('gcc', ['-O1', '-fno-omit-frame-pointer', '-o', spinner, join(folder, 'spin.c')])
})
afterEach(async () => {
  for (const child of running) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  running = []
  await sleep(300)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!isRoot || !has('gcc') || !has('perf') || !has('bpftrace'))('live escalation', () => {
  test('six spinners on the CPUs: the wait is measured, the function is named, confidence is high', async () => {
    await launch(6, spinner)
    const report = reportOf(
      tracebook(['run', 'cpu', '--auto', '--format', 'json', '--max-overhead', 'medium'], { timeoutMs: 110_000 }),
    )
    const [first] = report.diagnoses
    expect(first).toMatchObject({ cause: 'cpu.saturated', confidence: 'high' })
    expect(JSON.stringify(first?.culprits)).toContain('billing-api')
    const wait = report.escalations?.find(({ metric }) => metric === 'sched.wakeup_latency')
    expect(wait?.outcome, reasons(wait).join('; ')).toBe('answered')
    const code = report.findings.find(({ check }) => check === 'cpu.hot_code')
    expect(code?.text).toContain('reconcile_ledger of billing-api')
    expect(first?.findings).toContain('cpu.hot_code')
  })

  test('bpftrace, perf and Ftrace agree on the wait for a CPU', async () => {
    await launch(6, spinner)
    const longest = ['bpftrace', 'perf', 'ftrace'].map((by) => {
      const { answer, why } = ask(['wakeup_latency', '--by', by, '--seconds', '2s', '--max-overhead', 'high'])
      if (answer?.kind !== 'distribution') throw new Error(`${by}: ${why?.reason ?? 'no distribution'}`)
      return percentile(answer, 0.99)?.value ?? 0
    })
    // Time slices of milliseconds, in all of them; a bucket spans a factor of two, and the windows are not the same.
    expect(Math.min(...longest)).toBeGreaterThan(1e-3)
    expect(Math.max(...longest) / Math.min(...longest)).toBeLessThan(20)
  })

  test('a writer that waits for each write: the latency of its block I/O, by its name', async () => {
    const file = join(folder, 'journal.dat')
    await launch(1, 'dd', 'if=/dev/zero', `of=${file}`, 'bs=4k', 'count=400000', 'oflag=dsync')
    const { outcome, answer } = ask(['block_latency', '--seconds', '2s', '--max-overhead', 'high'])
    expect(outcome).toBe('answered')
    expect(answer?.kind).toBe('distribution')
    const { answer: who } = ask(['block_issuers', '--seconds', '2s', '--max-overhead', 'high'])
    expect(who?.kind === 'tally' && who.rows.some(({ labels }) => labels['comm'] === 'dd')).toBe(true)
  })

  test('unprivileged: each question ends in a stated unknown, and the diagnosis stands all the same', async () => {
    await launch(6, spinner)
    const report = reportOf(tracebook(['run', 'cpu', '--auto', '--format', 'json'], { unprivileged: true }))
    expect(report.diagnoses[0]?.cause).toBe('cpu.saturated')
    expect(report.escalations?.length).toBeGreaterThan(0)
    for (const one of report.escalations ?? []) {
      expect(one.outcome).toBe('impossible')
      expect(one.why?.reason).not.toBe('')
      expect(one.would).toBeDefined()
    }
    expect(report.findings.find(({ check }) => check === 'cpu.long_waits')?.status).toBe('unknown')
  })

  test('tools that lie, exit 0 and empty: their back ends are broken instruments, and nobody is believed', () => {
    const tools = toolFolder(TRACERS)
    for (const name of TRACERS) writeFileSync(join(tools.path, name), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    try {
      for (const by of ['bpftrace', 'libbpf-tools', 'perf', 'bcc']) {
        const one = ask(['wakeup_latency', '--by', by, '--seconds', '1s', '--max-overhead', 'high'], {
          env: { TRACEBOOK_PATH: tools.path, XDG_RUNTIME_DIR: folder },
        })
        expect(one.outcome, by).not.toBe('answered')
        expect(reasons(one).join(), by).toMatch(
          /saw nothing|broken|not understood|printed|did not say|no lines|wants|cannot be predicted/,
        )
      }
    } finally {
      tools.remove()
      // What the lying tools could do must not be remembered of the true ones.
      forgetCapabilities()
    }
  })

  test('a tool that attaches and then says nothing did not come to the end of its program', () => {
    const tools = toolFolder(['bpftrace'])
    const attached = JSON.stringify({ type: 'attached_probes', data: { probes: 9 } })
    writeFileSync(join(tools.path, 'bpftrace'), `#!/bin/sh\ncat >/dev/null\necho '${attached}'\n`, { mode: 0o755 })
    try {
      const one = ask(['dns_latency', '--by', 'bpftrace', '--seconds', '1s', '--max-overhead', 'high'], {
        env: { TRACEBOOK_PATH: tools.path, XDG_RUNTIME_DIR: folder },
      })
      expect(one.outcome).not.toBe('answered')
      expect(reasons(one).join()).toMatch(/did not come to the end of its program/)
    } finally {
      tools.remove()
      forgetCapabilities()
    }
  })

  test.skipIf(spawnSync('unshare', ['-m', 'true']).status !== 0)('without tracefs: unknown, with the reason', () => {
    const hide =
      'umount -l /sys/kernel/tracing /sys/kernel/debug 2>/dev/null; mount -t tmpfs none /sys/kernel 2>/dev/null; exec "$@"'
    const one = ask(['wakeup_latency', '--seconds', '1s', '--max-overhead', 'high'], {
      prefix: ['unshare', '-m', 'sh', '-c', hide, 'sh'],
    })
    forgetCapabilities()
    expect(one.outcome).not.toBe('answered')
    expect(one.why?.reason).toBeDefined()
    expect(one.tried.length).toBeGreaterThan(3)
  })

  test.skipIf(spawnSync('unshare', ['-m', 'true']).status !== 0)(
    'without the types of the kernel (BTF): what needs them says so, and another instrument answers',
    async () => {
      await launch(6, spinner)
      const hide = 'mount -t tmpfs none /sys/kernel/btf; exec "$@"'
      const prefix = ['unshare', '-m', 'sh', '-c', hide, 'sh']
      const question = ['wakeup_latency', '--seconds', '1s', '--max-overhead', 'high']
      const compiled = ask([...question, '--by', 'libbpf-tools'], { prefix })
      const any = ask(question, { prefix })
      forgetCapabilities()
      expect(compiled.outcome).not.toBe('answered')
      expect(reasons(compiled).join()).toMatch(/BTF|vmlinux|failed to (?:find|load|open)/i)
      expect(any.outcome, reasons(any).join('; ')).toBe('answered')
    },
  )

  test('above the limit of the policy nothing is attached, and the report says what it would have cost', async () => {
    await launch(1, 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1')
    const one = ask(['syscall_counts', '--by', 'bpftrace', '--seconds', '1s', '--max-overhead', 'low'])
    expect(one.outcome, reasons(one).join('; ')).toBe('refused')
    expect(reasons(one).join()).toMatch(/% of a CPU/)
  })

  test('nothing is left behind', () => {
    expect(
      spawnSync('sh', [
        '-c',
        'ls /sys/kernel/tracing/instances 2>/dev/null | grep -E "^tracebook-[0-9a-f]{16}"',
      ]).stdout.toString(),
    ).toBe('')
    expect(spawnSync('pgrep', ['-f', 'bpftrace -f json']).stdout.toString()).toBe('')
    expect(
      existsSync('/run/tracebook') &&
        spawnSync('sh', ['-c', 'ls /run/tracebook/*.jsonl 2>/dev/null']).stdout.toString(),
    ).toBeFalsy()
  })
})

function forgetCapabilities(): void {
  spawnSync('sh', ['-c', 'rm -f /run/tracebook/boot-*.json'])
}
