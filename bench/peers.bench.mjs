// Side by side: tracebook, PCP's pmie rules, monitoring-plugins and a sixty-second script, each asked about the same injected faults and idle hosts.
// Needs root, sysstat, and of `apt-get install pcp monitoring-plugins-basic` what is to be compared. FAULTS=a,b only these. PEERS=FILE also writes the table.
// detected: it says something that it did not say when idle.  cause: it names the mechanism.  culprit: it names the process, group, port or mount.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject, manifest } from '../test/faults/inject.mjs'
import { judge } from '../test/faults/judge.mjs'
import { startPmie } from './peers/pmie.mjs'
import { here, product } from './support.mjs'

const LIMIT_S = 80
const SEED = 11
/** What counts as naming the mechanism, generously: any word a reader could act on. Tracebook must name an accepted cause first. */
const MECHANISM = {
  'cpu-saturated': /load average|run queue|processor utilization|CPUs are|LOAD /i,
  'cpu-one-thread': /process \d+ .* CPU|per CPU processor|CPU \d+ is|CPU (WARNING|CRITICAL)/i,
  'cpu-short-lived': /short|fork|exec|new process/i,
  'mem-faults': /fault/i,
  'mem-group-oom': /out of memory|oom/i,
  'cgroup-throttled': /throttl|quota/i,
  'disk-sync': /disk \w+|sync|flush/i,
  'disk-full': /full|filling|DISK/,
  'net-listen-queue': /listen|overflow/i,
  'limit-descriptors': /descriptor|open files|too many/i,
}
const IDLE = ['quiet-idle', 'quiet-half-load', 'quiet-threads']

export async function rows() {
  if (process.getuid?.() !== 0) return [{ what: 'peers', goal: '', value: 'needs root' }]
  const pmie = await startPmie()
  try {
    const peers = peersHere(pmie)
    const wanted = process.env.FAULTS?.split(',')
    const all = manifest().filter(({ id }) => wanted === undefined || wanted.includes(id))
    const quiet = await askAll(
      peers,
      all.filter(({ id }) => IDLE.includes(id)),
      new Map(),
    )
    const usual = new Map(
      peers.map(({ name }) => [
        name,
        new Set(
          quiet
            .filter((one) => one.peer === name && one.fault.id === 'quiet-idle')
            .flatMap(({ alarms }) => alarms.map(kindOf)),
        ),
      ]),
    )
    const judged = await askAll(
      peers,
      all.filter(({ id }) => id in MECHANISM),
      usual,
    )
    if (process.env.PEERS) writeFileSync(process.env.PEERS, page(peers, judged, quiet))
    return peers.flatMap(({ name }) => summary(name, judged, quiet))
  } finally {
    pmie?.stop()
  }
}

/** In the order asked: the plugins last, so that the load average of one minute has seen as much of the fault as can be. */
function peersHere(pmie) {
  const script = (name) => ['sh', join(here, 'peers', name)]
  return [
    {
      name: 'tracebook',
      argv: (target) => [
        ...product,
        'run',
        '--auto',
        '--format',
        'json',
        '--allow',
        'trace',
        ...(target ? ['--target', target] : []),
      ],
    },
    ...(pmie ? [{ name: 'pmie', argv: () => pmie.argv, daemon: pmie.cpu }] : []),
    { name: 'sixty-second script', argv: () => script('sixty-seconds.sh') },
    ...(existsSync('/usr/lib/nagios/plugins')
      ? [{ name: 'monitoring-plugins', argv: () => script('plugins.sh') }]
      : []),
  ]
}

async function askAll(peers, faults, usual) {
  const found = []
  for (const fault of faults) {
    const injected = await inject({ ...fault, seconds: 300 }, SEED)
    try {
      if (injected.state !== 'ready') process.stderr.write(`  ${fault.id}: ${injected.state}, ${injected.why}\n`)
      else for (const peer of peers) found.push(askOne(peer, fault, injected.truth, usual.get(peer.name)))
    } finally {
      await injected.undo()
    }
  }
  return found
}

function askOne(peer, fault, truth, usual = new Set()) {
  const before = peer.daemon?.() ?? 0
  const target = fault.target?.replace(/\{(\w+)\}/g, (_, key) => truth[key])
  const answer = JSON.parse(
    execFileSync('python3', [join(here, 'peers/answer.py'), String(LIMIT_S), ...peer.argv(target)], {
      encoding: 'utf8',
      maxBuffer: 1e7,
    }),
  )
  const cpu = answer.cpu + (peer.daemon?.() ?? 0) - before
  const one = {
    peer: peer.name,
    fault,
    cpu,
    wall: answer.wall,
    ...(peer.name === 'tracebook' ? ofReport(fault, truth, answer) : ofLines(fault, truth, answer, usual)),
  }
  process.stderr.write(
    `  ${fault.id.padEnd(18)} ${peer.name.padEnd(20)} ${wordOf(one).padEnd(16)} ${cpu.toFixed(2)} s CPU  ${one.alarms.slice(0, 3).join(' · ').slice(0, 140)}\n`,
  )
  return one
}

function ofReport(fault, truth, { said, status }) {
  const report = said.startsWith('{') ? JSON.parse(said) : undefined
  const verdict = judge(fault, truth, { report, code: status })
  return {
    alarms: verdict.said,
    detected: verdict.said.length > 0,
    cause: verdict.cause ?? false,
    culprit: verdict.culprit ?? false,
  }
}

/** What it says on an idle host does not count as seeing the fault. */
function ofLines(fault, truth, { said }, usual) {
  const alarms = said.split('\n').filter((line) => line.trim() !== '' && !/^(pmie:|pmLookupName|\[)/.test(line))
  const fresh = alarms.filter((line) => !usual.has(kindOf(line)))
  const names = ['pid', 'comm', 'mount', 'device', 'port', 'cgroup'].flatMap((key) =>
    fault.culprit.includes(key) && truth[key] !== undefined ? [String(truth[key])] : [],
  )
  const words = new Set(fresh.flatMap((line) => line.split(/[\s,:;[\]()]+/)))
  return {
    alarms,
    detected: fresh.length > 0,
    cause: fresh.some((line) => MECHANISM[fault.id]?.test(line)),
    culprit: names.some((one) => words.has(one)),
  }
}

/** An alarm without its figures: the same one at another height is no other alarm. */
const kindOf = (line) => line.replace(/[\d.]+/g, '#')
const wordOf = ({ detected, cause, culprit }) =>
  [detected && 'detected', cause && 'cause', culprit && 'culprit'].filter(Boolean).join(' ') || 'nothing'
const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)

function figures(name, judged, quiet) {
  const mine = judged.filter(({ peer }) => peer === name)
  const count = (key) => `${mine.filter((one) => one[key]).length}/${mine.length}`
  const idle = quiet.filter(({ peer }) => peer === name)
  const every = [...mine, ...idle]
  return {
    detected: count('detected'),
    'cause named': count('cause'),
    'culprit named': count('culprit'),
    'false alarms on quiet hosts': `${idle.reduce((sum, { alarms }) => sum + new Set(alarms.map(kindOf)).size, 0)} in ${idle.length}`,
    'CPU seconds a run': mean(every.map(({ cpu }) => cpu)).toFixed(2),
    'seconds a run': mean(every.map(({ wall }) => wall)).toFixed(1),
  }
}

const summary = (name, judged, quiet) =>
  Object.entries(figures(name, judged, quiet)).map(([what, value]) => ({ what: `${name}: ${what}`, goal: '', value }))

function page(peers, judged, quiet) {
  const names = peers.map(({ name }) => name)
  const all = names.map((name) => figures(name, judged, quiet))
  const faults = [...new Set(judged.map(({ fault }) => fault.id))]
  const cell = (id, name) => wordOf(judged.find(({ peer, fault }) => peer === name && fault.id === id))
  const table = (first, lines) =>
    `| ${[first, ...names].join(' | ')} |\n|${'---|'.repeat(names.length + 1)}\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}`
  const versions = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${Package} ${Version}  ', 'pcp', 'monitoring-plugins-basic', 'sysstat'],
    { encoding: 'utf8' },
  ).stdout.trim()
  return `# Peers

Written by \`PEERS=FILE npm run bench peers\`; do not edit. ${versions}.

${table(
  '',
  Object.keys(all[0]).map((what) => [what, ...all.map((one) => one[what])]),
)}

${table(
  'fault',
  faults.map((id) => [id, ...names.map((name) => cell(id, name))]),
)}
`
}
