// The health log of an NVMe device, as smartctl or nvme prints it → the metrics of its health.
import { isCount, isObject } from '../../parse/json.ts'

export const HEALTH = [
  'disk.self_test_failed',
  'disk.bad_sectors',
  'disk.wear',
  'disk.spare',
  'disk.spare_threshold',
] as const

/** smartctl and nvme name the same fields of the log differently. */
export function nvmeHealth(log: unknown): Partial<Record<(typeof HEALTH)[number], number>> {
  if (!isObject(log)) return {}
  const field = (...names: readonly string[]) => names.map((name) => log[name]).find(isCount)
  const warning = field('critical_warning')
  const errors = field('media_errors')
  const wear = field('percentage_used', 'percent_used')
  const spare = field('available_spare', 'avail_spare')
  const threshold = field('available_spare_threshold', 'spare_thresh')
  return {
    ...(warning === undefined ? {} : { 'disk.self_test_failed': Number(warning !== 0) }),
    ...(errors === undefined ? {} : { 'disk.bad_sectors': errors }),
    ...(wear === undefined ? {} : { 'disk.wear': wear }),
    ...(spare === undefined ? {} : { 'disk.spare': spare }),
    ...(threshold === undefined ? {} : { 'disk.spare_threshold': threshold }),
  }
}
