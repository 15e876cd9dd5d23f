// ethtool: link, rings, channels, offloads and coalescing of each device → how an interface is set, and what it could be set to.
//   Settings for eth3:                 Ring parameters for eth3:        Channel parameters for eth0:
//           Speed: 10000Mb/s           Pre-set maximums:                Pre-set maximums:
//           Duplex: Full               RX:             4096             Combined:       8
import type { Instance, Value } from '../../model/metric.ts'
import type { RunRequest, Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { devices, NOT_SUPPORTED } from './interfaces.ts'
import { channels, coalescing, features, link, rings, type Settings } from './settings.ts'

interface Part {
  readonly option?: string
  readonly title: RegExp
  readonly gives: readonly string[]
  readonly read: (text: string) => Settings
}

const PARTS: readonly Part[] = [
  { title: /^Settings for (\S+):$/m, gives: ['link_mbits', 'half_duplex', 'best_mbits'], read: link },
  { option: '-g', title: /^Ring parameters for (\S+):$/m, gives: ['rx_ring', 'rx_ring_max'], read: rings },
  { option: '-l', title: /^Channel parameters for (\S+):$/m, gives: ['channels', 'channels_max'], read: channels },
  {
    option: '-k',
    title: /^Features for (\S+):$/m,
    gives: ['segments_in_hardware', 'merges_received'],
    read: features,
  },
  { option: '-c', title: /^Coalesce parameters for (\S+):$/m, gives: ['rx_delay'], read: coalescing },
]
const WORDS: Readonly<Record<string, string>> = {
  link_mbits: 'how fast its link is',
  half_duplex: 'whether its link is half duplex',
  best_mbits: 'how fast its link could be',
  rx_ring: 'how large its receive ring is',
  rx_ring_max: 'how large its receive ring could be',
  channels: 'how many queues it uses',
  channels_max: 'how many queues it could use',
  segments_in_hardware: 'whether it segments for TCP',
  merges_received: 'whether received segments are merged',
  rx_delay: 'how long it delays interrupts, or it adapts that itself',
}
const GIVES = PARTS.flatMap((part) => part.gives.map((name) => `interface.${name}`))

export const source: Source = {
  id: 'ethtool',
  tier: 'run',
  tool: 'ethtool',
  asks: 'At which speed does a link run, and do its rings and queues use what the device has?',
  gives: GIVES,
  requests: (_window, context, wanted) => {
    const names = devices(context)
    if (isUnavailable(names)) return names
    const parts = PARTS.filter((part) => part.gives.some((name) => wanted?.has(`interface.${name}`) ?? true))
    return names.flatMap((name) => parts.map((part) => request(part.option, name)))
  },
  parse: (looks) => {
    const found = new Map<string, Record<string, Value>>()
    let titled = 0
    for (const { text } of looks) {
      for (const part of PARTS) {
        const name = part.title.exec(text)?.[1]
        if (name === undefined) continue
        titled++
        const values = found.get(name) ?? {}
        for (const [key, value] of Object.entries(part.read(text)))
          if (value !== undefined) values[`interface.${key}`] = value
        found.set(name, values)
      }
    }
    if (titled === 0)
      return unavailable('not understood', 'ethtool printed no settings, ring, channel, feature or coalesce parameters')
    const instances = [...found].map(([name, values]): Instance => ({ domain: 'interface', name, values }))
    return { instances, missing: missing(instances) }
  },
}

function request(option: string | undefined, name: string): RunRequest {
  const argv: [string, ...string[]] = option === undefined ? ['ethtool', name] : ['ethtool', option, name]
  return { kind: 'run', argv, at: 'start', accept: NOT_SUPPORTED }
}

/** What no driver said stays unknown: a speed that is not known is not a slow one, and not a fast one either. */
function missing(instances: readonly Instance[]) {
  const names = instances.map((one) => one.name).join(', ')
  return Object.fromEntries(
    GIVES.filter((id) => !instances.some((one) => id in one.values)).map((id) => [
      id,
      unavailable('not supported', `the driver of ${names} does not say ${WORDS[id.slice('interface.'.length)] ?? id}`),
    ]),
  )
}
