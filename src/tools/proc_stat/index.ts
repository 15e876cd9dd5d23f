// /proc/stat read at every interval (the twin of vmstat and mpstat) → run queue, CPU shares of all and of each CPU, forks.
//   cpu  12157 0 3442 174219 320 0 55 10 0 0      user nice system idle iowait irq softirq steal guest guest_nice, in ticks
//   cpu0 6021 0 1701 87110 160 0 30 5 0 0
//   procs_running 3
import type { Instance } from '../../model/metric.ts'
import type { Source } from '../../model/source.ts'
import { unavailable } from '../../model/unavailable.ts'
import { absent } from '../../parse/absent.ts'
import { files } from '../../parse/files.ts'
import { meanRate, rates } from '../../parse/counters.ts'
import { defined, words } from '../../parse/table.ts'

type Times = readonly number[]
const USER = 0,
  NICE = 1,
  SYSTEM = 2,
  IDLE = 3,
  IOWAIT = 4,
  IRQ = 5,
  SOFTIRQ = 6,
  STEAL = 7,
  GUEST = 8,
  GUEST_NICE = 9
/** What shorter lines of older kernels do not tell. */
const LATER = ['cpu.steal', 'cpu.guest', 'cpu.one.steal']
const older = unavailable('not supported', 'this kernel does not count the time the hypervisor or a guest had')

export const source: Source = {
  id: 'proc_stat',
  tier: 'read',
  asks: 'Do tasks queue for the CPUs, and where does CPU time go, over all and on each CPU?',
  gives: [
    'cpu.runnable',
    'cpu.blocked',
    'cpu.utilization',
    'cpu.user',
    'cpu.system',
    'cpu.iowait',
    'cpu.steal',
    'cpu.context_switches',
    'cpu.interrupts',
    'cpu.softirq',
    'cpu.guest',
    'cpu.busiest',
    'cpu.others',
    'cpu.busiest_softirq',
    'cpu.one.utilization',
    'cpu.one.user',
    'cpu.one.system',
    'cpu.one.softirq',
    'cpu.one.irq',
    'cpu.one.iowait',
    'cpu.one.steal',
    'task.forks',
  ],
  requests: () => [{ kind: 'read', paths: ['/proc/stat'], at: 'every' }],
  parse: (looks) => {
    const stats = looks.map((look) => parseStat(files(look.text).get('/proc/stat') ?? ''))
    const at = looks.map((look) => look.atMs)
    const all = shares(stats.map((stat) => stat.cpus.get('cpu')))
    if (!all) return unavailable('not understood', '/proc/stat has no usable cpu line in two reads')
    const ids = [...(stats[0]?.cpus.keys() ?? [])].filter((id) => id !== 'cpu')
    const each = ids.flatMap((id) => {
      const share = shares(stats.map((stat) => stat.cpus.get(id)))
      // A CPU that was not online for the whole window would shift the samples of the others against each other.
      return share && share.busy.length === all.busy.length ? [{ id, share }] : []
    })
    const scalar = (name: string) => stats.map((stat) => stat.scalars.get(name))
    return {
      host: defined({
        // The reader itself is running at each read: one runnable task is ours.
        'cpu.runnable': present(scalar('procs_running').slice(1))?.map((n) => Math.max(0, n - 1)),
        'cpu.blocked': present(scalar('procs_blocked').slice(1)),
        'cpu.utilization': all.busy,
        'cpu.user': all.user,
        'cpu.system': all.system,
        'cpu.iowait': all.iowait,
        'cpu.steal': all.steal,
        'cpu.softirq': all.softirq,
        'cpu.guest': all.guest,
        'cpu.context_switches': rates(scalar('ctxt'), at),
        'cpu.interrupts': rates(scalar('intr'), at),
        'task.forks': meanRate(scalar('processes'), at),
        ...extremes(each.map(({ share }) => share)),
      }),
      instances: each.map(({ id, share }) => instance(id, share)),
      ...(all.guest ? {} : { missing: absent(LATER, all.steal ? { 'cpu.steal': 0, 'cpu.one.steal': 0 } : {}, older) }),
    }
  },
}

interface Shares {
  readonly busy: number[]
  readonly user: number[]
  readonly system: number[]
  readonly kernelOnly: number[]
  readonly irq: number[]
  readonly softirq: number[]
  readonly iowait: number[]
  /** Not told by kernels before 2.6.11 and 2.6.24: their lines are shorter. */
  readonly steal: number[] | undefined
  readonly guest: number[] | undefined
}

function parseStat(text: string) {
  const cpus = new Map<string, Times>()
  const scalars = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [name = '', ...cells] = words(line)
    if (name === '' || cells.length === 0) continue
    // `intr` is followed by one number per interrupt; only the first, their total, is of use.
    if (/^cpu\d*$/.test(name)) {
      if (cells.length > IDLE && cells.every((cell) => /^\d+$/.test(cell))) cpus.set(name, cells.map(Number))
    } else if (/^\d+$/.test(cells[0] ?? '')) scalars.set(name, Number(cells[0]))
  }
  return { cpus, scalars }
}

/** Ticks at each read → percent of each interval. Guest time is already inside user and nice. Intervals that went backwards are left out. */
export function shares(reads: readonly (Times | undefined)[]): Shares | undefined {
  const shortest = Math.min(...reads.map((read) => read?.length ?? Infinity))
  const told = (at: number): number[] | undefined => (at < shortest ? [] : undefined)
  const found: Shares = {
    busy: [],
    user: [],
    system: [],
    kernelOnly: [],
    irq: [],
    softirq: [],
    iowait: [],
    steal: told(STEAL),
    guest: told(GUEST),
  }
  for (let i = 1; i < reads.length; i++) {
    const before = reads[i - 1]
    const after = reads[i]
    if (!before || !after) continue
    const delta = after.map((n, at) => n - (before[at] ?? 0))
    const of = (at: number) => Math.max(0, delta[at] ?? 0)
    const total = [USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL].reduce((t, at) => t + of(at), 0)
    if (total <= 0 || (delta[IDLE] ?? 0) < 0) continue
    const pct = (ticks: number) => (100 * ticks) / total
    found.busy.push(pct(total - of(IDLE) - of(IOWAIT) - of(STEAL)))
    found.user.push(pct(of(USER) + of(NICE)))
    found.system.push(pct(of(SYSTEM) + of(IRQ) + of(SOFTIRQ)))
    found.kernelOnly.push(pct(of(SYSTEM)))
    found.iowait.push(pct(of(IOWAIT)))
    found.irq.push(pct(of(IRQ)))
    found.softirq.push(pct(of(SOFTIRQ)))
    found.steal?.push(pct(of(STEAL)))
    found.guest?.push(pct(of(GUEST) + of(GUEST_NICE)))
  }
  return found.busy.length > 0 ? found : undefined
}

function instance(id: string, share: Shares): Instance {
  return {
    domain: 'cpu',
    name: id.slice(3),
    values: defined({
      'cpu.one.utilization': share.busy,
      'cpu.one.user': share.user,
      'cpu.one.system': share.kernelOnly,
      'cpu.one.softirq': share.softirq,
      'cpu.one.irq': share.irq,
      'cpu.one.iowait': share.iowait,
      'cpu.one.steal': share.steal,
    }),
  }
}

/** Per-CPU shares → the busiest CPU, the mean of the others, and the worst interrupt share, in each sample. */
export function extremes(each: readonly Pick<Shares, 'busy' | 'irq' | 'softirq'>[]): Record<string, number[]> {
  const samples = Math.min(...each.map((share) => share.busy.length))
  if (each.length === 0 || samples === 0) return {}
  const at = Array.from({ length: samples }, (_, i) => i)
  const busiest = at.map((i) => Math.max(...each.map((share) => share.busy[i] ?? 0)))
  const totals = at.map((i) => each.reduce((total, share) => total + (share.busy[i] ?? 0), 0))
  return {
    'cpu.busiest': busiest,
    'cpu.others': at.map((i) => (each.length > 1 ? ((totals[i] ?? 0) - (busiest[i] ?? 0)) / (each.length - 1) : 0)),
    'cpu.busiest_softirq': at.map((i) =>
      Math.max(...each.map((share) => (share.irq[i] ?? 0) + (share.softirq[i] ?? 0))),
    ),
  }
}

function present(values: readonly (number | undefined)[]): number[] | undefined {
  const found = values.filter((value) => value !== undefined)
  return found.length > 0 ? found : undefined
}
