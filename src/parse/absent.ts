// Metrics a source gives and those it found → for each of the others, why it is missing.
import type { Unavailable } from '../model/unavailable.ts'

export function absent(
  gives: readonly string[],
  host: Readonly<Record<string, unknown>>,
  why: Unavailable,
): Record<string, Unavailable> {
  return Object.fromEntries(gives.filter((id) => !(id in host)).map((id) => [id, why]))
}
