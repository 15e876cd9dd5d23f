// Frames → colours that say whose code it is: kernel, compiled, inlined, made at run time. The same frame has the same colour everywhere.

export type FlameKind = 'cpu' | 'offcpu'

/** Suffix of a frame → first letter of its class, and its colour on CPU and off CPU: hue and saturation. */
const WHOSE = [
  { mark: '_[k]', letter: 'k', cpu: '30 90%', offcpu: '215 70%' },
  { mark: '_[i]', letter: 'i', cpu: '185 45%', offcpu: '260 45%' },
  { mark: '_[j]', letter: 'j', cpu: '110 42%', offcpu: '170 45%' },
  { mark: '', letter: 'u', cpu: '48 85%', offcpu: '195 60%' },
] as const
const OWN = WHOSE[3]
/** Neighbours of one kind differ a little. Light enough for dark letters, on white and on black paper. */
const SHADES = [60, 64, 68, 72]

export function colourClass(frame: string): string {
  const { letter } = (frame.endsWith(']') && WHOSE.find(({ mark }) => frame.endsWith(mark))) || OWN
  let hash = 0
  for (let i = 0; i < frame.length && i < 24; i++) hash = (Math.imul(hash, 31) + frame.charCodeAt(i)) | 0
  return `${letter}${(hash ^ (hash >>> 8)) & 3}`
}

export function colours(kind: FlameKind): string {
  return WHOSE.flatMap((whose) =>
    SHADES.map((light, i) => `.${whose.letter}${i} rect{fill:hsl(${whose[kind]} ${light}%)}`),
  ).join('')
}
