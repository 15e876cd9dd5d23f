// `params:` of the runbook that is run + `--param` → thresholds of this run. The command line has the last word.
import type { Overrides } from '../judge/program.ts'
import type { Library } from '../load/library.ts'
import { parseQuantity, type Quantity } from '../model/unit.ts'

export function overridesOf(runbook: string, library: Pick<Library, 'runbooks'>, given: Overrides): Overrides {
  const overrides = new Map<string, Quantity>()
  for (const [name, { value }] of Object.entries(library.runbooks.get(runbook)?.document.params ?? {})) {
    const quantity = parseQuantity(String(value))
    if (quantity) overrides.set(name, quantity)
  }
  return new Map([...overrides, ...given])
}
