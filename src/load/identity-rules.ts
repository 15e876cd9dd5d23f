// A file's id against those that are taken by the product.
import type { Names } from './names.ts'
import type { Mistake, Page } from './page.ts'

export function* identityRules(page: Page, names: Names): Generator<Mistake> {
  if (page.builtin || !names.builtin.has(`${page.kind} ${page.id}`)) return
  const hint =
    page.kind === 'runbook'
      ? `give the file another name and write extends: ${page.id} in it`
      : 'give the file another name; a runbook changes its thresholds under params:'
  yield {
    code: 'shadows-builtin',
    message: `${page.id} is a built-in ${page.kind}; it cannot be replaced`,
    hint,
    at: [],
    part: 'key',
  }
}
