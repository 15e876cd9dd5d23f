// ss with the buffers of every TCP connection, several times in a moment → by process: how full the worst receive buffer is, and windows the kernel cut for it.
//   ESTAB 280    0            10.0.0.5:7043        10.0.0.9:40112 users:(("collector",pid=812,fd=5))
//   	 skmem:(r33560,rb32768,t0,tb69120,f3304,w0,o0,bl0,d0) cubic advmss:1448 bytes_received:83832 rcv_space:16072 rcv_ssthresh:2896
// Not the drops of a socket (skmem d): pruning and collapsing leave it at 0, and it grows on healthy loopback transfers (Linux 6.18).
import type { Source } from '../../model/source.ts'
import { isUnavailable, unavailable } from '../../model/unavailable.ts'
import { files } from '../../parse/files.ts'
import { connections, type Connection } from '../ss/connections.ts'
import { rangeOf } from '../ss_sockets/ports.ts'
import { receiving } from './receiving.ts'

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
/** -p reads the descriptors of every process. This is asked for only when the kernel has pruned something, so more of them are worth it. */
const MANY_PROCESSES = 5000

export const source: Source = {
  id: 'ss_buffers',
  tier: 'run',
  tool: 'ss',
  brief: true,
  asks: 'Whose receive buffers overflow?',
  gives: [
    'process.receive_clamped',
    'process.receive_buffer_used',
    'process.receive_buffer',
    'process.receive_queued',
    'process.receive_connection',
  ],
  // Only -t, as in ss. A reader that comes in gulps has an empty buffer as often as a full one, so two looks are not enough.
  requests: (_window, context) =>
    context.processes > MANY_PROCESSES
      ? unavailable(
          'not measured',
          'among more than 5,000 processes the owners of sockets are not looked for',
          'ss -t -n -m -i -p',
        )
      : [
          { kind: 'run', argv: ['ss', '-t', '-n', '-m', '-i'], at: 'every' },
          { kind: 'read', paths: [RANGE], at: 'end' },
          { kind: 'run', argv: ['ss', '-t', '-n', '-m', '-i', '-p'], at: 'end' },
        ],
  parse: (looks, { context }) => {
    const seen: (readonly Connection[])[] = []
    for (const look of looks) {
      if (look.paths || files(look.text).has(RANGE)) continue
      const found = connections(look.text)
      if (isUnavailable(found)) return found
      seen.push(found)
    }
    const now = seen.at(-1)
    if (!now) return unavailable('not measured', 'ss was not run')
    if (seen.length < 2) return unavailable('not measured', 'the connections were listed only once')
    if (now.length > 0 && now.every(({ memory }) => memory === undefined))
      return unavailable('not supported', 'this ss or kernel does not say what the buffers of a connection hold')
    const range = looks.map((look) => rangeOf(files(look.text).get(RANGE))).find((one) => one !== undefined)
    return receiving(seen, { root: context.privileges.root, ...(range ? { range } : {}) })
  },
}
