// A document against its JSON Schema → one mistake for each thing the author got wrong, at its place.
import type { ErrorObject } from 'ajv'
import * as validators from '../generated/validators.js'
import { VERBS, type Verb } from '../model/runbook.ts'
import { didYouMean } from './did-you-mean.ts'
import { find, type Pointer } from './located.ts'
import { list, record, type Mistake, type Page } from './page.ts'
import { propertiesOf, propertyOf, schemaAt } from './schema.ts'

const KIND_NAMES: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', array: 'a list', object: 'a map', boolean: 'yes or no', null: 'nothing' }

export function shapeMistakes(page: Page): readonly Mistake[] {
  const validate = validators[page.kind]
  const steps = page.kind === 'runbook' ? verbMistakes(record(page.root.data)['steps'], ['steps']) : { verbs: new Map<string, Verb>(), mistakes: [] }
  if (validate(page.root.data)) return steps.mistakes
  const mistakes = [...steps.mistakes]
  const seen = new Set<string>()
  for (const error of validate.errors ?? []) {
    if (isNoise(error, steps.verbs)) continue
    const mistake = mistakeOf(page, error)
    const key = `${error.instancePath} ${error.propertyName ?? ''} ${mistake.code} ${mistake.message}`
    if (!seen.has(key)) mistakes.push(mistake)
    seen.add(key)
  }
  return mistakes
}

interface Steps {
  /** Path of a step → its verb; steps without exactly one are not here. */
  readonly verbs: Map<string, Verb>
  readonly mistakes: Mistake[]
}

/** The verb decides which schema a step must follow; a schema alone can only say that none of eight fits. */
function verbMistakes(steps: unknown, at: Pointer): Steps {
  const result: Steps = { verbs: new Map(), mistakes: [] }
  for (const [i, step] of list(steps).entries()) {
    const place = [...at, i]
    const keys = Object.keys(record(step))
    const found = VERBS.filter((verb) => keys.includes(verb))
    const [verb, second] = found
    if (typeof step !== 'object' || step === null || Array.isArray(step)) result.mistakes.push({ code: 'wrong-type', message: `expected a step, found ${nameOf(step)}`, hint: `a step is a map with one verb: ${VERBS.join(', ')}`, at: place })
    else if (!verb) result.mistakes.push(noVerb(keys, place))
    else if (second) result.mistakes.push({ code: 'two-verbs', message: `a step has one verb; this has ${found.join(' and ')}`, hint: 'write two steps', at: [...place, second], part: 'key' })
    else {
      result.verbs.set(`/${place.join('/')}`, verb)
      if (verb !== 'group') continue
      const inner = verbMistakes(record(step)['steps'], [...place, 'steps'])
      for (const [path, name] of inner.verbs) result.verbs.set(path, name)
      result.mistakes.push(...inner.mistakes)
    }
  }
  return result
}

function noVerb(keys: readonly string[], at: Pointer): Mistake {
  const near = keys.map((key) => ({ key, hint: didYouMean(key, VERBS, '') })).find(({ hint }) => hint !== '')
  const message = 'a step needs a verb'
  if (near) return { code: 'no-verb', message, hint: near.hint, at: [...at, near.key], part: 'key' }
  return { code: 'no-verb', message, hint: `one of: ${VERBS.join(', ')}`, at }
}

/** Errors of the seven schemas the step does not follow, and the sums of errors already told. */
function isNoise(error: ErrorObject, verbs: ReadonlyMap<string, Verb>): boolean {
  if (error.keyword === 'oneOf' || error.keyword === 'propertyNames' || error.keyword === 'if') return true
  const step = /^(?:\/steps\/\d+)+/.exec(error.instancePath)?.[0]
  if (step === undefined) return false
  const verb = verbs.get(step)
  if (!verb) return true
  const branch = /\$defs\/(\w+)Step\//.exec(error.schemaPath)?.[1]
  return branch !== undefined && branch !== verb
}

function mistakeOf(page: Page, error: ErrorObject): Mistake {
  const at = pointerOf(page, error.instancePath)
  const schema = schemaAt(page.kind, error.schemaPath)
  const what = typeof schema['title'] === 'string' ? schema['title'] : 'a value'
  const params: Readonly<Record<string, unknown>> = error.params
  if (error.keyword === 'additionalProperties') {
    const name = String(params['additionalProperty'])
    return { code: 'unknown-property', message: `${page.kind === 'causes' ? '' : 'unknown key '}${name} in ${what}`.trim(), hint: didYouMean(name, propertiesOf(schema)), at: [...at, name], part: 'key' }
  }
  if (error.keyword === 'required') {
    const name = String(params['missingProperty'])
    const help = propertyOf(schema, page.kind, name)['description']
    return { code: 'missing-property', message: `${what} needs ${name}:`, hint: typeof help === 'string' ? help : undefined, at, part: 'key' }
  }
  const value = find(page.root, at)?.value.data
  if (error.keyword === 'type') return wrongType(value, params['type'], what, schema, at)
  if (error.keyword === 'enum') return notInList(value, list(params['allowedValues']).map(String), what, at)
  if (error.keyword === 'pattern') return wrongForm(error.propertyName ?? value, what, schema, error.propertyName === undefined ? { at } : { at: [...at, error.propertyName], part: 'key' })
  if (error.keyword === 'minItems' || error.keyword === 'minProperties') return { code: 'empty', message: `${what}: at least ${String(params['limit'])} needed`, hint: helpOf(schema), at }
  return { code: 'wrong-form', message: `${what}: ${error.message ?? 'not allowed'}`, at }
}

function wrongType(value: unknown, type: unknown, what: string, schema: Readonly<Record<string, unknown>>, at: Pointer): Mistake {
  const expected = (Array.isArray(type) ? type : String(type).split(',')).map((name) => KIND_NAMES[String(name)] ?? String(name))
  const hint = expected.includes('a text') && value !== null && typeof value !== 'object' ? `quote it: '${String(value)}'` : helpOf(schema)
  return { code: 'wrong-type', message: `expected ${expected.join(' or ')} (${what}), found ${nameOf(value)}`, hint, at }
}

function notInList(value: unknown, allowed: readonly string[], what: string, at: Pointer): Mistake {
  return { code: 'not-in-list', message: `${shown(value)} is not ${what}`, hint: didYouMean(String(value), allowed), at }
}

function wrongForm(value: unknown, what: string, schema: Readonly<Record<string, unknown>>, place: Pick<Mistake, 'at' | 'part'>): Mistake {
  if (schema['pattern'] === '\\S') return { code: 'empty', message: `${what} is empty`, hint: helpOf(schema), ...place }
  return { code: 'wrong-form', message: `${shown(value)} is not ${what}`, hint: helpOf(schema), ...place }
}

function helpOf(schema: Readonly<Record<string, unknown>>): string | undefined {
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
