// Seconds of a measurement → one line on a terminal, drawn over itself and wiped when it is done.
const WIDTH = 30

export interface Progress {
  readonly update: (elapsedMs: number, totalMs: number) => void
  readonly wipe: () => void
}

export function progressLine(stream: NodeJS.WriteStream): Progress {
  let shown = false
  const wipe = () => {
    if (shown) stream.write('\r\x1b[K')
    shown = false
  }
  return {
    update: (elapsedMs, totalMs) => {
      if (totalMs <= 0) return
      const share = Math.min(1, elapsedMs / totalMs)
      const full = Math.round(share * WIDTH)
      const left = Math.max(0, Math.ceil((totalMs - elapsedMs) / 1000))
      stream.write(`\r\x1b[K  measuring ${'#'.repeat(full)}${'.'.repeat(WIDTH - full)} ${left} s left`)
      shown = true
    },
    wipe,
  }
}
