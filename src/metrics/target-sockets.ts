// Metrics of TCP connections by far end: what the kernel says holds back those of the target (--target), and what the paths to all peers do.
import type { Metric } from '../model/metric.ts'

const ss = 'ss -t -i -n -p'
const paths = 'ss -t -i -n dst ADDRESS'

/** By far end, address and port; of several connections to one the sum, or the worst; the help says which. */
export const metrics: readonly Metric[] = [
  { id: 'target.socket.connections', per: 'peer', dimension: 'count', kind: 'constant', help: 'Connections of the target to this far end', see: ss },
  { id: 'target.socket.unanswered', per: 'peer', dimension: 'count', kind: 'constant', help: 'Connections that were not answered at either end of the window (SYN-SENT)', see: ss },
  { id: 'target.socket.answered', per: 'peer', dimension: 'count', kind: 'constant', help: 'Established connections to this address and port', see: ss },
  { id: 'target.socket.alive', per: 'peer', dimension: 'flag', kind: 'constant', help: '1 when the address itself answers: its hardware address is known here, or another port of it has an established connection; absent when nothing tells', see: 'ip neigh show ADDRESS; ss -tn dst ADDRESS' },
  { id: 'target.socket.busy', per: 'peer', dimension: 'ratio', kind: 'rate', help: 'Share of the window with data on its way or waiting to be sent, of the busiest connection', see: ss },
  { id: 'target.socket.window_limited', per: 'peer', dimension: 'ratio', kind: 'rate', help: 'Share of that busy time in which the window of the receiver was full (rwnd_limited)', see: ss },
  { id: 'target.socket.buffer_limited', per: 'peer', dimension: 'ratio', kind: 'rate', help: 'Share of that busy time in which the own send buffer was too small (sndbuf_limited)', see: ss },
  { id: 'target.socket.segments', per: 'peer', dimension: 'count', kind: 'count', help: 'Data segments that connection sent in the window', see: ss },
  { id: 'target.socket.time_per_segment', per: 'peer', dimension: 'seconds', kind: 'rate', help: 'Busy time of that connection by data segments sent: how long one is on its way or held back', see: ss },
  { id: 'target.socket.rtt_min', per: 'peer', dimension: 'seconds', kind: 'constant', help: 'Least round-trip time that connection ever saw', see: ss },
  { id: 'target.socket.held_small', per: 'peer', dimension: 'count', kind: 'gauge', help: 'Connections with less than a segment to send that wait for an acknowledgement although the windows are open (Nagle)', see: ss },
  { id: 'target.socket.retransmitted', per: 'peer', dimension: 'count', kind: 'count', help: 'Segments sent again in the window', see: ss },
  { id: 'target.socket.unread', per: 'peer', dimension: 'bytes', kind: 'gauge', help: 'Received data the program has not read, most of any connection', see: ss },
  { id: 'process.target_connections', per: 'process', dimension: 'count', kind: 'constant', help: 'TCP connections of the target that the process holds', see: ss },
  { id: 'peer.segments', per: 'peer', dimension: 'count', kind: 'count', help: 'Data segments sent to this address in the window, of the connections that are open at its end', see: paths },
  { id: 'peer.retransmitted', per: 'peer', dimension: 'count', kind: 'count', help: 'Segments sent to this address again in the window', see: paths },
  { id: 'peer.gaps', per: 'peer', dimension: 'count', kind: 'count', help: 'Segments of this address in the window that arrived while one before them was missing (rcv_ooopack)', see: paths },
  { id: 'peer.reorderings', per: 'peer', dimension: 'count', kind: 'count', help: 'Times in the window that this peer was seen to get segments out of order (reord_seen)', see: paths },
  { id: 'peer.duplicates', per: 'peer', dimension: 'count', kind: 'count', help: 'Segments this peer reported in the window to have got twice: they were not lost (dsack_dups)', see: paths },
  { id: 'peer.stuck', per: 'peer', dimension: 'count', kind: 'constant', help: 'Connections to this address on which a timeout passed without an answer and nothing was acknowledged in the window (backoff, unacked)', see: paths },
  { id: 'peer.stuck_from_start', per: 'peer', dimension: 'count', kind: 'constant', help: 'Those of them on which the handshake passed and no full segment ever arrived', see: paths },
  { id: 'peer.rtt_min', per: 'peer', dimension: 'seconds', kind: 'constant', help: 'Least round trip any open connection to this address ever saw', see: paths },
  { id: 'peer.busy', per: 'peer', dimension: 'ratio', kind: 'rate', help: 'Share of the window with data on its way or waiting to be sent, of the busiest connection to this address', see: paths },
  { id: 'peer.window_limited', per: 'peer', dimension: 'ratio', kind: 'rate', help: 'Share of that busy time in which the window of the receiver was full', see: paths },
]
