// lscpu in JSON → sockets, cores, threads, memory nodes and the model of the processor.
//   {"lscpu": [{"field":"CPU(s):","data":"2","children":[…]},
//   {"field":"Model name:", "data":"AMD EPYC", "children": [
//      {"field":"Thread(s) per core:","data":"1"},
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { isObject, parseJson } from '../../parse/json.ts'
import { defined, number } from '../../parse/table.ts'

export const source: Source = {
  id: 'lscpu',
  tier: 'run',
  tool: 'lscpu',
  asks: 'Which processors does this host have?',
  gives: ['cpu.online', 'cpu.threads_per_core', 'cpu.sockets', 'cpu.cores', 'cpu.model', 'numa.nodes'],
  // Behind the context, which is read anyway and knows the first two.
  rank: () => 25,
  requests: () => [{ kind: 'run', argv: ['lscpu', '-J'], at: 'start' }],
  parse: (looks) => {
    const found = fields(parseJson(looks[0]?.text ?? ''))
    const count = (name: string) => {
      const value = number(found.get(name))
      return value !== undefined && value > 0 && Number.isSafeInteger(value) ? value : undefined
    }
    const [sockets, perSocket] = [count('Socket(s)'), count('Core(s) per socket')]
    const model = found.get('Model name')
    const host = defined<string | number>({
      'cpu.online': onlineOf(found.get('On-line CPU(s) list')) ?? count('CPU(s)'),
      'cpu.threads_per_core': count('Thread(s) per core'),
      'cpu.sockets': sockets,
      'cpu.cores': sockets !== undefined && perSocket !== undefined ? sockets * perSocket : undefined,
      'cpu.model': model === undefined || model === '' || model === '-' ? undefined : model,
      'numa.nodes': count('NUMA node(s)'),
    })
    return Object.keys(host).length > 0
      ? { host, missing: absent(source.gives, host, untold) }
      : unavailable('not understood', 'lscpu printed no JSON with the fields it is known by')
  },
}

const untold = unavailable('not supported', 'lscpu does not tell it of this machine')

/** Fields of all depths: util-linux 2.37 and later group them, earlier ones do not. */
function fields(value: unknown, found = new Map<string, string>()): Map<string, string> {
  const list = isObject(value) ? (value['lscpu'] ?? value['children']) : undefined
  for (const entry of Array.isArray(list) ? list : []) {
    if (!isObject(entry)) continue
    const [field, data] = [entry['field'], entry['data']]
    const name = typeof field === 'string' ? field.replace(/:$/, '') : ''
    if (typeof data === 'string' && !found.has(name)) found.set(name, data)
    fields({ children: entry['children'] }, found)
  }
  return found
}

/** `0-3,8` → 5. */
function onlineOf(list: string | undefined): number | undefined {
  if (list === undefined || !/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(list)) return undefined
  return list.split(',').reduce((total, part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return total + Math.max(0, to - from) + 1
  }, 0)
}
