// A place in a document → the schema that governs it: which keys exist, how a value is called, an example.
import causes from '../../schemas/causes.schema.json' with { type: 'json' }
import check from '../../schemas/check.schema.json' with { type: 'json' }
import policy from '../../schemas/policy.schema.json' with { type: 'json' }
import runbook from '../../schemas/runbook.schema.json' with { type: 'json' }
import { VERBS, type Verb } from '../model/runbook.ts'
import type { Located, Pointer } from './located.ts'
import { record, text, type PageKind } from './page.ts'

export type Schema = Readonly<Record<string, unknown>>

const SCHEMAS: Readonly<Record<PageKind, Schema>> = { check, runbook, causes, policy }

/** Errors of a validator do not say which of eight step schemas they come from: the place and the verb do. */
export function schemaFor(kind: PageKind, root: Located, pointer: Pointer): Schema {
  let schema = resolve(kind, SCHEMAS[kind], root.data)
  let node: Located | undefined = root
  for (const part of pointer) {
    node = typeof part === 'number' ? node?.items?.[part] : node?.entries?.get(part)?.value
    const next =
      typeof part === 'number'
        ? schema['items']
        : (record(schema['properties'])[part] ?? schema['additionalProperties'])
    schema = resolve(kind, next, node?.data)
  }
  return schema
}

export function propertyOf(kind: PageKind, schema: Schema, name: string): Schema {
  return resolve(kind, record(schema['properties'])[name], undefined)
}

export function keySchemaOf(kind: PageKind, schema: Schema): Schema {
  return resolve(kind, schema['propertyNames'], undefined)
}

export function propertiesOf(schema: Schema): readonly string[] {
  return Object.keys(record(schema['properties']))
}

/** The one verb of a step; undefined when it has none or several. */
export function verbOf(step: unknown): Verb | undefined {
  const found = VERBS.filter((verb) => verb in record(step))
  return found.length === 1 ? found[0] : undefined
}

function resolve(kind: PageKind, schema: unknown, data: unknown): Schema {
  const found = record(schema)
  const reference = text(found['$ref'])
  if (reference !== undefined)
    return resolve(kind, record(SCHEMAS[kind]['$defs'])[reference.slice('#/$defs/'.length)], data)
  const verb = found['oneOf'] === undefined ? undefined : verbOf(data)
  return verb === undefined ? found : resolve(kind, { $ref: `#/$defs/${verb}Step` }, data)
}
