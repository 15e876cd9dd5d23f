// Cells of the USE matrix that no shipped check looks at → the reason, short enough for a cell. cells.yaml has the long one.
export const UNMEASURED: Readonly<Record<string, string>> = {
  'load.errors': 'load cannot fail',
  'udp.utilization': 'UDP keeps no queue: nothing to fill',
  'udp.saturation': 'a full buffer drops at once: see errors',
  'lock.utilization': 'the kernel does not count how long locks are held',
  'interconnect.errors': 'machine checks tell: see memory errors',
  'numa.errors': 'a node has no errors of its own: see memory errors',
  'dns.utilization': 'names are looked up by programs, not by the host',
  'swap.errors': 'a bad page is a memory or disk error',
}
