// A runbook → what is wrong with its head: id, extends, overrides. Its steps are walked in step-rules.ts.
import { didYouMean } from './did-you-mean.ts'
import { insertSteps, leadsTo, stepsOf } from './extend.ts'
import { paramsOf } from './expressions.ts'
import { identityRules } from './identity-rules.ts'
import type { Pointer } from './located.ts'
import type { Names } from './names.ts'
import { list, record, text, type Mistake, type Page } from './page.ts'
import { stepRules } from './step-rules.ts'
import { unitRules } from './unit-rules.ts'

const RUNBOOK_ID = /^[a-z][a-z0-9_-]*(\/[a-z][a-z0-9_-]*)*$/

export function* runbookRules(page: Page, names: Names): Generator<Mistake> {
  const runbook = record(page.root.data)
  yield* identityRules(page, names)
  if (!RUNBOOK_ID.test(page.id))
    yield {
      code: 'bad-id',
      message: `the path makes the id ${page.id}, which is not a runbook id`,
      hint: 'runbooks/NAME.yaml in lower-case letters, digits, _ and -',
      at: [],
      part: 'key',
    }
  yield* extendsRules(page, names)
  yield* overrideRules(runbook, names)
  yield* anchorRules(runbook, names)
  const own = list(runbook['steps']).map((step, i) => ({ step: record(step), at: ['steps', i] }))
  const base = text(runbook['extends'])
  yield* stepRules(
    page,
    base === undefined ? own : insertSteps(stepsOf(base, names.runbooks, new Set([page.id])), own),
    names,
    base !== undefined && !names.runbooks.get(base),
  )
}

function* extendsRules(page: Page, names: Names): Generator<Mistake> {
  const base = text(record(page.root.data)['extends'])
  if (base === undefined) return
  if (!names.runbooks.has(base))
    yield {
      code: 'unknown-runbook',
      message: `no runbook ${base}`,
      hint: didYouMean(base, names.runbooks.keys()),
      at: ['extends'],
    }
  else if (leadsTo(base, page.id, names.runbooks))
    yield {
      code: 'extends-cycle',
      message: base === page.id ? 'a runbook cannot extend itself' : `${base} leads back to ${page.id}`,
      hint: 'extend a built-in runbook',
      at: ['extends'],
    }
}

function* overrideRules(runbook: Readonly<Record<string, unknown>>, names: Names): Generator<Mistake> {
  for (const [name, override] of Object.entries(record(runbook['params']))) {
    const dot = name.lastIndexOf('.')
    const id = name.slice(0, dot)
    const at: Pointer = ['params', name]
    if (dot < 0 || !id.includes('.')) continue
    const check = names.checks.get(id)
    if (!names.checks.has(id))
      yield {
        code: 'unknown-check',
        message: `no check ${id}`,
        hint: didYouMean(id, names.checks.keys()),
        at,
        part: 'key',
      }
    else if (check) {
      const params = paramsOf(check).good
      const param = params.get(name.slice(dot + 1))
      if (!param)
        yield {
          code: 'unknown-param',
          message: `${id} has no param ${name.slice(dot + 1)}`,
          hint: didYouMean(name.slice(dot + 1), params.keys()),
          at,
          part: 'key',
        }
      else yield* unitRules(record(override)['value'], param.dimension, name, [...at, 'value'])
    }
  }
}

function* anchorRules(runbook: Readonly<Record<string, unknown>>, names: Names): Generator<Mistake> {
  const base = text(runbook['extends'])
  const ids = new Set(
    base === undefined ? [] : stepsOf(base, names.runbooks).flatMap(({ step }) => text(step['id']) ?? []),
  )
  for (const [i, step] of list(runbook['steps']).entries()) {
    const anchor = text(record(step)['after'])
    if (anchor === undefined) {
      const id = text(record(step)['id'])
      if (id !== undefined) ids.add(id)
    } else if (base === undefined)
      yield {
        code: 'after-without-extends',
        message: 'after: names a step of the runbook that is extended, and there is none',
        hint: 'add extends:, or put the step where it belongs',
        at: ['steps', i, 'after'],
        part: 'key',
      }
    else if (names.runbooks.get(base) && !ids.has(anchor))
      yield {
        code: 'unknown-anchor',
        message: `${base} has no step ${anchor}`,
        hint: didYouMean(anchor, ids),
        at: ['steps', i, 'after'],
      }
  }
}
