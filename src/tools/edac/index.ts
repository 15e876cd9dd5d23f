// Error counters of the memory controllers (EDAC) at both ends → memory errors corrected in the window and per day, and those that were not.
//   ==> /sys/devices/system/edac/mc/mc0/ce_count <==              1
//   ==> /sys/devices/system/edac/mc/mc0/ue_count <==              0
//   ==> /sys/devices/system/edac/mc/mc0/seconds_since_reset <==   86400
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { increase } from '../../parse/counters.ts'
import { files } from '../../parse/files.ts'
import { defined, number } from '../../parse/table.ts'

const MC = '/sys/devices/system/edac/mc/mc*'
const DAY = 86_400
type Files = ReadonlyMap<string, string>

export const source: Source = {
  id: 'edac',
  tier: 'read',
  asks: 'Does memory return wrong bits?',
  gives: ['hardware.corrected', 'hardware.corrected_daily', 'hardware.uncorrected', 'hardware.error_controller'],
  requests: () => [
    {
      kind: 'read',
      paths: [`${MC}/ce_count`, `${MC}/ue_count`, `${MC}/seconds_since_reset`, '/proc/uptime'],
      at: 'ends',
    },
  ],
  parse: (looks, { context }) => {
    const read = looks.map((look) => files(look.text))
    const last = read.at(-1) ?? new Map<string, string>()
    const names = [...last.keys()].flatMap((path) => /\/(mc\d+)\/ce_count$/.exec(path)?.[1] ?? [])
    if (names.length === 0)
      return read.some((found) => /^\d+\.\d+ /.test(found.get('/proc/uptime') ?? ''))
        ? { missing: absent(source.gives, {}, none) }
        : unavailable('not understood', 'no memory controller and no /proc/uptime could be read')
    const all = (file: string) => read.map((found) => total(names.map((name) => count(found, name, file))))
    const [corrected, uncorrected] = [all('ce_count'), all('ue_count')]
    const daily = total(names.map((name) => perDay(last, name, context.uptimeSeconds)))
    if (corrected.at(-1) === undefined && uncorrected.at(-1) === undefined)
      return unavailable('not understood', 'the error counters of the memory controllers are not numbers')
    const worst = names
      .map((name) => ({ name, errors: (count(last, name, 'ce_count') ?? 0) + (count(last, name, 'ue_count') ?? 0) }))
      .reduce((a, b) => (b.errors > a.errors ? b : a))
    const host = defined<string | number>({
      'hardware.corrected': increase(corrected),
      'hardware.corrected_daily': daily,
      'hardware.uncorrected': uncorrected.at(-1),
      'hardware.error_controller': worst.errors > 0 ? worst.name : undefined,
    })
    return {
      host,
      missing: {
        ...absent(source.gives, host, untold),
        ...(worst.errors > 0 ? {} : { 'hardware.error_controller': clean }),
      },
    }
  },
}

const none = unavailable(
  'not supported',
  'no such hardware: no memory controller that reports errors (EDAC) is visible, as in most virtual machines',
)

const untold = unavailable('not supported', 'the driver of the memory controllers does not count it')
const clean = unavailable('nothing to measure', 'no controller has errors')

function count(read: Files, name: string, file: string): number | undefined {
  const found = number(read.get(`/sys/devices/system/edac/mc/${name}/${file}`)?.trim())
  return found === undefined || found < 0 ? undefined : found
}

/** Less than a day is taken as one: three errors in an hour are not 72 a day. */
function perDay(read: Files, name: string, uptime: number): number | undefined {
  const errors = count(read, name, 'ce_count')
  const seconds = count(read, name, 'seconds_since_reset') ?? uptime
  return errors === undefined ? undefined : errors / Math.max(1, seconds / DAY)
}

function total(values: readonly (number | undefined)[]): number | undefined {
  return values.some((value) => value === undefined)
    ? undefined
    : values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
