// Start-up against bare node: help, and a validated runbook compiled to its machine.
import { atMost, cost, product, times } from './support.mjs'

export async function rows() {
  const [node, help, started] = cost(
    15,
    [process.execPath, '-e', '0'],
    [...product, '--help'],
    [...product, 'graph', 'sixty_seconds', '--format', 'xstate'],
  )
  return [
    atMost('`--help`, CPU against `node -e 0`', 1.15, help.cpu / node.cpu, times),
    atMost('`--help`, wall against `node -e 0`', 1.15, help.wall / node.wall, times),
    atMost('a validated runbook compiled to its machine, CPU against `node -e 0`', 1.8, started.cpu / node.cpu, times),
  ]
}
