// tracefs: where it is, one file of it written as `echo` would, and instances and definitions of ours taken back. Never anybody else's.
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, rmdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../model/observation.ts'
import { codeOf } from './error.ts'
import { expand } from './glob.ts'

/** Why it cannot be used, as the outcome of a look. */
export interface Shut {
  readonly outcome: Outcome
  readonly why: string
}

export type Definition = 'kprobe' | 'uprobe' | 'synthetic'

const USUAL = '/sys/kernel/tracing'

/** Mounted already: nothing is mounted to measure. Looking below debugfs where tracefs is known would mount it there. */
export function findTracefs(): string | Shut {
  const mounts = mounted()
  const found =
    mounts.find(([type]) => type === 'tracefs')?.[1] ??
    (knowsTracefs() ? undefined : mounts.find(([type]) => type === 'debugfs')?.[1].concat('/tracing'))
  if (found === undefined)
    return { outcome: 'missing', why: `tracefs is not mounted; mount -t tracefs tracefs ${USUAL} would show it` }
  try {
    readdirSync(found)
    if (existsSync(join(found, 'instances'))) return found
    return { outcome: 'missing', why: `${found} has no instances: this kernel has none, or it is locked down` }
  } catch (error) {
    const code = codeOf(error) ?? 'EIO'
    const denied = code === 'EACCES' || code === 'EPERM'
    return { outcome: denied ? 'denied' : 'missing', why: `${found} may not be entered: ${code}` }
  }
}

function mounted(): (readonly [string, string])[] {
  try {
    return readFileSync('/proc/self/mounts', 'latin1')
      .split('\n')
      .map((line) => line.split(' '))
      .map(([, where = '', type = '']) => [type, where] as const)
      .sort((a, b) => Number(b[1] === USUAL) - Number(a[1] === USUAL))
  } catch {
    return []
  }
}

function knowsTracefs(): boolean {
  try {
    return /\ttracefs$/m.test(readFileSync('/proc/filesystems', 'latin1'))
  } catch {
    return true
  }
}

/** One write of one line. Never truncates: opening a trigger file or kprobe_events with O_TRUNC empties it, of others' things too. */
export function put(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW)
  try {
    writeSync(file, text.endsWith('\n') ? text : `${text}\n`)
  } finally {
    closeSync(file)
  }
}

/** The instance is gone when this returns undefined; else the error code. EBUSY: somebody reads in it, or a trigger holds it. */
export function removeInstance(tracefs: string, name: string): string | undefined {
  if (!/^tracebook-[0-9a-f]{16}-\d+$/.test(name)) return 'REFUSED'
  const path = join(tracefs, 'instances', name)
  attempt(() => put(join(path, 'tracing_on'), '0'))
  const code = attempt(() => rmdirSync(path))
  if (code !== 'EBUSY') return code
  attempt(() => put(join(path, 'events/enable'), '0'))
  attempt(() => put(join(path, 'current_tracer'), 'nop'))
  clearTriggers(path)
  return attempt(() => rmdirSync(path))
}

/**
 * `tracebook-…-1/events/synthetic/tb_…/trigger hist:keys=lat.log2`. Before its instance goes: Linux 6.1 never lets go of a synthetic event
 * whose trigger was taken away with the instance.
 */
export function removeTrigger(tracefs: string, name: string): string | undefined {
  const [, file, trigger] = /^(tracebook-[0-9a-f]{16}-\d+\/events\/[\w/-]+\/trigger) (.+)$/s.exec(name) ?? []
  if (file === undefined) return 'REFUSED'
  const path = join(tracefs, 'instances', file)
  if (triggersIn(path).length === 0) return undefined
  const code = attempt(() => put(path, `!${trigger}`))
  // The kernel may have refused it as it was set, and others are in the file: what stays holds the instance, and that is told.
  return code === 'EBUSY' ? code : undefined
}

/** A trigger that uses another's variable goes before it: as many passes as such a chain is long. */
function clearTriggers(instance: string): void {
  const files = expand(join(instance, 'events/*/*/trigger')).paths
  for (let pass = 0; pass < 4; pass++) {
    const left = files.flatMap((file) => triggersIn(file).map((line) => [file, line] as const))
    if (left.length === 0) return
    for (const [file, line] of left.toReversed()) attempt(() => put(file, `!${line}`))
  }
}

function triggersIn(path: string): string[] {
  try {
    const lines = readFileSync(path, 'latin1').split('\n')
    return lines.filter((line) => line !== '' && !line.startsWith('#')).map(acceptable)
  } catch {
    return []
  }
}

/** As the kernel prints a trigger → as it takes it: without the state in brackets, and a sort key has no modifier but a direction. */
function acceptable(line: string): string {
  return line
    .replace(/ \[\w+\]$/, '')
    .replace(/:sort=[^: ]+/, (sort) => sort.replace(/\.(?!ascending|descending)[\w=]+/g, ''))
}

/** As `removeInstance`, for a definition at the top of tracefs. */
export function removeDefinition(tracefs: string, kind: Definition, name: string): string | undefined {
  if (!/(?:^|\/)tb_[0-9a-f]{16}_/.test(name)) return 'REFUSED'
  const file = join(tracefs, `${kind}_events`)
  return attempt(() => {
    const line = readFileSync(file, 'latin1')
      .split('\n')
      .find((one) => nameIn(kind, one) === name || nameIn(kind, one).endsWith(`/${name}`))
    if (line === undefined) return
    put(file, kind === 'synthetic' ? `!${line}` : `-:${nameIn(kind, line)}`)
  })
}

/** `p:kprobes/tb_9f2c_open do_sys_open`, `r16:kprobes/…`, `tb_9f2c_wait\tu64 us` → the name with its group. */
function nameIn(kind: Definition, line: string): string {
  return (kind === 'synthetic' ? /^[^\s;]+/.exec(line)?.[0] : /^[a-z]\d*:(\S+)/.exec(line)?.[1]) ?? ''
}

/** Undefined when it was done or there was nothing to do; else the error code. */
function attempt(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    const code = codeOf(error) ?? 'EIO'
    return code === 'ENOENT' ? undefined : code
  }
}

/** What the kernel says about the last thing it refused, when that was ours; empty when it says nothing. Before 5.2 there is no such file. */
export function complaint(tracefs: string, instance: string, id: string): string {
  const own = lastError(join(instance, 'error_log'))
  const top = lastError(join(tracefs, 'error_log'))
  return own !== '' ? own : top.includes(id) ? top : ''
}

function lastError(path: string): string {
  try {
    return (
      readFileSync(path, 'latin1')
        .split(/^(?=\[\s*\d)/m)
        .at(-1)
        ?.slice(0, 2000) ?? ''
    )
  } catch {
    return ''
  }
}
