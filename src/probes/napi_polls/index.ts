// napi_polls: how many packets each poll of a network device takes, on which CPUs, and how often its budget is used up.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './polls.bt'

const events = ['napi:napi_poll(dev_name,work,budget)']

/** Packets of loopback, of veth pairs and of RPS wait in a list of their CPU, that no device owns. */
const BACKLOG = { '(no_device)': 'backlog of the CPU' }

const question: Counts = {
  kind: 'counts',
  of: [{ event: 'napi:napi_poll' }],
  labels: { cpu: { field: '@cpu' }, device: { field: 'dev_name', names: BACKLOG } },
  histogram: { field: 'work', unit: 1 },
}

const answer = answering('network.poll_packets', { table: 'network.polls' })

const read: Reader = (measured) => {
  const rows = measured.rows ?? []
  const all = rows.reduce((sum, { count }) => sum + count, 0)
  const cpus = new Map<string, number>()
  for (const { labels, count } of rows) cpus.set(labels['cpu'] ?? '', (cpus.get(labels['cpu'] ?? '') ?? 0) + count)
  const [busiest] = [...cpus].sort(([, a], [, b]) => b - a)
  return {
    ...answer(measured),
    ...(busiest && all > 0
      ? {
          host: {
            'network.poll_cpu': busiest[0],
            'network.poll_cpu_share': Math.round((1000 * busiest[1]) / all) / 10,
          },
        }
      : {}),
  }
}

export const probe: Probe = {
  id: 'napi_polls',
  answers: 'network.poll_packets',
  gives: ['network.poll_packets', 'network.polls', 'network.poll_cpu', 'network.poll_cpu_share'],
  asks: 'How many packets does each poll of a network device take, and on which CPUs?',
  tells:
    '0 to 2 packets a poll: the device interrupts for each packet; coalesce more (ethtool -C) if CPU is short and latency is not. 64, the budget: the CPU does not keep up, and packets wait in the ring. All polls of a device on one CPU: one queue, or all interrupts at one CPU.',
  seconds: 3,
  counted: ['napi:napi_poll'],
  checked: 'A transfer over a veth pair: the backlogs of both CPUs, one packet a poll, as each was sent.',
  backEnds: [
    bpftrace({
      program,
      events,
      microseconds: 0.7,
      maps: {
        histogram: { map: '@packets', unit: 1 },
        rows: {
          labels: ['cpu', 'device'],
          names: { device: (name) => (name === '' ? BACKLOG['(no_device)'] : name) },
          of: [{ map: '@by', is: 'count' }],
        },
      },
      read,
    }),
    perfLog({ question, events, read }),
    ftraceLog({ question, events, read }),
  ],
}
