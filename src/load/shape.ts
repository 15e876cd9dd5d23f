// A document against its JSON Schema → one mistake for each thing the author got wrong, at its place.
import type { ErrorObject } from 'ajv'
import { causes, check, policy, runbook, type Validator } from '../generated/validators.js'
import { VERBS } from '../model/runbook.ts'
import { didYouMean } from './did-you-mean.ts'
import { find, type Pointer } from './located.ts'
import { list, record, type Mistake, type Page } from './page.ts'
import { keySchemaOf, propertiesOf, propertyOf, schemaFor, type Schema } from './schema.ts'

const VALIDATORS: Readonly<Record<Page['kind'], Validator>> = { check, runbook, causes, policy }
const AT_ONCE = 20
const STEP = /^(?:\/steps\/\d+)+/
/** A person reads a hundred; the rest is more of the same. */
export const MOST = 300

const KIND_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  array: 'a list',
  object: 'a map',
  boolean: 'yes or no',
  null: 'nothing',
}

export function shapeMistakes(page: Page): readonly Mistake[] {
  const mistakes = page.kind === 'runbook' ? verbMistakes(record(page.root.data)['steps'], ['steps']) : []
  const seen = new Set<string>()
  const told = stepsWithoutVerb(mistakes)
  for (const error of errorsOf(page)) {
    if (told(error.instancePath)) continue
    if (mistakes.length >= MOST) break
    const mistake = mistakeOf(page, error)
    if (!mistake) continue
    const key = `${error.instancePath} ${error.propertyName ?? ''} ${mistake.code} ${mistake.message}`
    if (!seen.has(key)) mistakes.push(mistake)
    seen.add(key)
  }
  return withoutMisspelt(mistakes)
}

/** A validator copies all errors found so far whenever it finds more: the steps of a runbook are looked at a few at a time. */
function* errorsOf({ kind, root: { data } }: Page): Generator<ErrorObject> {
  const validate = VALIDATORS[kind]
  const steps = kind === 'runbook' ? list(record(data)['steps']) : []
  for (let from = 0; from === 0 || from < steps.length; from += AT_ONCE) {
    if (validate(steps.length === 0 ? data : { ...record(data), steps: steps.slice(from, from + AT_ONCE) })) continue
    for (const error of validate.errors ?? [])
      yield {
        ...error,
        instancePath: error.instancePath.replace(
          /^\/steps\/(\d+)/,
          (_, index: string) => `/steps/${Number(index) + from}`,
        ),
      }
  }
}

/** `wyh:` in place of `why:` is one mistake, not one key too many and one missing. */
function withoutMisspelt(mistakes: readonly Mistake[]): readonly Mistake[] {
  const meant = new Set(
    mistakes.flatMap(({ code, hint, at }) =>
      code === 'unknown-property' ? [`${at.slice(0, -1).join('/')} ${hint ?? ''}`] : [],
    ),
  )
  return mistakes.filter(
    ({ code, message, at }) =>
      code !== 'missing-property' ||
      !meant.has(`${at.join('/')} did you mean ${/ needs (.*):$/.exec(message)?.[1] ?? ''}?`),
  )
}

/** The verb decides which schema a step must follow; a schema alone can only say that none of eight fits. */
function verbMistakes(steps: unknown, at: Pointer): Mistake[] {
  return list(steps).flatMap((step, i) => {
    const place = [...at, i]
    const keys = Object.keys(record(step))
    const found = VERBS.filter((verb) => keys.includes(verb))
    const [verb, second] = found
    if (typeof step !== 'object' || step === null || Array.isArray(step))
      return [
        {
          code: 'wrong-type',
          message: `expected a step, found ${nameOf(step)}`,
          hint: `a step is a map with one verb: ${VERBS.join(', ')}`,
          at: place,
        },
      ]
    if (verb === undefined) return [noVerb(keys, place)]
    if (second !== undefined)
      return [
        {
          code: 'two-verbs',
          message: `a step has one verb; this has ${found.join(' and ')}`,
          hint: 'write two steps',
          at: [...place, second],
          part: 'key' as const,
        },
      ]
    return verb === 'group' ? verbMistakes(record(step)['steps'], [...place, 'steps']) : []
  })
}

/** A step without one verb has been told of; nothing else about it is certain. */
function stepsWithoutVerb(mistakes: readonly Mistake[]): (path: string) => boolean {
  const wrong = new Set(
    mistakes.map(
      ({ code, at }) =>
        `/${(code === 'wrong-type' ? at : at.slice(0, at.findLastIndex((part) => typeof part === 'number') + 1)).join('/')}`,
    ),
  )
  return (path) => {
    for (let step = STEP.exec(path)?.[0] ?? ''; step !== ''; step = step.replace(/\/steps\/\d+$/, ''))
      if (wrong.has(step)) return true
    return false
  }
}

function noVerb(keys: readonly string[], at: Pointer): Mistake {
  const near = keys.map((key) => ({ key, hint: didYouMean(key, VERBS, '') })).find(({ hint }) => hint !== '')
  const message = 'a step needs a verb'
  if (near) return { code: 'no-verb', message, hint: near.hint, at: [...at, near.key], part: 'key' }
  return { code: 'no-verb', message, hint: `one of: ${VERBS.join(', ')}`, at }
}

/** Undefined for sums of errors already told, and for errors of the seven step schemas that a step does not follow. */
function mistakeOf(page: Page, error: ErrorObject): Mistake | undefined {
  if (error.keyword === 'oneOf' || error.keyword === 'propertyNames') return undefined
  const at = pointerOf(page, error.instancePath)
  const governing = schemaFor(page.kind, page.root, at)
  const params: Readonly<Record<string, unknown>> = error.params
  if (error.keyword === 'additionalProperties')
    return unknownProperty(String(params['additionalProperty']), governing, at)
  if (error.keyword === 'required') return missingProperty(page.kind, String(params['missingProperty']), governing, at)
  const value = find(page.root, at)?.value.data
  if (error.propertyName !== undefined)
    return wrongForm(error.propertyName, keySchemaOf(page.kind, governing), {
      at: [...at, error.propertyName],
      part: 'key',
    })
  if (error.keyword === 'type') return wrongType(value, params['type'], governing, at)
  if (error.keyword === 'enum') {
    const allowed = list(params['allowedValues']).map(String)
    const word: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
    return {
      code: 'not-in-list',
      message: `${shown(value)} is not ${titleOf(governing)}`,
      // A list or a mapping resembles no word, and need not have a text at all.
      hint:
        typeof word === 'string' || typeof word === 'number'
          ? didYouMean(String(word), allowed)
          : `one of: ${allowed.join(', ')}`,
      at,
    }
  }
  if (error.keyword === 'pattern') return wrongForm(value, governing, { at })
  if (error.keyword === 'minItems' || error.keyword === 'minProperties')
    return {
      code: 'empty',
      message: `${titleOf(governing)}: at least ${String(params['limit'])} needed`,
      hint: helpOf(governing),
      at,
    }
  return { code: 'wrong-form', message: `${titleOf(governing)}: ${error.message ?? 'not allowed'}`, at }
}

function unknownProperty(name: string, governing: Schema, at: Pointer): Mistake | undefined {
  const known = propertiesOf(governing)
  if (known.includes(name)) return undefined
  return {
    code: 'unknown-property',
    message: `${titleOf(governing)} has no ${shown(name)}:`,
    hint: didYouMean(name, known, `one of: ${known.join(', ')}`),
    at: [...at, name],
    part: 'key',
  }
}

function missingProperty(kind: Page['kind'], name: string, governing: Schema, at: Pointer): Mistake | undefined {
  if (!list(governing['required']).includes(name)) return undefined
  return {
    code: 'missing-property',
    message: `${titleOf(governing)} needs ${name}:`,
    hint: helpOf(propertyOf(kind, governing, name)),
    at,
    part: 'key',
  }
}

function wrongType(value: unknown, type: unknown, governing: Schema, at: Pointer): Mistake {
  const expected = (Array.isArray(type) ? type : String(type).split(',')).map(
    (name) => KIND_NAMES[String(name)] ?? String(name),
  )
  const quotable = expected.includes('a text') && value !== null && value !== undefined && typeof value !== 'object'
  return {
    code: 'wrong-type',
    message: `expected ${expected.join(' or ')} (${titleOf(governing)}), found ${nameOf(value)}`,
    hint: quotable ? `quote it: '${shown(value)}'` : helpOf(governing),
    at,
  }
}

function wrongForm(value: unknown, governing: Schema, place: Pick<Mistake, 'at' | 'part'>): Mistake {
  if (governing['pattern'] === '\\S')
    return { code: 'empty', message: `${titleOf(governing)} is empty`, hint: helpOf(governing), ...place }
  return {
    code: 'wrong-form',
    message: `${shown(value)} is not ${titleOf(governing)}`,
    hint: helpOf(governing),
    ...place,
  }
}

function titleOf(schema: Schema): string {
  return typeof schema['title'] === 'string' ? schema['title'] : 'a value'
}

function helpOf(schema: Schema): string | undefined {
  const description = schema['description']
  if (typeof description !== 'string') return undefined
  const example = list(schema['examples'])[0]
  return typeof example === 'string' || typeof example === 'number' ? `${description} Example: ${example}` : description
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  return KIND_NAMES[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function pointerOf(page: Page, path: string): Pointer {
  const pointer: (string | number)[] = []
  for (const part of path.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const here = find(page.root, pointer)?.value
    pointer.push(here?.items ? Number(name) : name)
  }
  return pointer
}
