// Addresses as the kernel keeps them for both families → as people write them: `::ffff:10.0.0.7` → `10.0.0.7`, in the rows of any back end.
import type { Measured } from './measured.ts'
import type { Reader } from './reading.ts'

export function plainPeers(read: Reader): Reader {
  return (measured: Measured) =>
    read(
      measured.rows === undefined
        ? measured
        : {
            ...measured,
            rows: measured.rows.map((row) => ({
              ...row,
              labels: Object.fromEntries(
                Object.entries(row.labels).map(([name, value]) => [name, name === 'peer' ? plain(value) : value]),
              ),
            })),
          },
    )
}

function plain(address: string): string {
  return short(address).replace(/^::ffff:(?=\d+\.)/, '')
}

/** SystemTap prints version 6 in full: `fe80:0000:0000:0000:0000:0000:0000:0001`. */
function short(address: string): string {
  return /^(?:[\da-f]{4}:){7}[\da-f]{4}$/.test(address)
    ? new URL(`http://[${address}]/`).hostname.slice(1, -1)
    : address
}

/** Address and port of the rows' labels, as they are typed: `10.0.0.7:443`, `[2001:db8::7]:443`. */
export function destinationOf({ peer = '', port = '' }: Readonly<Record<string, string>>): string {
  const address = plain(peer)
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
