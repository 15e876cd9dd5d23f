// Names of modules, device classes and event sources → the kernel modules that are there, and the units that count events for perf.
//   /sys/module/                       kvm LF msr LF nvidia LF …
//   /proc/sys/kernel/modules_disabled  0, 1 for good, or not there in a kernel without modules
//   /sys/class/                        block LF msr LF net LF …
//   /sys/bus/event_source/devices/     cpu LF software LF tracepoint LF uncore_imc_0 LF …
import type { Context } from '../../model/context.ts'
import { line, type Files } from './text.ts'

const SYSCTLS = '/proc/sys/kernel/'
const SWITCH = 'modules_disabled'

/** Folders: their names, one a line. */
export const MODULE_FILES: readonly string[] = [
  '/sys/module/',
  '/sys/class/',
  '/sys/bus/event_source/devices/',
  SYSCTLS,
  SYSCTLS + SWITCH,
]

/** What is built in and has no parameter (msr before Linux 5.9) has no folder among the modules; its class tells. */
export function modulesOf(files: Files): Pick<Context, 'modules' | 'loadsModules' | 'counters'> {
  const modules = names(files.get('/sys/module/'))
  const classes = names(files.get('/sys/class/')).filter((name) => name === 'msr')
  const sysctls = names(files.get(SYSCTLS))
  const counters = names(files.get('/sys/bus/event_source/devices/'))
  return {
    ...(modules.length === 0 ? {} : { modules: [...new Set([...modules, ...classes])].sort() }),
    ...(sysctls.length === 0
      ? {}
      : { loadsModules: sysctls.includes(SWITCH) && line(files, SYSCTLS + SWITCH) !== '1' }),
    ...(counters.length === 0 ? {} : { counters }),
  }
}

function names(listing: string | undefined): string[] {
  return (listing ?? '').split('\n').filter((name) => name !== '')
}
