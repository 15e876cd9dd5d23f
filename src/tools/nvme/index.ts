// nvme smart-log: the JSON health log of each NVMe device → whether it says it is failing, media errors, wear, spare blocks.
//   {"critical_warning":0, "temperature":323, "avail_spare":100, "spare_thresh":5,
//    "percent_used":15, "data_units_read":499296134, "host_read_commands":9347931143,
//    "media_errors":0, "num_err_log_entries":17}
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { nvmeHealth, HEALTH } from '../smartctl/health.ts'
import { physical } from '../smartctl/index.ts'

export const source: Source = {
  id: 'nvme',
  tier: 'run',
  tool: 'nvme',
  asks: 'Does an NVMe device say of itself that it is failing or worn out?',
  gives: HEALTH,
  // After smartctl, which knows the other disks as well.
  rank: () => 12,
  requests: (_window, context) => {
    const disks = physical(context, ['nvme'])
    if (disks.length === 0) return unavailable('nothing to measure', 'no such hardware: no NVMe device')
    if (!context.privileges.root)
      return unavailable('not permitted', 'the health of a disk may be read by root only', 'run as root')
    return disks.map((name) => ({ kind: 'run', argv: ['nvme', 'smart-log', `/dev/${name}`, '-o', 'json'], at: 'end' }))
  },
  parse: (looks) => {
    const instances = looks.flatMap((look) => {
      const log = parseJson(look.text)
      const device = look.argv?.find((argument) => argument.startsWith('/dev/'))?.slice('/dev/'.length)
      const values = nvmeHealth(isObject(log) && 'critical_warning' in log ? log : undefined)
      return device === undefined || Object.keys(values).length === 0
        ? []
        : [{ domain: 'disk' as const, name: device, labels: { device }, values }]
    })
    return instances.length > 0
      ? { instances }
      : unavailable('not understood', 'nvme printed no JSON log with critical_warning')
  },
}
