// One step → what is wrong with what its verb names.
import type { CheckDocument } from '../model/check.ts'
import { didYouMean } from './did-you-mean.ts'
import { leadsTo, type Placed } from './extend.ts'
import { needsOf, quantityOf } from './expressions.ts'
import type { Pointer } from './located.ts'
import { record, text, texts, type Mistake } from './page.ts'
import { unknownCheck, type Walk } from './step-rules.ts'

export function* verbRules(walk: Walk, { step, at = [] }: Placed): Generator<Mistake> {
  const { names } = walk
  yield* checkListRules(walk, step['check'], [...at, 'check'])
  yield* checkListRules(walk, step['wait'], [...at, 'wait'])
  // What it judges may read all that its probe gives.
  yield* checkListRules({ ...walk, names: { ...names, probeMetrics: new Set() } }, step['judge'], [...at, 'judge'])
  for (const id of Object.keys(record(step['assume']))) yield* unknownCheck(id, names, [...at, 'assume', id], 'key')
  if (step['wait'] !== undefined) yield* waitRules(walk, step, at)
  if (step['ask'] !== undefined) yield* askRules(walk, step, at)
  if (step['after'] !== undefined && at.length > 2)
    yield {
      code: 'after-in-group',
      message: 'a step in a group cannot be moved',
      hint: 'put after: on the group',
      at: [...at, 'after'],
      part: 'key',
    }
  const metric = text(step['escalate'])
  if (metric !== undefined) yield* metricRules(walk, metric, [...at, 'escalate'])
  const follow = text(step['follow'])
  if (follow !== undefined) yield* followRules(walk, follow, [...at, 'follow'])
  if (step['conclude'] !== undefined) yield* concludeRules(walk, step, at)
}

function* checkListRules(walk: Walk, value: unknown, at: Pointer): Generator<Mistake> {
  const seen = new Set<string>()
  for (const [id, place] of texts(value, at)) {
    yield* unknownCheck(id, walk.names, place)
    if (seen.has(id))
      yield { code: 'duplicate-check', message: `${id} is in this list twice`, hint: 'remove one', at: place }
    seen.add(id)
    const check = walk.names.checks.get(id)
    if (check && walk.names.probeMetrics) yield* tracingRules(walk, id, check, walk.names.probeMetrics, place)
  }
}

/** A check step reads passive sources only; a metric that needs a probe must have been escalated to. */
function* tracingRules(
  { names, escalated }: Walk,
  id: string,
  check: CheckDocument,
  probes: ReadonlySet<string>,
  at: Pointer,
): Generator<Mistake> {
  const metric = needsOf(check, names).find((need) => probes.has(need) && !escalated.has(need))
  if (metric !== undefined)
    yield {
      code: 'tracing-metric',
      message: `${id} reads ${metric}, which only instrumentation gives`,
      hint: `add escalate: ${metric} above`,
      at,
    }
}

function* metricRules({ names }: Walk, metric: string, at: Pointer): Generator<Mistake> {
  if (!names.metrics.has(metric))
    yield {
      code: 'unknown-metric',
      message: `no metric ${metric}`,
      hint: didYouMean(metric, names.metrics.keys(), '`tracebook list metrics` shows all'),
      at,
    }
}

function* recordRules(walk: Walk, step: Placed['step'], at: Pointer): Generator<Mistake> {
  const { metrics, recordable } = walk.names
  const metric = text(step['record'])
  if (metric !== undefined) yield* metricRules(walk, metric, [...at, 'record'])
  if (metric !== undefined && metrics.has(metric) && recordable && !recordable.has(metric))
    yield {
      code: 'not-recordable',
      message: `no instrument can record ${metric} until something happens`,
      hint: didYouMean(metric, recordable, `ask for it behind this step: escalate: ${metric}`),
      at: [...at, 'record'],
    }
  for (const key of ['judge', 'why'])
    if (step[key] !== undefined && step['record'] === undefined)
      yield {
        code: 'nothing-recorded',
        message: `${key}: is about what is recorded, and nothing is`,
        hint: 'add record: METRIC',
        at: [...at, key],
        part: 'key',
      }
}

function* waitRules(walk: Walk, step: Placed['step'], at: Pointer): Generator<Mistake> {
  yield* recordRules(walk, step, at)
  const every = quantityOf(step['every'])
  const upTo = quantityOf(step['up-to'])
  if (every && upTo && every.value >= upTo.value)
    yield {
      code: 'wait-times',
      message: `up-to: ${String(step['up-to'])} ends before the second look`,
      hint: 'make up-to longer than every',
      at: [...at, 'up-to'],
    }
}

function* askRules({ answers }: Walk, step: Placed['step'], at: Pointer): Generator<Mistake> {
  const choices = Object.keys(record(step['choices']))
  const name = text(step['as'])
  const choice = text(step['default'])
  if (name !== undefined && answers.has(name))
    yield {
      code: 'duplicate-answer',
      message: `an earlier step already asks for answer.${name}`,
      hint: 'choose another name',
      at: [...at, 'as'],
    }
  if (choice !== undefined && choices.length > 0 && !choices.includes(choice))
    yield {
      code: 'unknown-choice',
      message: `${choice} is not one of the choices`,
      hint: didYouMean(choice, choices),
      at: [...at, 'default'],
    }
}

function* followRules({ page, names }: Walk, id: string, at: Pointer): Generator<Mistake> {
  if (!names.runbooks.has(id))
    yield { code: 'unknown-runbook', message: `no runbook ${id}`, hint: didYouMean(id, names.runbooks.keys()), at }
  else if (leadsTo(id, page.id, names.runbooks))
    yield {
      code: 'follow-cycle',
      message:
        id === page.id ? 'a runbook cannot follow itself' : `${id} leads back to ${page.id}: the run would never end`,
      hint: 'steps go forward only; remove one of the follow steps',
      at,
    }
}

function* concludeRules({ names, produced }: Walk, step: Placed['step'], at: Pointer): Generator<Mistake> {
  const cause = text(step['cause'])
  if (cause !== undefined && !names.causes.has(cause))
    yield {
      code: 'unknown-cause',
      message: `no cause ${cause}`,
      hint: didYouMean(cause, names.causes.keys(), '`tracebook list causes` shows all'),
      at: [...at, 'cause'],
    }
  for (const [id, place] of texts(step['supported-by'], [...at, 'supported-by']))
    if (!names.checks.has(id)) yield* unknownCheck(id, names, place)
  const blame = text(step['blame'])
  if (blame === undefined) return
  const check = names.checks.get(blame)
  if (!names.checks.has(blame)) yield* unknownCheck(blame, names, [...at, 'blame'])
  else if (check && check.culprit === undefined)
    yield {
      code: 'blame-without-culprit',
      message: `${blame} names no culprit`,
      hint: 'blame a check that has culprit:',
      at: [...at, 'blame'],
    }
  else if (!produced.has(blame))
    yield {
      code: 'status-before-check',
      message: `no step above gives ${blame} a status`,
      hint: `add check: ${blame} above`,
      at: [...at, 'blame'],
    }
}
