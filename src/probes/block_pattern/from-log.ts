// A log of block I/Os as they are issued → how many of each disk begin where the last one ended.
import type { LogEvent } from '../../instruments/log-event.ts'
import type { Measured } from '../../instruments/measured.ts'
import type { Row } from '../../model/tally.ts'

/** The first of each disk is neither; discards (D) move nothing. */
export function patternOf(log: Iterable<LogEvent>, pid?: number): Measured {
  const next = new Map<string, number>()
  const rows = new Map<string, Row>()
  for (const event of log) {
    const device = event.field('dev')
    const sector = event.number('sector')
    const length = event.number('nr_sector')
    const bytes = event.number('bytes') ?? 0
    if (
      device === undefined ||
      sector === undefined ||
      length === undefined ||
      bytes === 0 ||
      event.field('rwbs')?.startsWith('D')
    )
      continue
    if (pid !== undefined && (event.process ?? event.pid) !== pid) continue
    const before = next.get(device)
    next.set(device, sector + length)
    if (before === undefined) continue
    const pattern = before === sector ? 'sequential' : 'random'
    const key = `${device} ${pattern}`
    const row = rows.get(key)
    rows.set(key, {
      labels: { device, pattern },
      count: (row?.count ?? 0) + 1,
      bytes: (row?.bytes ?? 0) + bytes,
    })
  }
  return { rows: [...rows.values()] }
}
