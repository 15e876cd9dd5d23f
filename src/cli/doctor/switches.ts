// Files below /proc/sys, and the context → the switches of the kernel that decide what can be seen, with how to turn them.
import type { Context } from '../../model/context.ts'
import type { Observation } from '../../model/observation.ts'
import { files } from '../../parse/files.ts'

export interface Switch {
  readonly name: string
  readonly value: string
  /** False: something stays unseen because of it. Absent: fine either way. */
  readonly good?: boolean
  readonly text: string
}

const PRESSURE = '/proc/pressure/cpu'
const DELAY = '/proc/sys/kernel/task_delayacct'
export const SWITCH_FILES: readonly string[] = [PRESSURE, DELAY]

export function switchesOf({ privileges }: Context, look: Observation | undefined): Switch[] {
  const found = files(look?.text ?? '')
  return [...(look ? [pressure(found), delays(found)] : []), ...paranoid(privileges), ...dmesg(privileges)]
}

function pressure(found: ReadonlyMap<string, string>): Switch {
  const on = found.has(PRESSURE)
  return {
    name: 'pressure stall information',
    value: on ? 'on' : 'off',
    good: on,
    text: on ? 'waiting is measured, not guessed' : 'boot with psi=1 (needs CONFIG_PSI, Linux 4.20)',
  }
}

function delays(found: ReadonlyMap<string, string>): Switch {
  const value = found.get(DELAY)?.trim()
  if (value === undefined)
    return {
      name: 'kernel.task_delayacct',
      value: 'absent',
      text: 'per-process I/O delay cannot be switched on at run time by this kernel',
    }
  return {
    name: 'kernel.task_delayacct',
    value,
    good: value === '1',
    text:
      value === '1'
        ? 'per-process I/O delay is counted'
        : 'per-process I/O delay stays unknown; sysctl kernel.task_delayacct=1 counts it from then on',
  }
}

function paranoid({ perfEventParanoid: level, root }: Context['privileges']): Switch[] {
  if (level === undefined) return []
  const text = root
    ? 'root may count events whatever it says'
    : level > 1
      ? 'this user may not count kernel events'
      : 'this user may count events'
  return [{ name: 'kernel.perf_event_paranoid', value: String(level), ...(root ? {} : { good: level <= 1 }), text }]
}

function dmesg({ dmesgRestrict: restricted, root }: Context['privileges']): Switch[] {
  if (restricted === undefined) return []
  const text = !restricted
    ? 'anybody may read the kernel log'
    : root
      ? 'root may read the kernel log'
      : 'the kernel log is for root only: OOM kills and device errors stay unknown'
  return [{ name: 'kernel.dmesg_restrict', value: restricted ? '1' : '0', good: !restricted || root, text }]
}
