// What the kernel was started with, what it has been through, and what it shows → marks of trouble, debugging, and readiness to be observed.
//   /proc/sys/kernel/tainted              512                    bit 9: a warning was printed
//   /proc/cmdline                         quiet isolcpus=2-3 slub_debug=FZP
//   /sys/kernel/security/lockdown         none [integrity] confidentiality
import { unavailable } from '../../model/unavailable.ts'
import { line, type Files } from '../context/text.ts'
import { amount, choice, flag, item, positive, whole, type Items } from './items.ts'

const TAINTED = '/proc/sys/kernel/tainted'
const CMDLINE = '/proc/cmdline'
const RELEASE = '/proc/sys/kernel/osrelease'
const FILE_NR = '/proc/sys/fs/file-nr'
const MOUNTS = '/proc/self/mountinfo'
const TIMESYNC = '/run/systemd/timesync/'
const BTF = '/sys/kernel/btf/'
const PRESSURE = '/proc/pressure/cpu'
const PARANOID = '/proc/sys/kernel/perf_event_paranoid'
const AUDIT = '/etc/audit/audit.rules'

/** Bits that tell of harm. Proprietary, unsigned and out-of-tree modules are somebody's choice. */
const TROUBLE: Readonly<Record<number, string>> = {
  2: 'system out of its specification',
  4: 'machine check',
  5: 'bad page',
  7: 'oops',
  9: 'warning',
  14: 'soft lockup',
}
/** Options that make each allocation, lock or page slower. */
const DEBUGGING =
  /(?:^|\s)(?:(slu?a?b_debug(?:=\S+)?|page_owner=on|debug_pagealloc=on|kasan=on|kmemleak=on|init_on_free=1|lockdep|slab_debug\S*))(?=\s|$)/g

export const KERNEL_ITEMS: Items = {
  'config.kernel.trouble': item([TAINTED], ({ files }) => trouble(files)?.length),
  'config.kernel.trouble_names': item([TAINTED], ({ files }) => trouble(files)?.join(', ')),
  'config.kernel.debugging': item([CMDLINE, RELEASE, '/proc/lockdep_stats'], ({ files }) => debugging(files)?.length),
  'config.kernel.debugging_names': item([CMDLINE, RELEASE, '/proc/lockdep_stats'], ({ files }) =>
    debugging(files)?.join(', '),
  ),
  'config.limit.files': amount('/proc/sys/fs/file-max'),
  'config.limit.files_open': item([FILE_NR], ({ files }) => whole(line(files, FILE_NR)?.split(/\s/)[0])),
  'config.limit.pids': amount('/proc/sys/kernel/pid_max'),
  'config.limit.cpus': item([RELEASE], ({ files, context }) => (files.has(RELEASE) ? context.cpus.online : undefined)),
  'config.observe.paranoid': item([PARANOID], ({ files }) => paranoid(files)),
  'config.observe.kptr_restrict': amount('/proc/sys/kernel/kptr_restrict'),
  'config.observe.types': item([BTF, CMDLINE], ({ files }) => present(files, BTF, /^vmlinux$/m)),
  'config.observe.delays': flag(
    '/proc/sys/kernel/task_delayacct',
    unavailable('not supported', 'this kernel cannot switch the accounting of delays while it runs'),
  ),
  'config.observe.pressure': item([PRESSURE, CMDLINE], ({ files }) => present(files, PRESSURE, /^some /)),
  'config.observe.lockdown': choice(
    '/sys/kernel/security/lockdown',
    unavailable('nothing to measure', 'this kernel has no lockdown'),
  ),
  'config.observe.hidepid': item([MOUNTS], ({ files }) => hidepid(files.get(MOUNTS))),
  'config.time.synchronized': item(
    [TIMESYNC],
    ({ files }) => synchronized(files.get(TIMESYNC)),
    unavailable('not measured', 'systemd-timesyncd does not run here; chronyc tracking or ntpq -p tell it for others'),
  ),
  'config.audit.syscall_rules': item(
    [AUDIT],
    ({ files }) => auditRules(files.get(AUDIT)),
    unavailable('nothing to measure', 'no audit rules are installed'),
  ),
}

/** Absence is an answer where other files of the kernel could be read. */
function present(files: Files, path: string, holds: RegExp): number | undefined {
  return files.has(CMDLINE) ? Number(holds.test(files.get(path) ?? '')) : undefined
}

function trouble(files: Files): string[] | undefined {
  const bits = positive(files, TAINTED)
  if (bits === undefined || bits > Number.MAX_SAFE_INTEGER) return undefined
  return Object.entries(TROUBLE).flatMap(([bit, name]) => ((BigInt(bits) >> BigInt(bit)) & 1n ? [name] : []))
}

function debugging(files: Files): string[] | undefined {
  const cmdline = files.get(CMDLINE)
  const release = line(files, RELEASE)
  if (cmdline === undefined || release === undefined) return undefined
  const options = [...cmdline.matchAll(DEBUGGING)].flatMap((match) => match[1] ?? [])
  return [
    ...options,
    ...(/[+.-]debug\b/.test(release) ? [release] : []),
    ...(files.get('/proc/lockdep_stats')?.includes('lock-classes') ? ['lockdep'] : []),
  ]
}

/** -1 allows everybody everything, as 0 nearly does. */
function paranoid(files: Files): number | undefined {
  const text = line(files, PARANOID)
  return text === '-1' ? 0 : whole(text)
}

function hidepid(text: string | undefined): number | undefined {
  const proc = text?.split('\n').findLast((row) => / \/proc \S+ .*- proc /.test(row))
  if (proc === undefined) return undefined
  const option = /hidepid=(\w+)/.exec(proc)?.[1]
  return Number(option !== undefined && option !== '0' && option !== 'off')
}

/** timesyncd makes the file `synchronized` once it has set the clock. */
function synchronized(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.split('\n').includes('synchronized'))
}

/** Rules with -S are evaluated on system calls; those with -w on files only. */
function auditRules(text: string | undefined): number | undefined {
  return text?.split('\n').filter((rule) => /^-a\s/.test(rule) && /\s-S\s/.test(rule) && !/never/.test(rule)).length
}
