// The environment every program gets: built from nothing, so that cron, ssh, sudo and a hostile caller make no difference (T13).

/** Where programs are looked up. Not $PATH: whoever set that could make a root run start his program (T12). */
export const DIRECTORIES: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/lib/sysstat',
  '/usr/lib64/sa',
  '/usr/share/bcc/tools',
  '/run/current-system/sw/bin',
]

/** C locale, ISO times, UTC, no colour, no pager, no network, no configuration and no history of the person at the keyboard. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  HOME: '/nonexistent',
  TERM: 'dumb',
  PAGER: 'cat',
  NO_COLOR: '1',
  S_COLORS: 'never',
  S_TIME_FORMAT: 'ISO',
  SYSTEMD_COLORS: '0',
  PERF_CONFIG: '/dev/null',
  DEBUGINFOD_URLS: '',
  // nstat without -s would eat the operator's own deltas: /dev/null cannot be written back (root) or is refused (anyone else).
  NSTAT_HISTORY: '/dev/null',
}

/** Marks the programs of a probe, so that those a killed run left are known from all others. */
export const TOKEN = 'TRACEBOOK_RUN'

/**
 * What a probe's programs get. LTTng will not work without a folder it can write to: the private one, when there is one.
 * HOME stays nowhere: perf would copy every library it saw into it.
 */
export function childEnvironment(token: string, scratch: string | undefined): Readonly<Record<string, string>> {
  return { ...ENVIRONMENT, ...(scratch !== undefined && { LTTNG_HOME: scratch }), [TOKEN]: token }
}
