// fragments: who sends packets in pieces, through which interface, and whose packets lack pieces.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { plainPeers } from '../../instruments/peer.ts'
import type { Counts } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import { systemtap, systemtapBuild } from '../../instruments/systemtap.ts'
import type { Instance } from '../../model/metric.ts'
import type { Probe } from '../../model/probe.ts'
import type { Row } from '../../model/tally.ts'
import program from './pieces.bt'

const told = answering('network.fragments_by')

const MOST_INSTANCES = 16

const events = ['net:netif_receive_skb']

/** Only for who can look into the packet: its header is no field of the tracepoint. */
const question: Counts = {
  kind: 'counts',
  of: [{ event: 'net:netif_receive_skb', when: [['piece', '!=', 0]] }],
  labels: {
    peer: { field: 'sender' },
    interface: { field: 'interface' },
    piece: { field: 'piece', names: { 1: 'first', 2: 'middle', 3: 'last' } },
  },
}

const read: Reader = (measured) => ({ ...told(measured), instances: senders(measured.rows ?? []) })

/** A packet whose first piece came and whose last did not, or the other way round, is never whole. */
function senders(rows: readonly Row[]): Instance[] {
  const found = new Map<string, { peer: string; interface: string; first: number; last: number }>()
  for (const { labels, count } of rows) {
    const { peer = '', interface: device = '', piece } = labels
    const one = found.get(`${peer} ${device}`) ?? { peer, interface: device, first: 0, last: 0 }
    if (piece === 'first') one.first += count
    if (piece === 'last') one.last += count
    found.set(`${peer} ${device}`, one)
  }
  return [...found.values()]
    .map(({ peer, interface: device, first, last }) => ({
      domain: 'peer' as const,
      name: peer,
      labels: { address: peer, interface: device },
      values: { 'peer.packets_in_pieces': Math.max(first, last), 'peer.pieces_missing': Math.abs(first - last) },
    }))
    .toSorted((a, b) => b.values['peer.pieces_missing'] - a.values['peer.pieces_missing'])
    .slice(0, MOST_INSTANCES)
}

export const probe: Probe = {
  id: 'fragments',
  answers: 'network.fragments_by',
  gives: ['network.fragments_by', 'peer.packets_in_pieces', 'peer.pieces_missing'],
  asks: 'Who sends packets in pieces, and do pieces of them not arrive?',
  tells:
    'As many first as last pieces: whole packets arrive, and what fails is done here (memory for pieces, ipfrag_high_thresh). More of one than of the other: pieces are lost on the path, or the sender never sends them; what waits for them takes the memory from everybody else.',
  seconds: 5,
  counted: ['net:netif_receive_skb'],
  checked:
    'A sender that leaves out the last pieces of 150 packets a second: its address and interface, as many as it left out.',
  backEnds: [
    // Logs print the address of a packet, not what is in it. LTTng's log has a header, by the place the kernel notes only behind this tracepoint.
    bpftrace({
      program,
      events: ['net:netif_receive_skb(skbaddr)'],
      microseconds: 0.5,
      maps: { rows: { labels: ['peer', 'interface', 'piece'], of: [{ map: '@n', is: 'count' }] } },
      read,
    }),
    systemtap({ question, events, read: plainPeers(read) }),
    systemtapBuild({ question, events, read: plainPeers(read) }),
  ],
}
