// Version of the control groups → the files of all groups that count block I/O, and those that limit it.
import type { Context } from '../../model/context.ts'

const ROOT = '/sys/fs/cgroup'
const WAYS = ['read_bps', 'write_bps', 'read_iops', 'write_iops']

export interface IoFiles {
  readonly counters: readonly string[]
  readonly limits: readonly string[]
}

export function ioFiles({ cgroup: { version } }: Context): IoFiles {
  if (version === '2') return { counters: [`${ROOT}/**/io.stat`], limits: [`${ROOT}/**/io.max`] }
  const below = (name: string) => `${ROOT}/blkio/**/blkio.throttle.${name}`
  return {
    counters: ['io_service_bytes_recursive', 'io_serviced_recursive', 'io_service_bytes', 'io_serviced'].map(below),
    limits: WAYS.map((way) => below(`${way}_device`)),
  }
}
