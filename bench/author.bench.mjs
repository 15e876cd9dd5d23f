// What an author waits for: linting 1,000 checks, loading a runbook of 1,000 steps.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atMost, cost, product, root, seconds } from './support.mjs'

export async function rows() {
  const folder = mkdtempSync(join(tmpdir(), 'tracebook-bench-'))
  try {
    const sample = readFileSync(join(root, 'checks/cpu/run_queue.yaml'), 'utf8').replace(/^explains:.*$/m, '')
    mkdirSync(join(folder, 'many/checks/team'), { recursive: true })
    for (let i = 0; i < 1000; i++) writeFileSync(join(folder, `many/checks/team/check_${i}.yaml`), sample)
    mkdirSync(join(folder, 'long/runbooks'), { recursive: true })
    const steps = Array.from({ length: 1000 }, (_, i) =>
      i % 2
        ? `  - conclude: The CPUs are the problem, take ${i}.\n    when: cpu.run_queue.firing\n    cause: cpu.saturated`
        : '  - check: [cpu.run_queue, cpu.busy]\n    look: A queue that stays.',
    )
    writeFileSync(
      join(folder, 'long/runbooks/long.yaml'),
      `runbook: Long\ngoal: Be long.\nsteps:\n${steps.join('\n')}\n`,
    )
    const [empty, lint, long] = cost(
      3,
      [...product, '--version'],
      [...product, 'lint', join(folder, 'many')],
      [...product, 'graph', 'long', '--runbooks', join(folder, 'long'), '--format', 'xstate'],
    )
    return [
      atMost('1,000 checks linted, wall', 3.5, lint.wall, seconds),
      atMost(
        'a runbook of 1,000 steps loaded and compiled, wall above bare start',
        0.6,
        long.wall - empty.wall,
        seconds,
      ),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
