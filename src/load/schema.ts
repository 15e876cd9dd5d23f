// Path of an error in a schema → the words of the schema there: which keys exist, how a value is called, an example.
import causes from '../../schemas/causes.schema.json' with { type: 'json' }
import check from '../../schemas/check.schema.json' with { type: 'json' }
import runbook from '../../schemas/runbook.schema.json' with { type: 'json' }
import { record, text } from './page.ts'
import type { PageKind } from './page.ts'

const SCHEMAS: Readonly<Record<PageKind, unknown>> = { check, runbook, causes }

/** `#/$defs/checkStep/properties/id/pattern` → the schema object that holds `pattern`. */
export function schemaAt(kind: PageKind, path: string): Readonly<Record<string, unknown>> {
  let node: unknown = SCHEMAS[kind]
  const parts = path.slice(path.indexOf('#') + 1).split('/').slice(1, -1)
  for (const part of parts) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const next: unknown = Array.isArray(node) ? node[Number(name)] : record(node)[name]
    node = text(record(next)['$ref']) === undefined ? next : schemaOf(kind, String(record(next)['$ref']))
  }
  return record(node)
}

/** The data's place → the schema of its parent object's property, for help about a key. */
export function propertyOf(schema: Readonly<Record<string, unknown>>, kind: PageKind, name: string): Readonly<Record<string, unknown>> {
  const property = record(record(schema['properties'])[name])
  const reference = text(property['$ref'])
  return reference === undefined ? property : schemaOf(kind, reference)
}

export function propertiesOf(schema: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(record(schema['properties']))
}

function schemaOf(kind: PageKind, reference: string): Readonly<Record<string, unknown>> {
  return schemaAt(kind, `${reference}/-`)
}
