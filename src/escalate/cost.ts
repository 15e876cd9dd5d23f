// Event rate × time of one event → the share of one CPU a probe takes, and its class (domain.md 0.4: < 0.1 %, < 1 %, < 5 %).
import type { Cost } from '../model/escalation.ts'
import type { BackEnd, Overhead } from '../model/probe.ts'

/** Samples a second on each CPU: not a multiple of anything that ticks. */
export const SAMPLES_PER_SECOND = 99

/** Predicted cost, summed over all CPUs, in percent of one. A rate that could not be counted is `high`: nobody can promise anything. */
export function predicted(rate: number | undefined, { microseconds }: Pick<BackEnd, 'microseconds'>): Cost {
  if (rate === undefined) return { overhead: 'high' }
  const cpuShare = (rate * microseconds) / 10_000
  return { eventsPerSecond: Math.round(rate), cpuShare: Number(cpuShare.toPrecision(3)), overhead: classOf(cpuShare) }
}

function classOf(percent: number): Overhead {
  if (percent < 0.1) return 'negligible'
  if (percent < 1) return 'low'
  return percent < 5 ? 'medium' : 'high'
}
