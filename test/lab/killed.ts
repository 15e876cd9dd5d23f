// tracebook killed in the middle of what only a full kernel has → what was there then and what is left after the next start, as JSON lines `NAME before: …`.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cleanUp } from '../../src/cli/doctor/clean.ts'
import { localHost } from '../../src/host/local.ts'
import type { Task } from '../../src/host/host.ts'
import type { Act, FtraceAct, RunAct } from '../../src/model/probe.ts'

const tracefs = '/sys/kernel/tracing'
const share = process.env['share'] ?? ''
const lastsMs = 60_000
const text = (path: string) => (existsSync(path) ? readFileSync(path, 'latin1') : '')

const histogram: FtraceAct = {
  kind: 'ftrace',
  lastsMs,
  bufferKb: 256,
  define: [
    { file: 'synthetic_events', line: '{id} u64 us', name: '{id}' },
    { file: 'kprobe_events', line: 'p:{id}/open do_sys_openat2', name: '{id}/open' },
    { file: 'kprobe_events', line: 'r:{id}/opened do_sys_openat2', name: '{id}/opened' },
  ],
  write: [
    ['events/sched/sched_waking/trigger', 'hist:keys=pid:at=common_timestamp.usecs'],
    [
      'events/sched/sched_switch/trigger',
      'hist:keys=next_pid:us=common_timestamp.usecs-$at:onmatch(sched.sched_waking).{id}($us)',
    ],
    ['events/synthetic/{id}/trigger', 'hist:keys=us.log2:sort=us'],
    ['events/{id}/enable', '1'],
  ],
  read: ['events/synthetic/{id}/hist'],
}
const run = (argv: RunAct['argv'], leaves?: RunAct['leaves']): RunAct => ({
  kind: 'run',
  argv,
  lastsMs,
  tracing: false,
  ...(leaves && { leaves }),
})
const session = (...argv: readonly string[]) => run(['lttng', ...argv], [{ kind: 'lttng', name: '{id}' }])

interface Case {
  readonly acts: readonly Act[]
  /** It is in the middle now. */
  readonly under: () => boolean
}

const cases: Readonly<Record<string, Case>> = {
  histogram: {
    acts: [histogram],
    under: () => left().instances.some((name) => text(join(tracefs, 'instances', name, 'tracing_on')).trim() === '1'),
  },
  ...(existsSync(join(share, 'lab_switches.ko')) && {
    systemtap: {
      acts: [
        run(['staprun', join(share, 'lab_switches.ko'), 'seconds=60'], [{ kind: 'module', name: 'lab_switches' }]),
      ],
      under: () => left().modules.includes('lab_switches') && left().processes.includes('stapio'),
    },
  }),
  ...(existsSync(`/lib/modules/${text('/proc/sys/kernel/osrelease').trim()}/updates/lttng/lttng-tracer.ko`) && {
    lttng: {
      acts: [
        session('create', '{id}', '--output={scratch}/trace'),
        session('enable-event', '-k', '-s', '{id}', '--tracepoint', 'sched_switch'),
        session('start', '{id}'),
        run(['sleep', '60']),
      ],
      under: () => left().processes.includes('sleep'),
    },
  }),
}

function left() {
  const modules: readonly string[] = text('/proc/modules').match(/^(?:lab_switches|lttng_tracer)(?= )/gm) ?? []
  return {
    processes: readdirSync('/proc').flatMap((pid) => {
      try {
        return text(`/proc/${pid}/environ`).includes('TRACEBOOK_RUN=') ? [text(`/proc/${pid}/comm`).trim()] : []
      } catch {
        return []
      }
    }),
    instances: readdirSync(join(tracefs, 'instances')),
    definitions: ['kprobe_events', 'synthetic_events'].flatMap((file) =>
      text(join(tracefs, file)).split('\n').filter(Boolean),
    ),
    modules,
    files: existsSync('/run/tracebook') ? readdirSync('/run/tracebook').filter((name) => name !== 'known.json') : [],
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const [, self = '', which] = process.argv
const asked = cases[which ?? '']
if (asked) {
  const task: Task = { source: 'lab/killed', acts: asked.acts, guard: { cpuShare: 9, systemShare: 1 } }
  const looks = await localHost().instrument(task, new AbortController().signal)
  // Nobody killed it: then this is why.
  process.stderr.write(`${JSON.stringify(looks)}\n`)
} else {
  spawnSync('mount', ['-t', 'tracefs', 'nodev', tracefs])
  for (const [name, { under }] of Object.entries(cases)) {
    const child = spawn(process.execPath, [self, name], { stdio: ['ignore', 'ignore', 'inherit'] })
    for (let wait = 0; wait < 300 && !under(); wait++) await sleep(100)
    await sleep(200)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    say(`${name} before: ${JSON.stringify(left())}`)
    const { lines } = await cleanUp()
    say(`${name} removed: ${JSON.stringify(lines)}`)
    say(`${name} after: ${JSON.stringify(left())}`)
  }
}
