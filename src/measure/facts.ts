// Readings of many sources → the facts of a run: one value per metric (and instance), where it came from, and why others are missing.
import type { Distribution } from '../model/distribution.ts'
import type { Answer, Domain, Instance, Metric, Value } from '../model/metric.ts'
import type { Observation } from '../model/observation.ts'
import type { Reading } from '../model/source.ts'
import { unavailable, type Unavailable } from '../model/unavailable.ts'

export interface InstanceFacts {
  readonly domain: Domain
  readonly name: string
  readonly labels: Record<string, string>
  readonly values: Map<string, Value>
}

export interface Facts {
  readonly host: Map<string, Value>
  readonly instances: Map<Domain, Map<string, InstanceFacts>>
  /** Metric → what a probe answered. */
  readonly answers: Map<string, Answer>
  /** Metric → why it is not known. */
  readonly missing: Map<string, Unavailable>
  /** Metric → the source it was read from. */
  readonly from: Map<string, string>
  /** Source → its looks so far. */
  readonly looks: Map<string, readonly Observation[]>
}

export function noFacts(): Facts {
  return {
    host: new Map(),
    instances: new Map(),
    answers: new Map(),
    missing: new Map(),
    from: new Map(),
    looks: new Map(),
  }
}

/**
 * Adds what a source gave. The first source to give a metric keeps it within one measurement; what an instance is (a constant or a text, not a
 * measurement) is taken from any that tells: pidstat lists only processes that did something.
 */
export function addReading(
  facts: Facts,
  source: string,
  gives: readonly string[],
  reading: Reading,
  catalogue: ReadonlyMap<string, Metric>,
): void {
  const free = new Set(gives.filter((id) => !facts.from.has(id)))
  const keep = (id: string) => {
    facts.from.set(id, source)
    facts.missing.delete(id)
  }
  for (const [id, value] of Object.entries(reading.host ?? {})) {
    if (!free.has(id)) continue
    facts.host.set(id, value)
    keep(id)
  }
  for (const [id, answer] of Object.entries(reading.answers ?? {})) {
    if (!free.has(id)) continue
    facts.answers.set(id, answer)
    keep(id)
  }
  for (const id of free) {
    const why = reading.missing?.[id] ?? reading.missing?.['*']
    const perInstance = catalogue.get(id)?.per !== undefined
    if (why && !facts.from.has(id)) facts.missing.set(id, why)
    else if (perInstance && reading.instances !== undefined) keep(id)
    else if (!facts.from.has(id)) facts.missing.set(id, unavailable('not understood', `${source} printed no ${id}`))
  }
  const lasting = new Set(gives.filter((id) => ['constant', 'text'].includes(catalogue.get(id)?.kind ?? '')))
  for (const instance of reading.instances ?? []) addInstance(facts, instance, free, lasting)
}

function addInstance(facts: Facts, instance: Instance, free: ReadonlySet<string>, lasting: ReadonlySet<string>): void {
  const known = facts.instances.get(instance.domain) ?? new Map<string, InstanceFacts>()
  facts.instances.set(instance.domain, known)
  const merged = known.get(instance.name) ?? {
    domain: instance.domain,
    name: instance.name,
    labels: {},
    values: new Map(),
  }
  known.set(instance.name, merged)
  Object.assign(merged.labels, instance.labels)
  for (const [id, value] of Object.entries(instance.values))
    if (free.has(id) || (lasting.has(id) && !merged.values.has(id))) merged.values.set(id, value)
}

/** Forgets what a new measurement will read again, so that it describes the new window only. */
export function forget(facts: Facts, metrics: ReadonlySet<string>): void {
  for (const id of metrics) {
    facts.host.delete(id)
    facts.answers.delete(id)
    facts.from.delete(id)
    facts.missing.delete(id)
  }
  for (const known of facts.instances.values())
    for (const instance of known.values()) for (const id of metrics) instance.values.delete(id)
}

/** Takes out tracebook's own processes and what they started: the observer is never the culprit. */
export function withoutOwn(facts: Facts, own: readonly number[]): void {
  const processes = facts.instances.get('process')
  if (!processes) return
  const mine = new Set(own.map(String))
  for (let grown = true; grown;) {
    grown = false
    for (const [name, { labels }] of processes) {
      const pid = labels['pid'] ?? name
      if (mine.has(pid) || !mine.has(labels['ppid'] ?? '')) continue
      mine.add(pid)
      grown = true
    }
  }
  for (const [name, { labels }] of processes) if (mine.has(labels['pid'] ?? name)) processes.delete(name)
}

/** What an expression may ask of a host-level metric: its value, or the histogram a probe answered. */
export function hostValue(facts: Facts, id: string): Value | Distribution | undefined {
  const value = facts.host.get(id)
  if (value !== undefined) return value
  const answer = facts.answers.get(id)
  return answer?.kind === 'distribution' ? answer : undefined
}
