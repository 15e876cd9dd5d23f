// /proc/PID/schedstat, and that of a thread → how long it ran and waited for a CPU, and how often it was put on one.
//   20124000 881000 35
export interface SchedStat {
  /** Nanoseconds. */
  readonly ran: number
  readonly waited: number
  readonly turns: number
}

export function schedStat(text: string | undefined): SchedStat | undefined {
  const [, ran, waited, turns] = /^(\d+) (\d+) (\d+)$/.exec(text?.trim() ?? '') ?? []
  return turns === undefined ? undefined : { ran: Number(ran), waited: Number(waited), turns: Number(turns) }
}
