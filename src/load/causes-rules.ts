// causes.yaml → advice whose templates cannot be filled.
import { templateMistakes } from './expressions.ts'
import type { Pointer } from './located.ts'
import { isDomain, type Names } from './names.ts'
import { list, record, text, texts, type Mistake, type Page } from './page.ts'

export function* causesRules(page: Page, names: Names): Generator<Mistake> {
  for (const [id, cause] of Object.entries(record(page.root.data))) {
    const advice = record(record(cause)['advice'])
    if (!page.builtin && names.builtin.has(`cause ${id}`))
      yield {
        code: 'shadows-builtin',
        message: `${id} is a built-in cause; it cannot be replaced`,
        hint: 'choose another id',
        at: [id],
        part: 'key',
      }
    const at: Pointer = [id, 'advice']
    const culprit = text(record(cause)['culprit']) ?? ''
    const scope = { use: 'template', metrics: names.metrics, ...(isDomain(culprit) ? { each: culprit } : {}) } as const
    for (const order of ['remove', 'move', 'add'])
      for (const [words, place] of texts(advice[order], [...at, order])) yield* templateMistakes(words, place, scope)
    for (const [i, knob] of list(advice['tune']).entries())
      for (const field of ['current', 'change', 'revert', 'caution'])
        yield* templateMistakes(text(record(knob)[field]) ?? '', [...at, 'tune', i, field], scope)
  }
}
