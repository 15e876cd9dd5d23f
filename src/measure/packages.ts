// A missing program + the distribution → the package that has it, and the command that installs it (domain.md D.1).
import type { Context } from '../model/context.ts'

type Family = 'debian' | 'redhat' | 'suse' | 'arch' | 'alpine'

const PROCPS: Readonly<Record<Family, string>> = {
  debian: 'procps',
  redhat: 'procps-ng',
  suse: 'procps',
  arch: 'procps-ng',
  alpine: 'procps',
}
const same = (name: string): Readonly<Record<Family, string>> => ({
  debian: name,
  redhat: name,
  suse: name,
  arch: name,
  alpine: name,
})
const PACKAGES: Readonly<Record<string, Readonly<Record<Family, string>>>> = {
  uptime: PROCPS,
  vmstat: PROCPS,
  top: PROCPS,
  free: PROCPS,
  ps: PROCPS,
  slabtop: PROCPS,
  dmesg: same('util-linux'),
  lsblk: same('util-linux'),
  lscpu: same('util-linux'),
  findmnt: same('util-linux'),
  iostat: same('sysstat'),
  mpstat: same('sysstat'),
  pidstat: same('sysstat'),
  sar: same('sysstat'),
  sadf: same('sysstat'),
  ip: { ...same('iproute2'), redhat: 'iproute' },
  ss: { ...same('iproute2'), redhat: 'iproute' },
  nstat: { ...same('iproute2'), redhat: 'iproute' },
  tc: { ...same('iproute2'), redhat: 'iproute-tc' },
  df: same('coreutils'),
  perf: { ...same('perf'), debian: 'linux-perf' },
  bpftrace: same('bpftrace'),
}
const INSTALL: Readonly<Record<Family, string>> = {
  debian: 'apt-get install',
  redhat: 'dnf install',
  suse: 'zypper install',
  arch: 'pacman -S',
  alpine: 'apk add',
}

export function familyOf(context: Pick<Context, 'distribution'>): Family | undefined {
  const names = [context.distribution.id, ...context.distribution.like]
  if (names.some((n) => n === 'debian' || n === 'ubuntu')) return 'debian'
  if (names.some((n) => n === 'fedora' || n === 'rhel' || n === 'centos')) return 'redhat'
  if (names.some((n) => n === 'suse' || n.startsWith('opensuse'))) return 'suse'
  if (names.includes('arch')) return 'arch'
  return names.includes('alpine') ? 'alpine' : undefined
}

/** One command that installs what is missing; undefined when the distribution or the packages are not known. */
export function installCommand(tools: readonly string[], context: Pick<Context, 'distribution'>): string | undefined {
  const family = familyOf(context)
  if (!family) return undefined
  const packages = [...new Set(tools.flatMap((tool) => PACKAGES[tool]?.[family] ?? []))].sort()
  return packages.length === 0 ? undefined : `${INSTALL[family]} ${packages.join(' ')}`
}

export function installHint(tool: string | undefined, context: Pick<Context, 'distribution'>): string | undefined {
  return tool === undefined ? undefined : installCommand([tool], context)
}
