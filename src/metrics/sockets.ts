// Metrics of a census of the sockets: TCP states, outgoing ports per destination, sockets nobody closes, drops of each UDP socket.
import type { Metric } from '../model/metric.ts'

const census = 'ss -tan'

export const metrics: readonly Metric[] = [
  { id: 'tcp.established', dimension: 'count', kind: 'gauge', help: 'Established connections', see: 'ss -tn state established' },
  { id: 'tcp.close_wait_sockets', dimension: 'count', kind: 'gauge', help: 'Sockets whose peer has closed and whose program has not', see: 'ss -tnp state close-wait' },
  { id: 'tcp.close_wait_stuck', dimension: 'count', kind: 'constant', help: 'Sockets in CLOSE-WAIT at both ends of the window', see: 'ss -tnp state close-wait' },
  { id: 'tcp.syn_received', dimension: 'count', kind: 'gauge', help: 'Half-open connections: the SYN of a client was answered, its ACK is missing', see: 'ss -tn state syn-recv' },
  { id: 'tcp.syn_sent', dimension: 'count', kind: 'gauge', help: 'Connections this host asks for and nobody has answered yet', see: 'ss -tn state syn-sent' },
  { id: 'tcp.local_ports', dimension: 'count', kind: 'constant', help: 'Ports for outgoing connections (ip_local_port_range)', see: 'sysctl net.ipv4.ip_local_port_range' },
  { id: 'peer.ports', per: 'peer', dimension: 'count', kind: 'gauge', help: 'Ports taken by connections from one local address to this destination, TIME-WAIT included', see: `${census} dst ADDRESS:PORT` },
  { id: 'peer.ports_used', per: 'peer', dimension: 'ratio', kind: 'gauge', help: 'These ports against all ports for outgoing connections', see: 'sysctl net.ipv4.ip_local_port_range' },
  { id: 'peer.time_wait', per: 'peer', dimension: 'count', kind: 'gauge', help: 'Ports to this destination held by connections that are over (TIME-WAIT)', see: 'ss -tn state time-wait dst ADDRESS:PORT' },
  { id: 'peer.syn_sent', per: 'peer', dimension: 'count', kind: 'constant', help: 'Connections to this destination that are asked for and not answered yet', see: 'ss -tn state syn-sent' },
  { id: 'listener.syn_received', per: 'listener', dimension: 'count', kind: 'gauge', help: 'Half-open connections to this local address and port', see: 'ss -tn state syn-recv' },
  { id: 'listener.close_wait', per: 'listener', dimension: 'count', kind: 'constant', help: 'Sockets of this local address and port in CLOSE-WAIT at both ends of the window', see: 'ss -tnp state close-wait' },
  { id: 'listener.orphans', per: 'listener', dimension: 'count', kind: 'constant', help: 'Connections of this local address and port that its program has closed and whose peers have not taken all of their data', see: 'ss -tan state fin-wait-1' },
  { id: 'process.close_wait', per: 'process', dimension: 'count', kind: 'constant', help: 'Sockets in CLOSE-WAIT at both ends of the window that the process holds', see: 'ss -tnp state close-wait' },
  { id: 'listener.datagrams_dropped', per: 'listener', dimension: 'count', kind: 'count', help: 'Datagrams this UDP socket lost in the window because its buffer was full', see: 'cat /proc/net/udp /proc/net/udp6' },
  { id: 'listener.datagram_queue', per: 'listener', dimension: 'bytes', kind: 'gauge', help: 'Bytes that wait in the receive buffer of this UDP socket', see: 'cat /proc/net/udp /proc/net/udp6' },
  { id: 'ip.no_route', dimension: 'count', kind: 'count', help: 'Packets in the window for which there was no route', see: 'nstat -asz IpOutNoRoutes Ip6OutNoRoutes Ip6InNoRoutes' },
  { id: 'ip.unforwarded', dimension: 'count', kind: 'count', help: 'Packets in the window that came to this host, are for another one, and were thrown away', see: 'nstat -asz IpInAddrErrors Ip6InAddrErrors' },
  { id: 'ip.forwards', dimension: 'count', kind: 'constant', help: '1 when this host is a router for IPv4 (net.ipv4.ip_forward)', see: 'sysctl net.ipv4.ip_forward' },
  { id: 'ip.reassembly_fails', dimension: 'count', kind: 'count', help: 'Fragmented packets in the window that could not be put together: a part was lost, or memory was short', see: 'nstat -asz IpReasmFails Ip6ReasmFails' },
  { id: 'ip.pieces_received', dimension: 'count', kind: 'count', help: 'Pieces of fragmented packets that arrived in the window', see: 'nstat -asz IpReasmReqds Ip6ReasmReqds' },
  { id: 'ip.reassembly_memory', dimension: 'ratio', kind: 'gauge', help: 'Memory of pieces that wait for the rest of their packet against what they may take (ipfrag_high_thresh)', see: 'grep FRAG /proc/net/sockstat /proc/net/sockstat6' },
  { id: 'ip.fragmentation_fails', dimension: 'count', kind: 'count', help: 'Packets in the window that were too large for the link and must not be split', see: 'nstat -asz IpFragFails Ip6FragFails' },
  { id: 'process.received_unread', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Data of TCP connections that had arrived when the window opened and was still not read at its end', see: 'ss -tnp' },
  { id: 'process.connections_unread', per: 'process', dimension: 'count', kind: 'constant', help: 'TCP connections of the process with received data that waits to be read, at both ends of the window', see: 'ss -tnp' },
  { id: 'process.unsent', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Data its TCP connections had to send when the window opened, of which nothing had been acknowledged at its end', see: 'ss -tnp' },
  { id: 'process.receive_clamped', per: 'process', dimension: 'count', kind: 'constant', help: 'Connections that receive data and whose window the kernel has cut to two segments because their buffer was over its limit (rcv_ssthresh is twice advmss)', see: 'ss -t -n -m -i -p' },
  { id: 'process.receive_buffer_used', per: 'process', dimension: 'ratio', kind: 'gauge', help: 'Memory in the receive buffer of the worst connection that receives data, against its limit (skmem r and rb)', see: 'ss -t -n -m -i -p' },
  { id: 'process.receive_buffer', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Limit of that receive buffer (skmem rb): twice what the program asked for, or what the kernel tuned it to', see: 'ss -t -n -m -i -p' },
  { id: 'process.receive_queued', per: 'process', dimension: 'bytes', kind: 'constant', help: 'Data in that receive buffer when it was fullest, without the memory around it (Recv-Q)', see: 'ss -t -n -m -i -p' },
  { id: 'process.receive_connection', per: 'process', dimension: 'text', kind: 'text', help: 'That connection: the own address, and where its data comes from', see: 'ss -t -n -m -i -p' },
]
