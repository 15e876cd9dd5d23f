// df of the mount that is said to be slow → space and inodes used. Only this one is asked: a dead server elsewhere cannot hang it.
//   Type   Inodes   IUsed   1B-blocks        Used       Avail Filesystem Mounted on
//   ext4 16777216 1234567 270553153536 123456789012 135000000000 /dev/vda   /
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { source as df } from '../df/index.ts'
import { mountOf } from '../target/need.ts'

const NAMES = ['used', 'available', 'inodes_used']

export const source: Source = {
  id: 'target_space',
  tier: 'run',
  tool: 'df',
  asks: 'Is the mount that is said to be slow out of space or inodes?',
  gives: NAMES.map((name) => `target.mount.${name}`),
  requests: (_window, context) => {
    const mount = mountOf(context)
    if (isUnavailable(mount)) return mount
    return [
      {
        kind: 'run',
        argv: ['df', '-B1', '--output=fstype,itotal,iused,size,used,avail,source,target', '--', mount.path],
        at: 'start',
      },
    ]
  },
  parse: (looks, info) => {
    const mount = mountOf(info.context)
    if (isUnavailable(mount)) return mount
    const reading = df.parse(looks, info)
    if (isUnavailable(reading))
      return reading.reason.includes('no filesystem')
        ? unavailable('nothing to measure', `a ${mount.type} is never full, or always`)
        : reading
    const found = reading.instances?.find((one) => one.name === mount.path)
    if (!found) return unavailable('not understood', `df did not print ${mount.path}`)
    // Inodes made on demand have no total: then there is nothing to run out of, and no value.
    const values = NAMES.flatMap((name) => {
      const value = found.values[`mount.${name}`]
      return value === undefined ? [] : [[`target.mount.${name}`, value] as const]
    })
    return {
      instances: [
        {
          ...found,
          labels: {
            mount: mount.path,
            fstype: mount.type,
            ...(mount.deviceName === undefined ? {} : { device: mount.deviceName }),
          },
          values: Object.fromEntries(values),
        },
      ],
    }
  },
}
