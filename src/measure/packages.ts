// A missing program + the distribution → the package that has it, and the command that installs it (domain.md D.1).
import type { Context } from '../model/context.ts'

type Family = 'debian' | 'redhat' | 'suse' | 'arch' | 'alpine'
/** Package of each family; absent where the distribution itself has none. */
type Packages = Readonly<Partial<Record<Family, string>>>
type Here = Pick<Context, 'distribution' | 'kernel'>

const everywhere = (name: string, others: Packages = {}): Packages => ({
  debian: name,
  redhat: name,
  suse: name,
  arch: name,
  alpine: name,
  ...others,
})
/** Many packages, given as `DEBIAN REDHAT SUSE ARCH ALPINE`; `-` where there is none. */
const each = (row: string): Packages => {
  const families: readonly Family[] = ['debian', 'redhat', 'suse', 'arch', 'alpine']
  const names = row.split(' ')
  return Object.fromEntries(families.flatMap((family, i) => (names[i] === '-' ? [] : [[family, names[i] ?? '']])))
}
const procps = everywhere('procps', { redhat: 'procps-ng', arch: 'procps-ng' })
const iproute = everywhere('iproute2', { redhat: 'iproute' })
const perf = everywhere('perf', { debian: 'linux-perf' })
const bcc = everywhere('bcc-tools', { debian: 'bpfcc-tools' })
const libbpf = each('libbpf-tools libbpf-tools libbpf-tools - -')
const java = each('openjdk-17-jdk-headless java-17-openjdk-devel java-17-openjdk-devel jdk17-openjdk openjdk17-jdk')
const cpupower = each('linux-cpupower kernel-tools cpupower cpupower cpupower')

const GROUPS: readonly (readonly [tools: string, packages: Packages])[] = [
  ['uptime vmstat top free ps slabtop pmap pidof watch', procps],
  ['dmesg lsblk lscpu findmnt lsns lsmem swapon zramctl', everywhere('util-linux')],
  ['lsirq irqtop', everywhere('util-linux', { debian: 'util-linux-extra' })],
  ['iostat mpstat pidstat sar sadf sadc cifsiostat tapestat', everywhere('sysstat')],
  ['ip ss nstat lnstat rtstat bridge devlink rdma', iproute],
  ['tc', everywhere('iproute2', { redhat: 'iproute-tc' })],
  ['df', everywhere('coreutils')],
  ['find', everywhere('findutils')],
  ['numastat numactl', everywhere('numactl', { alpine: 'numactl-tools' })],
  ['perf', perf],
  ['cpupower', cpupower],
  ['turbostat', each('linux-cpupower kernel-tools cpupower turbostat -')],
  ['bpftrace', everywhere('bpftrace')],
  ['bpftool', everywhere('bpftool', { arch: 'bpf' })],
  ['trace-cmd', everywhere('trace-cmd')],
  ['ethtool', everywhere('ethtool')],
  ['nft', everywhere('nftables')],
  ['strace', everywhere('strace')],
  ['tcpdump', everywhere('tcpdump')],
  ['lsof', everywhere('lsof')],
  ['gdb', everywhere('gdb')],
  ['nicstat', each('nicstat nicstat - - -')],
  ['tiptop', each('tiptop - - - -')],
  // Where the distribution has no driver of NVIDIA the program comes with the driver.
  ['nvidia-smi', each('nvidia-smi - - nvidia-utils -')],
  ['rdmsr', each('msr-tools msr-tools msr-tools msr-tools -')],
  ['stap', each('systemtap systemtap systemtap - -')],
  ['staprun', each('systemtap-runtime systemtap-runtime systemtap-runtime - -')],
  ['lttng', each('lttng-tools lttng-tools lttng-tools - -')],
  ['babeltrace2', each('babeltrace2 babeltrace2 babeltrace2 babeltrace2 -')],
  ['nfsiostat nfsstat', each('nfs-common nfs-utils nfs-client nfs-utils nfs-utils')],
  ['smartctl', everywhere('smartmontools')],
  ['nvme', everywhere('nvme-cli')],
  ['conntrack', everywhere('conntrack-tools', { debian: 'conntrack' })],
  ['mdadm', everywhere('mdadm')],
  ['ipmitool', everywhere('ipmitool')],
  ['ras-mc-ctl', each('rasdaemon rasdaemon rasdaemon rasdaemon -')],
  ['edac-util', each('edac-utils edac-utils - - -')],
  ['dmidecode', everywhere('dmidecode')],
  ['lspci', everywhere('pciutils')],
  ['lvs dmsetup', everywhere('lvm2')],
  ['multipath', everywhere('multipath-tools', { redhat: 'device-mapper-multipath' })],
  ['xfs_info', everywhere('xfsprogs')],
  ['btrfs', everywhere('btrfs-progs', { suse: 'btrfsprogs' })],
  ['iotop', each('iotop-c iotop-c iotop iotop-c iotop')],
  ['fatrace', each('fatrace fatrace fatrace - -')],
  ['dropwatch', each('dropwatch dropwatch dropwatch dropwatch -')],
  ['atop', everywhere('atop')],
  ['chronyc', everywhere('chrony')],
  ['auditctl', everywhere('audit', { debian: 'auditd' })],
  ['tuned-adm', each('tuned tuned tuned tuned -')],
  ['jcmd jstack jstat java', java],
  ['intel_gpu_top', everywhere('igt-gpu-tools', { debian: 'intel-gpu-tools', arch: 'intel-gpu-tools' })],
]
const PACKAGES: ReadonlyMap<string, Packages> = new Map(
  GROUPS.flatMap(([tools, packages]) => tools.split(' ').map((tool) => [tool, packages] as const)),
)
/** The programs that know the kernel well are built with it: Ubuntu has a package of them for each kernel. */
const WITH_UBUNTU_KERNEL: ReadonlySet<string> = new Set(['perf', 'cpupower', 'turbostat', 'bpftool'])
/** Of libbpf-tools; the same names with `-bpfcc` are those of bcc. */
const LIBBPF =
  /^(?:bio(?:latency|pattern|snoop|stacks|top)|bitesize|cachestat|cpudist|drsnoop|execsnoop|exitsnoop|(?:ext4|xfs|nfs|btrfs)(?:dist|slower)|filelife|filetop|fsdist|fsslower|gethostlatency|(?:hard|soft)irqs|klockstat|llcstat|mdflush|memleak|numamove|offcputime|oomkill|opensnoop|profile|readahead|runq(?:lat|len|slower)|sigsnoop|slabratetop|solisten|statsnoop|syscount|tcp(?:connect|connlat|life|pktlat|rtt|states|synbl|top|tracer)|vfsstat|wakeuptime)$/

const INSTALL: Readonly<Record<Family, string>> = {
  debian: 'apt-get install',
  redhat: 'dnf install',
  suse: 'zypper install',
  arch: 'pacman -S',
  alpine: 'apk add',
}

export function familyOf({ distribution }: Pick<Context, 'distribution'>): Family | undefined {
  const names = [distribution.id, ...distribution.like]
  if (names.some((n) => n === 'debian' || n === 'ubuntu')) return 'debian'
  if (names.some((n) => n === 'fedora' || n === 'rhel' || n === 'centos')) return 'redhat'
  if (names.some((n) => n === 'suse' || n === 'sles' || n.startsWith('opensuse'))) return 'suse'
  if (names.includes('arch')) return 'arch'
  return names.includes('alpine') ? 'alpine' : undefined
}

/** One command that installs what is missing; undefined when the distribution or the packages are not known. */
export function installCommand(tools: readonly string[], context: Here): string | undefined {
  const family = familyOf(context)
  if (!family) return undefined
  const packages = [...new Set(tools.flatMap((tool) => packagesOf(tool, family, context)))].sort()
  return packages.length === 0 ? undefined : `${INSTALL[family]} ${packages.join(' ')}`
}

export function installHint(tool: string | undefined, context: Here): string | undefined {
  return tool === undefined ? undefined : installCommand([tool], context)
}

function packagesOf(tool: string, family: Family, context: Here): readonly string[] {
  if (WITH_UBUNTU_KERNEL.has(tool) && isUbuntu(context)) return ubuntuTools(context.kernel)
  // Its package has the version of the driver in its name, and another one than the driver's does not work.
  if (tool === 'nvidia-smi' && isUbuntu(context)) return []
  const name = (PACKAGES.get(tool) ?? tracer(tool))?.[family]
  return name === undefined ? [] : [name]
}

/** Names tell whose tool it is: `runqlat-bpfcc` (Debian), `/usr/share/bcc/tools/runqlat` (others), `runqlat.bt`, `iosnoop-perf`, `runqlat`. */
function tracer(tool: string): Packages | undefined {
  if (tool.endsWith('-bpfcc') || tool.startsWith('/usr/share/bcc/')) return bcc
  if (tool.endsWith('.bt')) return everywhere('bpftrace')
  if (tool.endsWith('-perf')) return { debian: 'perf-tools-unstable' }
  return LIBBPF.test(tool) ? libbpf : undefined
}

/** Mint, Pop and others say in ID_LIKE that they are Ubuntu inside. */
function isUbuntu({ distribution }: Here): boolean {
  return distribution.id === 'ubuntu' || distribution.like.includes('ubuntu')
}

/** The release becomes part of a command a person pastes: only one that is a release. */
function ubuntuTools(kernel: string): readonly string[] {
  return ['linux-tools-common', /^\d[\w.+~-]*$/.test(kernel) ? `linux-tools-${kernel}` : 'linux-tools-generic']
}
