// lvs: its JSON report of logical volumes → how full the data and the metadata of each thin pool are.
//   {"report": [{"lv": [
//     {"lv_name":"pool", "vg_name":"vg0", "lv_attr":"twi-aot---", "lv_size":"125829120", "pool_lv":"",
//      "data_percent":"91.67", "metadata_percent":"11.72"},
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { number } from '../../parse/table.ts'
import { mapped, poolReading, POOL_METRICS } from '../dmsetup/pools.ts'

const COLUMNS = 'lv_name,vg_name,lv_attr,lv_size,pool_lv,data_percent,metadata_percent'

export const source: Source = {
  id: 'lvs',
  tier: 'run',
  tool: 'lvs',
  asks: 'Is a thin pool nearly full?',
  gives: POOL_METRICS,
  requests: (_window, context) =>
    mapped(context) ?? [
      {
        kind: 'run',
        // Without locks nothing is written below /run/lock/lvm, and no other LVM command has to wait.
        argv: ['lvs', '--nolocking', '--reportformat', 'json', '--units', 'b', '--nosuffix', '-o', COLUMNS],
        at: 'end',
      },
    ],
  parse: ([look]) => {
    const json = parseJson(look?.text ?? '')
    const reports = isObject(json) ? json['report'] : undefined
    const lists = Array.isArray(reports) ? reports.map((one) => (isObject(one) ? one['lv'] : undefined)) : []
    if (lists.length === 0 || !lists.every((list) => Array.isArray(list)))
      return unavailable('not understood', 'lvs printed no JSON report with a list "lv"')
    return poolReading(lists.flat().flatMap(poolOf))
  },
}

/** The first letter of lv_attr is the type: t, a thin pool. */
function poolOf(entry: unknown): Instance[] {
  if (!isObject(entry)) return []
  const text = (key: string) => (typeof entry[key] === 'string' ? entry[key] : '')
  const [data, metadata] = [number(text('data_percent')), number(text('metadata_percent'))]
  if (!text('lv_attr').startsWith('t') || data === undefined || metadata === undefined || data < 0 || metadata < 0)
    return []
  const name = `${text('vg_name')}/${text('lv_name')}`
  const values = { 'pool.data_used': Math.min(100, data), 'pool.metadata_used': Math.min(100, metadata) }
  return [{ domain: 'disk', name, labels: { device: name }, values }]
}
