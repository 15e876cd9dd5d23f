// What doctor says of a host: which package has a missing tool in five families of distributions, and whether probes would work.
import { describe, expect, test } from 'vitest'
import { judged, passive, readinessOf, TRIALS } from '../src/cli/doctor/readiness.ts'
import { localHost } from '../src/host/local.ts'
import { allowed } from '../src/host/allowed.ts'
import { familyOf, installCommand, installHint } from '../src/measure/packages.ts'
import type { Observation } from '../src/model/observation.ts'
import { distributionOf } from '../src/tools/context/identity.ts'
import { sources } from '../src/generated/sources.ts'
import { context } from './support/context.ts'

/** /etc/os-release as these distributions ship it. */
const RELEASES = {
  debian: 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n',
  ubuntu:
    'NAME="Ubuntu"\nVERSION="20.04 LTS (Focal Fossa)"\nID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 20.04 LTS"\n',
  mint: 'NAME="Linux Mint"\nVERSION="21.2 (Victoria)"\nID=linuxmint\nID_LIKE="ubuntu debian"\nPRETTY_NAME="Linux Mint 21.2"\n',
  rocky: 'NAME="Rocky Linux"\nVERSION="9.7 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.7"\n',
  suse: 'NAME="openSUSE Leap"\nVERSION="15.2"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.2"\n',
  sles: 'NAME="SLES"\nVERSION_ID="12.5"\nID="sles"\n',
  arch: 'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n',
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\n',
  nixos: 'NAME=NixOS\nID=nixos\nVERSION_ID="25.05"\n',
} as const

const on = (name: keyof typeof RELEASES, kernel = '5.15.0-91-generic') => ({
  distribution: distributionOf(new Map([['/etc/os-release', RELEASES[name]]])),
  kernel,
})
const missing = ['mpstat', 'vmstat', 'tc', 'nstat', 'perf', 'ethtool', 'numastat']

describe('the command that installs what is missing', () => {
  test.each([
    ['debian', 'apt-get install ethtool iproute2 linux-perf numactl procps sysstat'],
    ['rocky', 'dnf install ethtool iproute iproute-tc numactl perf procps-ng sysstat'],
    ['suse', 'zypper install ethtool iproute2 numactl perf procps sysstat'],
    ['sles', 'zypper install ethtool iproute2 numactl perf procps sysstat'],
    ['arch', 'pacman -S ethtool iproute2 numactl perf procps-ng sysstat'],
    ['alpine', 'apk add ethtool iproute2 numactl-tools perf procps sysstat'],
  ] as const)('%s', (name, command) => expect(installCommand(missing, on(name))).toBe(command))

  test('Ubuntu builds perf with each kernel', () => {
    const both = 'apt-get install linux-tools-5.15.0-91-generic linux-tools-common'
    expect(installHint('perf', on('ubuntu'))).toBe(both)
    expect(installHint('turbostat', on('mint'))).toBe(both)
    expect(installHint('perf', on('debian'))).toBe('apt-get install linux-perf')
  })

  test('a release that is none does not get into a command', () => {
    expect(installHint('perf', on('ubuntu', '5.15; reboot'))).toBe(
      'apt-get install linux-tools-common linux-tools-generic',
    )
  })

  test('tracing tools by what their names tell', () => {
    expect(installHint('runqlat-bpfcc', on('debian'))).toBe('apt-get install bpfcc-tools')
    expect(installHint('/usr/share/bcc/tools/runqlat', on('rocky'))).toBe('dnf install bcc-tools')
    expect(installHint('runqlat', on('debian'))).toBe('apt-get install libbpf-tools')
    expect(installHint('biolatency.bt', on('arch'))).toBe('pacman -S bpftrace')
    expect(installHint('iosnoop-perf', on('debian'))).toBe('apt-get install perf-tools-unstable')
  })

  test('nothing is guessed', () => {
    expect(installHint('nicstat', on('alpine'))).toBeUndefined()
    expect(installHint('tiptop', on('rocky'))).toBeUndefined()
    // Which of Ubuntu's packages fits depends on the driver.
    expect(installHint('nvidia-smi', on('ubuntu'))).toBeUndefined()
    expect(installHint('nvidia-smi', on('debian'))).toBe('apt-get install nvidia-smi')
    expect(installHint('our-own-tool', on('debian'))).toBeUndefined()
    expect(installHint('runqlat', on('alpine'))).toBeUndefined()
    expect(familyOf(on('nixos'))).toBeUndefined()
    expect(installCommand(missing, on('nixos'))).toBeUndefined()
  })

  test('every tool of every source has a package in Debian and in RHEL', () => {
    // nvidia-smi comes with the driver of the card: nobody installs it to look. tiptop is packaged by Debian and its children.
    const others = ['nvidia-smi', 'tiptop']
    const tools = [...new Set(sources.flatMap(({ tool }) => tool ?? []))].filter((tool) => !others.includes(tool))
    expect(tools.length).toBeGreaterThan(5)
    for (const name of ['debian', 'rocky'] as const)
      expect(tools.filter((tool) => installHint(tool, on(name)) === undefined)).toEqual([])
  })
})

const look = (parts: Partial<Observation>): Observation => ({
  id: 'trial',
  source: 'trial',
  tier: 'count',
  atMs: 0,
  elapsedMs: 60,
  cpuMs: 10,
  outcome: 'ok',
  text: '',
  bytes: 0,
  ...parts,
})
const trial = (id: string) => TRIALS.find((one) => one.id === id)!

describe('a trial is judged by what it printed', () => {
  test('perf 6.1 counted', () => {
    const stderr = '25,,sched:sched_switch,102457708,100.00,,\n'
    expect(judged(trial('host'), look({ stderr }))).toMatchObject({
      works: true,
      text: 'counted 25 sched:sched_switch',
    })
  })

  test('perf 6.1 without the right: its third line says why', () => {
    const stderr = `event syntax error: 'sched:sched_switch'
                     \\___ can't access trace events

Error:	No permissions to read /sys/kernel/tracing/events/sched/sched_switch
Hint:	Try 'sudo mount -o remount,mode=755 /sys/kernel/tracing/'
`
    const found = judged(trial('host'), look({ outcome: 'failed', exitCode: 129, stderr }))
    expect(found).toMatchObject({ works: false })
    expect(found.text).toMatch(/^No permissions to read \/sys\/kernel\/tracing/)
  })

  test('a counter the machine does not have ends with status 0', () => {
    const found = judged(trial('cycles'), look({ stderr: '<not supported>,,cycles,0,100.00,,\n' }))
    expect(found).toEqual({
      name: 'perf: hardware counters',
      works: false,
      text: 'this machine has no such counter (<not supported>)',
    })
  })

  test('a count of zero and silence prove nothing', () => {
    for (const stderr of ['0,,sched:sched_switch,102457708,100.00,,\n', ''])
      expect(judged(trial('host'), look({ stderr })).works).toBe(false)
  })

  test('bpftrace 0.23: a warning is no failure, an end without output is no success', () => {
    const stderr = `WARNING: Unknown error -1: couldn't set RLIMIT_MEMLOCK for bpftrace. If your program is not loading, you can try "ulimit -l 8192" to fix the problem\n`
    expect(judged(trial('bpf'), look({ text: 'Attaching 1 probe...\nready\n\n\n', stderr })).works).toBe(true)
    expect(judged(trial('bpf'), look({ text: 'Attaching 1 probe...\n', stderr })).works).toBe(false)
  })

  test('bpftrace for somebody else than root', () => {
    const stderr = 'ERROR: bpftrace currently only supports running as the root user.\n'
    expect(judged(trial('bpf'), look({ outcome: 'failed', exitCode: 1, stderr }))).toMatchObject({
      works: false,
      text: 'bpftrace currently only supports running as the root user.',
    })
  })

  test('one that hangs', () => {
    expect(judged(trial('bpf'), look({ outcome: 'timeout' })).text).toBe('bpftrace did not end within 5 s')
  })
})

describe('what the kernel shows', () => {
  const text = `==> /proc/self/mountinfo <==
30 23 0:7 / /sys/kernel/tracing rw,nosuid,nodev,noexec,relatime shared:12 - tracefs tracefs rw
==> /sys/kernel/btf/ <==
vmlinux
==> /sys/kernel/security/lockdown <==
none [integrity] confidentiality
==> /lib/modules/6.1.0-37-amd64/build/ <==
Makefile
Module.symvers
`
  test('all there', () => expect(passive(text, context()).filter(({ works }) => !works)).toEqual([]))
  test('nothing there', () => {
    const names = passive('', context()).flatMap(({ name, works }) => (works ? [] : [name]))
    expect(names).toEqual(['Ftrace: tracefs', 'types of the kernel (BTF)', 'headers of the kernel'])
  })
  test('not for everybody, and locked', () => {
    const user = context({ privileges: { ...context().privileges, uid: 1000, root: false } })
    const locked = passive(text.replace('none [integrity] confidentiality', 'none integrity [confidentiality]'), user)
    expect(locked.flatMap(({ name, works }) => (works ? [] : [name]))).toEqual([
      'Ftrace: tracefs',
      'lockdown of the kernel',
    ])
  })
  test('only the folder of the headers may be looked into', () => {
    expect(allowed('/lib/modules/6.1.0-37-amd64/build/')).toBe(true)
    for (const path of [
      '/lib/modules/6.1.0/build/Makefile',
      '/lib/modules/../build/',
      '/lib/modules/x/y/build/',
      '/lib/modules/*/build/',
    ])
      expect(allowed(path), path).toBe(false)
  })
})

test('on this host: every trial is answered, and ends', { timeout: 30_000 }, async () => {
  const found = await readinessOf(localHost(), context())
  expect(found).toHaveLength(TRIALS.length + 4)
  for (const { name, text } of found) expect(text, name).toMatch(/\w/)
})
