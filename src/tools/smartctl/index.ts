// smartctl: its JSON of each disk → whether the disk says it is failing, bad sectors, wear, errors of its cable.
//   {"smartctl": {"version": [7,3], "exit_status": 0}, "device": {"name": "/dev/sdb", "type": "sat"},
//    "smart_status": {"passed": true}, "ata_smart_attributes": {"table": [
//      {"id": 5, "name": "Reallocated_Sector_Ct", "raw": {"value": 0, "string": "0"}},
import type { Context } from '../../model/context.ts'
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable, type Unavailable } from '../../model/unavailable.ts'
import { isCount, isObject, parseJson } from '../../parse/json.ts'
import { defined } from '../../parse/table.ts'
import { nvmeHealth, HEALTH } from './health.ts'

const MOST_DISKS = 12
/** Each bit of the exit status is a finding of its own, failing disks included: only the JSON tells. */
const ANY_STATUS = Array.from({ length: 255 }, (_, i) => i + 1)

export const source: Source = {
  id: 'smartctl',
  tier: 'run',
  tool: 'smartctl',
  asks: 'Does a disk say of itself that it is failing or worn out?',
  gives: [...HEALTH, 'disk.cable_errors'],
  // At the end: its commands answer with sense data, which ioerr_cnt would count as I/O errors of the window.
  requests: (_window, context) => {
    const disks = physical(context)
    if (disks.length === 0)
      return unavailable('nothing to measure', 'no such hardware: no disk here has a health record of its own')
    if (!context.privileges.root)
      return unavailable('not permitted', 'the health of a disk may be read by root only', 'run as root')
    return disks.map((name) => ({
      kind: 'run',
      // standby: a disk that sleeps is not woken up for this.
      argv: ['smartctl', '-j', '-a', '-n', 'standby', `/dev/${name}`],
      at: 'end',
      accept: ANY_STATUS,
    }))
  },
  parse: (looks) => {
    const read = looks.map((look) => diskOf(look.text))
    const instances = read.flatMap((one) => (one && 'domain' in one ? [one] : []))
    if (read.length === 0 || read.some((one) => one === undefined))
      return unavailable('not understood', 'smartctl printed no JSON with its version and a device')
    const missing = [...HEALTH, 'disk.cable_errors'].filter((id) => !instances.some((disk) => id in disk.values))
    const why = unavailable('not supported', 'no disk here reports this: virtual disks and RAID controllers hide it')
    if (missing.length > HEALTH.length) return why
    return { instances, missing: Object.fromEntries(missing.map((id) => [id, why])) }
  },
}

/** Virtual disks have no health record, and a name that is not the kernel's does not get into an argv. */
export function physical(context: Context, classes: readonly string[] = ['hdd', 'ssd', 'nvme']): string[] {
  return context.disks
    .filter((disk) => classes.includes(disk.class) && /^[a-z][a-z0-9]*$/.test(disk.name))
    .slice(0, MOST_DISKS)
    .map((disk) => disk.name)
}

function diskOf(text: string): Instance | Unavailable | undefined {
  const json = parseJson(text)
  if (!isObject(json) || !isObject(json['smartctl']) || !Array.isArray(json['smartctl']['version'])) return undefined
  const device = json['device']
  const path = isObject(device) && typeof device['name'] === 'string' ? device['name'] : undefined
  // It could not be opened, or sleeps: smartctl ran, and there is nothing to say.
  if (path === undefined) return unavailable('not supported', 'smartctl knows no such device')
  const name = path.replace(/^\/dev\//, '')
  const status = json['smart_status']
  const passed = isObject(status) && typeof status['passed'] === 'boolean' ? status['passed'] : undefined
  const nvme = nvmeHealth(json['nvme_smart_health_information_log'])
  const model = typeof json['model_name'] === 'string' ? json['model_name'] : undefined
  return {
    domain: 'disk',
    name,
    labels: defined({ device: name, model }),
    values: defined({
      ...nvme,
      'disk.bad_sectors': nvme['disk.bad_sectors'] ?? badSectors(json),
      'disk.self_test_failed':
        passed === undefined
          ? nvme['disk.self_test_failed']
          : Math.max(Number(!passed), nvme['disk.self_test_failed'] ?? 0),
      'disk.cable_errors': attribute(json, 199),
    }),
  }
}

type Json = Readonly<Record<string, unknown>>

/** Reallocated (5), pending (197) and uncorrectable (198) sectors of ATA; the grown defect list of SCSI. */
function badSectors(json: Json): number | undefined {
  const counts = [5, 197, 198].map((id) => attribute(json, id)).filter((value) => value !== undefined)
  if (counts.length > 0) return counts.reduce((sum, one) => sum + one, 0)
  const grown = json['scsi_grown_defect_list']
  return isCount(grown) ? grown : undefined
}

/** Raw value of an ATA attribute. Some makers pack several numbers into it: the count is the low 32 bits. */
function attribute(json: Json, id: number): number | undefined {
  const attributes = json['ata_smart_attributes']
  const table = isObject(attributes) ? attributes['table'] : undefined
  const entry: unknown = Array.isArray(table) ? table.find((one) => isObject(one) && one['id'] === id) : undefined
  const raw = isObject(entry) ? entry['raw'] : undefined
  const value = isObject(raw) ? raw['value'] : undefined
  return isCount(value) && Number.isInteger(value) ? value % 2 ** 32 : undefined
}
