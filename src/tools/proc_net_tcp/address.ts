// An address as /proc/net/tcp and tcp6 print it (32-bit words of a little-endian host, hexadecimal) → as ss prints it.
//   0100007F → 127.0.0.1
//   00000000000000000000000001000000 → [::1]
//   0000000000000000FFFF00000100007F → [::ffff:127.0.0.1]

export function address(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).map((byte) => parseInt(byte, 16)).toReversed(),
  )
  return bytes.length === 4 ? bytes.join('.') : `[${six(bytes)}]`
}

function six(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  )
  if (groups.slice(0, 6).join() === '0,0,0,0,0,ffff') return `::ffff:${bytes.slice(12).join('.')}`
  const { at, length } = longestZeros(groups)
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, at).join(':')}::${groups.slice(at + length).join(':')}`
}

function longestZeros(groups: readonly string[]) {
  let best = { at: 0, length: 0 }
  for (let at = 0; at < groups.length; at++) {
    const end = groups.findIndex((group, i) => i >= at && group !== '0')
    const length = (end < 0 ? groups.length : end) - at
    if (length > best.length) best = { at, length }
  }
  return best
}
