// Needed metrics → facts: one shared window, all sources together; what a tool failed to give is asked of its twin in a second one.
import type { Host, Progress } from '../host/host.ts'
import type { Metric } from '../model/metric.ts'
import type { Observation } from '../model/observation.ts'
import type { Request, Source } from '../model/source.ts'
import { isUnavailable, unavailable, type Unavailable } from '../model/unavailable.ts'
import { choose, wantedOf, type Means } from './choose.ts'
import { addReading, forget, withoutOwn, type Facts } from './facts.ts'
import { installHint } from './packages.ts'
import { suspectsOf } from './suspects.ts'

/** Long enough for sources that need no more, short enough to be waited for after the window. */
const BRIEF = { intervalMs: 200, count: 5 } as const

export interface Measurement extends Means {
  readonly host: Host
  readonly catalogue: ReadonlyMap<string, Metric>
  readonly signal: AbortSignal
  readonly progress?: Progress
}

/** Measures and adds to `facts`. Settles also when everything failed: then each metric has its reason. */
export async function measure(needs: ReadonlySet<string>, facts: Facts, given: Measurement): Promise<void> {
  const measurement = { ...given, context: { ...given.context, suspects: suspectsOf(facts, given.context) } }
  forget(facts, needs)
  const failed = await once(needs, facts, measurement, [])
  if (failed.length === 0 || measurement.signal.aborted) return
  const again = new Set(
    [...needs].filter((id) => !facts.from.has(id) && failed.some((source) => source.gives.includes(id))),
  )
  const reasons = new Map(facts.missing)
  const left = choose(again, measurement, new Set(failed.map((source) => source.id)))
  if (left.sources.length === 0) return
  await once(again, facts, measurement, failed)
  // The first reason is the useful one: the preferred tool's.
  for (const id of again)
    if (!facts.from.has(id))
      facts.missing.set(id, reasons.get(id) ?? unavailable('not measured', `${id} was not measured`))
}

/** One window. Returns the sources that gave nothing, so that others may be asked. */
async function once(
  needs: ReadonlySet<string>,
  facts: Facts,
  given: Measurement,
  without: readonly Source[],
): Promise<Source[]> {
  const { sources, missing } = choose(needs, given, new Set(without.map((source) => source.id)))
  const measurement = sources.every((source) => source.brief === true) ? { ...given, window: BRIEF } : given
  for (const [id, why] of missing) facts.missing.set(id, why)
  const wanted = wantedOf(sources, needs)
  const asked = sources.flatMap((source) =>
    requestsOf(source, measurement, wanted.get(source.id)).map((request) => ({
      source: source.id,
      tier: source.tier,
      request,
    })),
  )
  // What is looked at once needs no window: its end is now.
  const lasting = asked.some(
    ({ request: { at, ...request } }) =>
      at === 'ends' || at === 'every' || (request.kind === 'run' && request.lasting === true),
  )
  const due = lasting ? asked : asked.map((one) => ({ ...one, request: { ...one.request, at: 'start' as const } }))
  const window = lasting ? measurement.window : { ...measurement.window, count: 0 }
  const looks = await measurement.host.look(due, window, measurement.signal, measurement.progress)
  const failed: Source[] = []
  for (const source of sources) {
    const own = looks.get(source.id) ?? []
    facts.looks.set(source.id, [...(facts.looks.get(source.id) ?? []), ...own])
    const reading = readingOf(source, own, measurement)
    // Nothing to measure is an answer: its twin would say the same, a window later.
    if (isUnavailable(reading) && reading.unavailable !== 'nothing to measure') failed.push(source)
    addReading(
      facts,
      source.id,
      source.gives,
      isUnavailable(reading) ? { missing: { '*': reading } } : reading,
      measurement.catalogue,
    )
  }
  withoutOwn(facts, measurement.host.own())
  return failed
}

function requestsOf(
  source: Source,
  { window, context }: Measurement,
  wanted: ReadonlySet<string> | undefined,
): readonly Request[] {
  const requests = source.requests(window, context, wanted)
  return isUnavailable(requests) ? [] : requests
}

function readingOf(
  source: Source,
  looks: readonly Observation[],
  measurement: Measurement,
): ReturnType<Source['parse']> {
  const bad = looks.find((look) => look.outcome !== 'ok')
  // A reader's frames say which file was missing or refused: its parser knows what that means.
  if (bad && bad.outcome !== 'interrupted' && source.tier !== 'read') return reasonOf(source, bad, measurement)
  const text = looks.some((look) => look.text !== '')
  // No file may match a reader's pattern; a tool that says nothing is no witness.
  if (!text && source.tier !== 'read')
    return bad
      ? reasonOf(source, bad, measurement)
      : unavailable('not understood', `${source.id} printed nothing and said all was well`)
  return source.parse(looks, { window: measurement.window, context: measurement.context })
}

function reasonOf(source: Source, look: Observation, { context }: Measurement): Unavailable {
  const said = (look.stderr ?? '').trim().split('\n')[0]?.slice(0, 160) ?? ''
  const what = look.argv ? look.argv.join(' ') : source.id
  const tail = said === '' ? '' : `: ${said}`
  switch (look.outcome) {
    case 'missing':
      return unavailable(
        'not installed',
        `${source.tool ?? source.id} is not here${tail}`,
        installHint(source.tool, context),
      )
    case 'denied':
      return unavailable('not permitted', `${what} was not permitted${tail}`, 'run as root')
    case 'timeout':
      return unavailable('timed out', `${what} did not end in time and was stopped`)
    case 'truncated':
      return unavailable('not understood', `${what} printed more than it may and was stopped`)
    case 'signalled':
      return unavailable('failed', `${what} died by ${look.signal ?? 'a signal'}${tail}`)
    case 'interrupted':
      return unavailable('not measured', `the run was stopped before ${source.id} had an answer`)
    default:
      return /permission|permitted|denied/i.test(said)
        ? unavailable('not permitted', `${what}${tail}`, 'run as root')
        : unavailable('failed', `${what} ended with status ${look.exitCode ?? '?'}${tail}`)
  }
}
