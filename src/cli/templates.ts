// An id → the first text of a check or a runbook: commented, without mistakes, with tests that pass. Something to change, not to fill in.

/** A metric of the resource that reads the same way on every host. */
const PRESSURE: Readonly<Record<string, string>> = {
  memory: 'memory.pressure.some',
  disk: 'io.pressure.some',
  fs: 'io.pressure.some',
}
const RESOURCES: readonly string[] = ['cpu', 'memory', 'disk', 'network', 'fs', 'cgroup']

export function checkTemplate(id: string): string {
  const resource = id.split('.')[0] ?? ''
  const metric = PRESSURE[resource] ?? 'cpu.pressure.some'
  const use = RESOURCES.includes(resource) ? `use: ${resource}.saturation` : `use: none\ntopic: ${resource}`
  const what = metric.split('.')[0] === 'io' ? 'I/O' : metric.split('.')[0] === 'memory' ? 'memory' : 'a CPU'
  return `# The path is the id: ${id}. A check is a claim about metrics; it fires when the claim is true.
# See the metrics you can read: tracebook list metrics. One of them: tracebook explain ${metric}
# What only a program of yours knows becomes a metric under metrics: here; see docs/guide/writing-checks.md.
check: Tasks wait for ${what}

# Its cell of the USE matrix (RESOURCE.utilization, .saturation or .errors); or \`use: none\` with a \`topic:\`.
${use}

why: >
  Say here why a person should care, and what else could look the same. The report shows it to people who
  do not know this check.

# Every threshold has a name, a unit and a reason. Where the number comes from goes into \`source:\`.
params:
  high: { default: 20%, help: share of the window in which some task waited, source: change me }
  severe: { default: 60%, help: the same when users are being hurt, source: change me }

# Critical is tried first. A gauge is read through a statistic: .median is honest, .max alarms at every spike.
# What cannot be measured makes the check unknown, never ok.
status:
  critical: ${metric} >= severe
  warn: ${metric} >= high

# Who is to blame: the instances of a domain, ranked by a metric.
culprit: process by process.cpu
finding: some task waited for ${what} during \${${metric}} of the window
advice: Say what to do next, the cheapest first.

# Ids of checks whose findings are only symptoms of this one.
# explains: [load.high]

# Each status once, unknown included: tracebook test
tests:
  - { given: { ${metric}: 70% }, expect: critical }
  - { given: { ${metric}: 30% }, expect: warn }
  - { given: { ${metric}: 1% }, expect: ok, name: a little waiting is normal }
  - { given: {}, expect: unknown, name: a kernel without pressure stall information }
`
}

/** `check` is one that exists: the runbook must be right from the start. */
export function runbookTemplate(id: string, check: string): string {
  return `# The path is the id: ${id}. A runbook is a list of steps that only goes forward.
# Checks you can use: tracebook list checks. What this will do: tracebook plan ${id}
runbook: Say in a few words what it explains
goal: Say the question it answers.

steps:
  # Measures and judges. Neighbouring check steps share one measurement window.
  - check: [${check}]
    look: Say what a person should look for.

  # Asks a person; from cron the default is taken.
  - ask: Did anything change on this host today?
    as: changed
    choices: { 'no': nothing that is known, 'yes': a deployment or a new configuration }
    default: 'no'

  # A verdict. It needs a condition: a status (.ok, .warn, .critical, .firing, .unknown), a metric, an answer.
  - conclude: Nothing to see here.
    when: ${check}.ok

  - conclude: It began with the change of today.
    when: ${check}.firing && answer.changed == "yes"

  - conclude: It fires, and nobody changed anything.
    when: ${check}.firing && answer.changed == "no"
    # cause: cpu.saturated      an id of: tracebook list causes
`
}
