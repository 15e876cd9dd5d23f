// Stacks → a profile in speedscope's own file format: one sample for each stack, with its weight.
import type { Stacks } from '../model/stacks.ts'

export function toSpeedscope({ stacks, dimension, total }: Stacks, name: string): string {
  const ids = new Map<string, number>()
  const id = (frame: string): number => {
    const known = ids.get(frame) ?? ids.size
    ids.set(frame, known)
    return known
  }
  const samples = stacks.map(({ frames }) => frames.map(id))
  return JSON.stringify({
    // The name of the format; nothing is fetched.
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'tracebook',
    name,
    activeProfileIndex: 0,
    shared: { frames: Array.from(ids.keys(), (frame) => ({ name: frame })) },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: dimension === 'seconds' ? 'seconds' : 'none',
        startValue: 0,
        endValue: total,
        samples,
        weights: stacks.map(({ weight }) => weight),
      },
    ],
  })
}
