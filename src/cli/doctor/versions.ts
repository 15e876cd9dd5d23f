// What a tool prints about itself → its version.
//   vmstat from procps-ng 4.0.2
//   sysstat version 12.6.1
//   ip utility, iproute2-6.1.0, libbpf 1.1.0
import { clean } from '../../report/escape.ts'

/** Some know only the long option; `-V` is that of all others. */
const LONG: ReadonlySet<string> = new Set([
  'df',
  'find',
  'bpftrace',
  'perf',
  'dmsetup',
  'lvs',
  'cpupower',
  'turbostat',
  'ethtool',
  'nvidia-smi',
])

export function versionArgv(tool: string): readonly [string, string] {
  // The Java tools have no option of their own; the machine they run on has.
  return [tool, tool === 'jstat' ? '-J-version' : LONG.has(tool) ? '--version' : '-V']
}

/** BusyBox answers `-V` with its usage, which names itself. */
export function versionOf(text: string): string | undefined {
  const busybox = /BusyBox v(\d[\w.]*)/.exec(text)
  if (busybox) return `BusyBox ${busybox[1]}`
  const found = /(?:^|[^\w.])(?:v|iproute2-)?((?:ss)?\d+(?:\.\d+)*)(?![\w.]*:)/m.exec(
    text.replace(/iproute2[- ]/g, ' '),
  )
  return found?.[1] === undefined ? undefined : clean(found[1], 40)
}
