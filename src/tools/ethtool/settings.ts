// One block that ethtool prints → the settings in it. `n/a`, `Unknown!` and 65535 are not known.
//   Pre-set maximums:                  Features for eth0:                        Coalesce parameters for eth0:
//   RX:		4096                      tcp-segmentation-offload: on              Adaptive RX: off  TX: off
//   Current hardware settings:         generic-receive-offload: off [requested on]    rx-usecs: 20

export type Settings = Readonly<Record<string, number | undefined>>

/** Drivers that do not know print -1 as an unsigned number of 16 or 32 bits. */
const UNKNOWN_SPEEDS = new Set([65_535, 4_294_967_295])

export function link(text: string): Settings {
  // Without a link the driver says what it was last set to, most often half duplex and 10 Mb/s.
  if (!/^\s*Link detected: yes$/m.test(text)) return {}
  const speed = Number(/^\s*Speed: (\d+)Mb\/s$/m.exec(text)?.[1] ?? Number.NaN)
  const duplex = /^\s*Duplex: (Half|Full)$/m.exec(text)?.[1]
  // The modes are listed over many lines, up to the next line with a name and a colon.
  const supported = /Supported link modes:([^:]*)(?:\n[^\n]*:|$)/.exec(text)?.[1] ?? ''
  const modes = [...supported.matchAll(/(\d+)base/g)].map((mode) => Number(mode[1]))
  return {
    link_mbits: speed > 0 && !UNKNOWN_SPEEDS.has(speed) ? speed : undefined,
    half_duplex: duplex === undefined ? undefined : Number(duplex === 'Half'),
    best_mbits: modes.length > 0 ? Math.max(...modes) : undefined,
  }
}

export function rings(text: string): Settings {
  const { most, now } = halves(text)
  return { rx_ring: positive(now.get('RX')), rx_ring_max: positive(most.get('RX')) }
}

/** Receive queues are either their own or combined with a send queue; a device may have both. */
export function channels(text: string): Settings {
  const { most, now } = halves(text)
  const total = (half: ReadonlyMap<string, number>) => positive((half.get('RX') ?? 0) + (half.get('Combined') ?? 0))
  return { channels: total(now), channels_max: total(most) }
}

export function features(text: string): Settings {
  const on = (name: string) => {
    const state = new RegExp(`^${name}: (on|off)(?: \\[.*\\])?$`, 'm').exec(text)?.[1]
    return state === undefined ? undefined : Number(state === 'on')
  }
  return { segments_in_hardware: on('tcp-segmentation-offload'), merges_received: on('generic-receive-offload') }
}

export function coalescing(text: string): Settings {
  const adaptive = /^Adaptive RX: (\S+)/m.exec(text)?.[1]
  const delay = /^rx-usecs:\s+(\d{1,9})$/m.exec(text)?.[1]
  return { rx_delay: adaptive === 'on' || delay === undefined ? undefined : Number(delay) / 1e6 }
}

/** What could be and what is: both halves have the same names. */
function halves(text: string) {
  const [before = '', after = ''] = text.split(/^Current hardware settings:$/m)
  return { most: numbers(before), now: numbers(after) }
}

function numbers(half: string): ReadonlyMap<string, number> {
  return new Map([...half.matchAll(/^(\w[\w ]*):\s+(\d{1,9})$/gm)].map(([, name = '', value]) => [name, Number(value)]))
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}
