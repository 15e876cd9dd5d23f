// Names of modules, device classes and event sources → the kernel modules that are there, and the units that count events for perf.
//   /sys/module/                       kvm LF msr LF nvidia LF …
//   /sys/class/                        block LF msr LF net LF …
//   /sys/bus/event_source/devices/     cpu LF software LF tracepoint LF uncore_imc_0 LF …
import type { Context } from '../../model/context.ts'
import type { Files } from './text.ts'

/** Folders: their names, one a line. */
export const MODULE_FILES: readonly string[] = ['/sys/module/', '/sys/class/', '/sys/bus/event_source/devices/']

/** What is built in and has no parameter (msr before Linux 5.9) has no folder among the modules; its class tells. */
export function modulesOf(files: Files): Pick<Context, 'modules' | 'counters'> {
  const modules = names(files.get('/sys/module/'))
  const classes = names(files.get('/sys/class/')).filter((name) => name === 'msr')
  const counters = names(files.get('/sys/bus/event_source/devices/'))
  return {
    ...(modules.length === 0 ? {} : { modules: [...new Set([...modules, ...classes])].sort() }),
    ...(counters.length === 0 ? {} : { counters }),
  }
}

function names(listing: string | undefined): string[] {
  return (listing ?? '').split('\n').filter((name) => name !== '')
}
