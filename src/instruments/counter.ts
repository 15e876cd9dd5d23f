// A counter of the kernel in a file → the control of a probe: it moves whenever there is something to see.
import type { Control } from '../model/probe.ts'

/** `lines`: each first group is a number; they are added. `/^ctxt (\d+)$/gm` of /proc/stat. */
export function counter(path: string, lines: RegExp, of: string, least: number): Control {
  return {
    path,
    of,
    least,
    count: (text) => {
      const numbers = [...text.matchAll(lines)].map(([, number]) => Number(number))
      return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers.reduce((sum, n) => sum + n, 0) : undefined
    },
  }
}

/** `name 123` lines of /proc/vmstat, some of them added up. */
export function vmstatCounter(names: readonly string[], of: string, least: number): Control {
  return counter('/proc/vmstat', new RegExp(`^(?:${names.join('|')}) (\\d+)$`, 'gm'), of, least)
}

/** /proc/diskstats: reads, writes, discards and flushes completed; parts and devices below others count too: it only must have moved. */
export const diskIos: Control = {
  path: '/proc/diskstats',
  of: 'block I/Os',
  least: 10,
  count: (text) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const numbers = lines.map((line) => line.trim().split(/\s+/)).map((cells) => Number(cells[3]) + Number(cells[7]))
    return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers.reduce((sum, n) => sum + n, 0) : undefined
  },
}

/** `Tcp: RetransSegs …` in /proc/net/snmp and netstat: names in one line, numbers in the next. */
export function protocolCounter(
  path: '/proc/net/snmp' | '/proc/net/netstat',
  protocol: string,
  name: string,
  of: string,
  least: number,
): Control {
  return {
    path,
    of,
    least,
    count: (text) => {
      const [names, numbers] = text
        .split('\n')
        .filter((line) => line.startsWith(`${protocol}:`))
        .map((line) => line.split(/\s+/))
      const at = names?.indexOf(name) ?? -1
      const found = at > 0 ? Number(numbers?.[at]) : Number.NaN
      return Number.isFinite(found) ? found : undefined
    },
  }
}
