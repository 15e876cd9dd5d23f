// dmsetup status of thin pools → how full the data and the metadata of each pool are.
//   vg0-pool-tpool: 0 245760 thin-pool 1 120/1024 1760/1920 - rw discard_passdown queue_if_no_space - 256
//   name: start length thin-pool transaction metadata-used/all data-used/all held mode …
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { mapped, poolReading, POOL_METRICS } from './pools.ts'

export const source: Source = {
  id: 'dmsetup',
  tier: 'run',
  tool: 'dmsetup',
  asks: 'Is a thin pool nearly full?',
  gives: POOL_METRICS,
  // Before lvs: it asks the kernel only, where lvs reads every disk of the host.
  rank: () => 9,
  requests: (_window, context) =>
    // Without --noflush the pool would commit its metadata first.
    mapped(context) ?? [{ kind: 'run', argv: ['dmsetup', 'status', '--noflush', '--target', 'thin-pool'], at: 'end' }],
  parse: ([look]) => {
    if (look === undefined || look.outcome !== 'ok') return unavailable('failed', 'dmsetup did not answer')
    const lines = look.text.split('\n').filter((line) => line.trim() !== '')
    // No pool: nothing, or (since 1.02.177) a sentence.
    if (lines.every((line) => line === 'No devices found')) return poolReading([])
    const pools = lines.flatMap(poolOf)
    return pools.length === lines.length
      ? poolReading(pools)
      : unavailable('not understood', 'dmsetup printed a line that is no status of a thin pool')
  },
}

function poolOf(line: string): Instance[] {
  const match = /^(\S+): \d+ \d+ thin-pool \d+ (\d+)\/(\d+) (\d+)\/(\d+) /.exec(line)
  if (!match) return []
  const [metadata, metadataAll, data, dataAll] = match.slice(2).map(Number)
  if (metadata === undefined || data === undefined || !metadataAll || !dataAll) return []
  const name = nameOf(match[1] ?? '')
  return [
    {
      domain: 'disk',
      name,
      labels: { device: name },
      values: {
        'pool.data_used': Math.min(100, (100 * data) / dataAll),
        'pool.metadata_used': Math.min(100, (100 * metadata) / metadataAll),
      },
    },
  ]
}

/** LVM's `vg0-pool-tpool` → `vg0/pool`, as lvs calls it; a hyphen inside of a name is doubled. Other names stay. */
function nameOf(name: string): string {
  const match = /^((?:[^-]|--)+)-((?:[^-]|--)+)-tpool$/.exec(name)
  return match ? `${(match[1] ?? '').replaceAll('--', '-')}/${(match[2] ?? '').replaceAll('--', '-')}` : name
}
