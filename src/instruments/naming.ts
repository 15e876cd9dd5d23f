// Labels that a back end can only number → their names: the host is asked after the trace, as an act of its own.
import type { BackEnd, Plan, RunAct } from '../model/probe.ts'
import { unavailable } from '../model/unavailable.ts'
import type { Measured } from './measured.ts'
import { spoiled } from './outcome.ts'
import type { Reader } from './reading.ts'

type Labels = Readonly<Record<string, string>>
export type Rename = (labels: Labels) => Labels

export interface Asking {
  readonly act: (plan: Plan) => RunAct
  /** What the host said → names; undefined: it did not say. */
  readonly rename: (text: string, plan: Plan) => Rename | undefined
  /** Whose names are not known then: `the control groups`. */
  readonly of: string
}

/** Rows and parts have numbers before `read` and names in it. */
export function naming(make: (read: Reader) => BackEnd, read: Reader, { act, rename, of }: Asking): BackEnd {
  const backEnd = make(read)
  return {
    ...backEnd,
    acts: (plan, tool) => [...backEnd.acts(plan, tool), act(plan)],
    read: (looks, plan) => {
      const bad = spoiled(looks)
      if (bad) return bad
      const known = rename(looks.at(-1)?.text ?? '', plan)
      if (!known) return unavailable('not measured', `the names of ${of} were not read`)
      return make((measured) => read(named(measured, known))).read(looks.slice(0, -1), plan)
    },
  }
}

function named({ rows, parts, ...measured }: Measured, known: Rename): Measured {
  return {
    ...measured,
    ...(rows ? { rows: rows.map((row) => ({ ...row, labels: known(row.labels) })) } : {}),
    ...(parts ? { parts: parts.map((part) => ({ ...part, labels: known(part.labels) })) } : {}),
  }
}
