// A path or pattern → whether a look may read it. Reads with side effects, blocking reads and secrets are refused (S2b).
import { realpathSync, statSync } from 'node:fs'

const ROOTS = ['/proc/', '/sys/', '/var/log/']
const FILES = [
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/resolv.conf',
  '/.dockerenv',
  '/run/.containerenv',
  '/run/systemd/container',
  '/run/systemd/timesync/',
  '/etc/audit/audit.rules',
]
/** Are the headers of a kernel there? The names in their folder tell it. */
const HEADERS = /^\/lib\/modules\/[\w.+~-]+\/build\/$/
/** Of debugfs only what is known to be plain text about the kernel. */
const DEBUGFS = /^\/sys\/kernel\/debug\/(?:tracing|sched|bdi|block|extfrag|kvm|zswap)(?:\/|$)/

const REFUSED: readonly RegExp[] = [
  // Consumes, blocks, or frees a trace buffer.
  /\/(?:trace_pipe|free_buffer|snapshot)[^/]*\/?$/,
  /^\/proc\/(?:kcore|kmsg|kpage[^/]*|sysrq-trigger|acpi)(?:\/|$)/,
  // Secrets, and doors out of /proc into any file of the host.
  /^\/proc\/[^/]+(?:\/task\/[^/]+)?\/(?:environ|cmdline|mem|pagemap|auxv|root|cwd|exe)(?:\/|$)/,
  /^\/proc\/[^/]+(?:\/task\/[^/]+)?\/(?:fd|map_files)\/./,
  /\/\.\.?(?:\/|$)/,
  /\0/,
]

/** True for what a look may read. A pattern is judged as it stands, then each of its matches. */
export function allowed(path: string): boolean {
  if (!FILES.includes(path) && !HEADERS.test(path) && !ROOTS.some((root) => path.startsWith(root))) return false
  if (path.startsWith('/sys/kernel/debug/') && !DEBUGFS.test(path)) return false
  return !REFUSED.some((refused) => refused.test(path))
}

/**
 * /proc and /sys hold what the kernel made. Elsewhere somebody may have planted a FIFO, a device, or a link to a file of another:
 * looked at before it is opened, since opening alone has effects. Throws as `stat` does.
 */
export function planted(path: string): boolean {
  if (path.startsWith('/proc/') || path.startsWith('/sys/')) return false
  const directory = path.endsWith('/')
  const found = statSync(path)
  if (directory ? !found.isDirectory() : !found.isFile()) return true
  return path.startsWith('/var/log/') && !realpathSync(path).startsWith('/var/log/')
}
