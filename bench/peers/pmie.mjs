// PCP's rules for pmie as Debian ships them, over a pmcd of our own: on a free port of the loopback, in a folder of its own, nothing is installed.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PMCD = '/usr/lib/pcp/bin/pmcd'
const NAMES = '/var/lib/pcp/pmns'
const AGENTS = '/var/lib/pcp/pmdas'
const PORT = 44_399
const TICKS = 100
/** As shipped a rule is looked at every two minutes and speaks once in ten. A fault of half a minute needs a shorter round; thresholds stay as shipped. */
const SETTINGS = [
  ['delta', '2sec'],
  ['holdoff', '1sec'],
  ['syslog_action', 'no'],
  ['user_action', 'yes'],
]

/** → undefined when PCP is not here; else the command that watches for ten seconds, pmcd's CPU seconds so far, and the end. */
export async function startPmie() {
  if (!existsSync(PMCD)) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'peers.'))
  const file = (name) => join(folder, name)
  for (const name of readdirSync(NAMES).filter((one) => /^(root_(linux|pmcd)|stdpmid\.pcp)$/.test(one)))
    copyFileSync(join(NAMES, name), file(name))
  copyFileSync(file('stdpmid.pcp'), file('stdpmid'))
  execFileSync('/usr/lib/pcp/bin/pmnsmerge', ['-f', 'root_linux', 'root_pmcd', 'names'], {
    cwd: folder,
    stdio: 'ignore',
  })
  writeFileSync(
    file('pmcd.conf'),
    `pmcd 2 dso pmcd_init ${AGENTS}/pmcd/pmda_pmcd.so\nlinux 60 dso linux_init ${AGENTS}/linux/pmda_linux.so\n`,
  )
  execFileSync('pmieconf', ['-F', '-c', '-f', 'rules'], { cwd: folder, stdio: 'ignore' })
  for (const [name, value] of SETTINGS)
    execFileSync('pmieconf', ['-f', 'rules', 'modify', 'global', name, value], { cwd: folder, stdio: 'ignore' })
  // A round it cannot read is a round of no length: pmie then spins and writes without end.
  if (!readFileSync(file('rules'), 'utf8').includes('delta = 2sec;')) throw new Error('pmieconf did not take the round')
  const daemon = spawn(
    PMCD,
    [
      '-f',
      '-A',
      '-c',
      'pmcd.conf',
      '-n',
      'names',
      '-s',
      file('socket'),
      '-p',
      String(PORT),
      '-i',
      '127.0.0.1',
      '-U',
      'root',
      '-l',
      'log',
    ],
    { cwd: folder, stdio: 'ignore' },
  )
  await sleep(1500)
  return {
    argv: ['pmie', '-h', `127.0.0.1:${PORT}`, '-f', '-U', 'root', '-c', file('rules'), '-T', '10sec'],
    cpu: () => cpuOf(daemon.pid),
    stop() {
      daemon.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
