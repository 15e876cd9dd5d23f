// `dmesg -r`: one line per message → level, seconds since boot, text. Only the kernel's own: user space may write there too.
//   <6>[    0.460794] EXT4-fs (vda): mounted filesystem
//   <3>[  912.001204][ T4711] Memory cgroup out of memory: Killed process 4711 (python3) total-vm:150000kB
//   <30>[   12.000001] systemd[1]: …                    facility 3: left out

export interface Message {
  readonly level: number
  readonly seconds: number
  readonly text: string
}

const LINE = /^<(\d{1,4})>\[\s*(\d+\.\d+)\](?:\[\s*[TC]\d+\])? ?(.*)$/s

/** Lines that are continuations or have no time are left out. */
export function messages(text: string): Message[] {
  const found: Message[] = []
  for (const row of text.split('\n')) {
    const match = LINE.exec(row.endsWith('\r') ? row.slice(0, -1) : row)
    if (!match) continue
    const priority = Number(match[1])
    if (priority >> 3 === 0) found.push({ level: priority & 7, seconds: Number(match[2]), text: match[3] ?? '' })
  }
  return found
}

/** A message for the report: printable ASCII only, at most 200 characters. Names of processes are in it, and anybody may choose one. */
export function sanitized(text: string, limit = 200): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?')
  return clean.length > limit ? `${clean.slice(0, limit - 3)}...` : clean
}
