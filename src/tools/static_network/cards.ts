// /sys/class/net, the PCI devices and /proc/interrupts → network cards with speed, driver, receive queues, and the CPUs their interrupts go to.
//   /sys/class/net/eth0/queues/rx-0/rps_cpus             0
//   /sys/bus/pci/devices/0000:00:03.0/msi_irqs/          38 39
//   /proc/irq/38/effective_affinity_list                 1
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import { defined, words } from '../../parse/table.ts'
import { below, line, type Files } from '../context/text.ts'
import { whole } from '../static_config/items.ts'

const net = '/sys/class/net'
const pci = '/sys/bus/pci/devices'
const INTERRUPTS = '/proc/interrupts'
/** Interrupts since boot below which a vector is for configuration, not for packets. */
const BUSY = 1000

export const OF_CARDS = [
  'config.interface.mtu',
  'config.interface.driver',
  'config.interface.duplex',
  'config.interface.megabits',
  'config.interface.receive_queues',
  'config.interface.steering',
  'config.interface.vectors',
  'config.interface.vector_cpus',
  'config.interface.cpus',
  'config.interface.guest',
] as const

export const CARD_FILES: readonly string[] = [
  `${net}/*/mtu`,
  `${net}/*/speed`,
  `${net}/*/duplex`,
  `${net}/*/operstate`,
  `${net}/*/device/uevent`,
  `${net}/*/queues/rx-*/rps_cpus`,
  `${pci}/*/msi_irqs/`,
  `${pci}/*/net/*/mtu`,
  `${pci}/*/virtio*/net/*/mtu`,
  '/proc/irq/*/effective_affinity_list',
  INTERRUPTS,
]

/** Cards that are up. Bridges, tunnels and loopback have no settings of hardware. */
export function cardsOf(files: Files, context: Context): Instance[] {
  const counts = interrupts(files.get(INTERRUPTS))
  return below(files, `${net}/`)
    .filter((name) => files.has(`${net}/${name}/device/uevent`) && up(line(files, `${net}/${name}/operstate`)))
    .map((name) => ({ domain: 'interface' as const, name, values: card(files, name, counts, context) }))
    .filter(({ values }) => Object.keys(values).length > 0)
}

function card(files: Files, name: string, counts: ReadonlyMap<string, number>, context: Context) {
  const text = (file: string) => line(files, `${net}/${name}/${file}`)
  const queues = [...files.keys()].filter((path) => path.startsWith(`${net}/${name}/queues/rx-`))
  const vectors = vectorsOf(files, name).filter((irq) => (counts.get(irq) ?? 0) >= BUSY)
  const targets = vectors.map((irq) => line(files, `/proc/irq/${irq}/effective_affinity_list`))
  const known = targets.every((cpus) => cpus !== undefined) && targets.length > 0
  const mtu = whole(text('mtu'))
  const duplex = text('duplex')
  const read = {
    'config.interface.mtu': mtu,
    'config.interface.driver': /^DRIVER=(.+)$/m.exec(files.get(`${net}/${name}/device/uevent`) ?? '')?.[1],
    'config.interface.duplex': duplex === 'unknown' ? undefined : duplex,
    'config.interface.megabits': speed(whole(text('speed'))),
    'config.interface.receive_queues': queues.length > 0 ? queues.length : undefined,
    'config.interface.steering':
      queues.length > 0 ? Number(queues.some((path) => /[1-9a-f]/.test(files.get(path) ?? ''))) : undefined,
    'config.interface.vectors': vectors.length > 0 ? vectors.length : undefined,
    'config.interface.vector_cpus': known ? new Set(targets).size : undefined,
  }
  const found: Record<string, number | string> = defined<number | string>(read)
  if (Object.keys(found).length === 0) return found
  return {
    ...found,
    'config.interface.cpus': context.cpus.online,
    'config.interface.guest': Number(context.virtualization !== 'none'),
  }
}

/** Drivers without a carrier say `unknown` while they work. */
function up(state: string | undefined): boolean {
  return state === 'up' || state === 'unknown'
}

/** 4294967295 is -1 of drivers that return it unsigned; a card that is down says 0. */
function speed(megabits: number | undefined): number | undefined {
  return megabits !== undefined && megabits > 0 && megabits < 4_294_967_295 ? megabits : undefined
}

/** The card's PCI device, itself or as the parent of a virtio one, lists its vectors as names of a directory. */
function vectorsOf(files: Files, name: string): string[] {
  for (const path of files.keys()) {
    if (!path.startsWith(`${pci}/`) || !path.endsWith(`/net/${name}/mtu`)) continue
    const device = path.slice(pci.length + 1).split('/', 1)[0] ?? ''
    return words(files.get(`${pci}/${device}/msi_irqs/`) ?? '').filter((irq) => /^\d+$/.test(irq))
  }
  return []
}

/** ` 39:  13438  0  PCI-MSIX-… virtio2-output.0` → 39: 13438, summed over the CPUs of the header. */
function interrupts(text: string | undefined): Map<string, number> {
  const [header = '', ...rows] = (text ?? '').split('\n')
  const cpus = words(header).filter((word) => /^CPU\d+$/.test(word)).length
  const found = new Map<string, number>()
  for (const row of rows) {
    const [irq = '', ...cells] = words(row)
    const counts = cells.slice(0, cpus).map(whole)
    if (!/^\d+:$/.test(irq) || counts.length < cpus) continue
    let total = 0
    for (const count of counts) total += count ?? 0
    found.set(irq.slice(0, -1), total)
  }
  return found
}
