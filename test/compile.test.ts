// Runbooks → machines: XState accepts them, they only go forward, every state is reachable and leads to an end.
import { describe, expect, test } from 'vitest'
import { createActor, createMachine, fromPromise, toPromise } from 'xstate'
import { allSteps, compileRunbook } from '../src/compile/flatten.ts'
import { CONCLUDED, INCONCLUSIVE, machineOf, type StateConfig } from '../src/compile/machine.ts'
import { mermaid } from '../src/compile/graph.ts'
import { metrics } from '../src/generated/metrics.ts'
import type { CheckDocument, Loaded } from '../src/model/check.ts'
import type { RunbookDocument, Step } from '../src/model/runbook.ts'
import { builtinLibrary } from './support/library.ts'

const catalogue = new Map(metrics.map((m) => [m.id, m]))
const check = (id: string): Loaded<CheckDocument> => ({
  id,
  file: `${id}.yaml`,
  document: { check: id, use: 'none', topic: 't', why: 'w', status: { warn: 'cpu.usable > 0' }, finding: 'f' },
})
const library = (steps: readonly Step[]) => ({
  checks: new Map(['a.one', 'a.two', 'a.three'].map((id) => [id, check(id)])),
  runbooks: new Map([
    ['r', { id: 'r', file: 'r.yaml', document: { runbook: 'R', goal: 'g', steps } satisfies RunbookDocument }],
  ]),
})
const compiled = (...steps: Step[]) => compileRunbook('r', library(steps), catalogue)

describe('windows', () => {
  test('adjacent unguarded checks share one, a guard opens another', () => {
    const runbook = compiled({ check: 'a.one' }, { check: ['a.two'] }, { check: 'a.three', when: 'a.one.firing' })
    expect(runbook.steps.map((s) => s.window)).toEqual([['a.one', 'a.two'], [], ['a.three']])
  })
  test('another verb between them ends the window', () => {
    const runbook = compiled({ check: 'a.one' }, { assume: { 'a.three': 'ok' }, because: 'b' }, { check: 'a.two' })
    expect(runbook.steps.map((s) => s.window)).toEqual([['a.one'], [], ['a.two']])
  })
})

test('a step that waits judges what it waits for, and what it recorded; the graph says what it records', () => {
  const times = { every: '10s', 'up-to': '1h' }
  const runbook = compiled(
    { wait: 'a.one', until: 'a.one.firing', ...times, record: 'sched.wakeup_latency', judge: ['a.two'] },
    { conclude: 'It came.', when: 'a.two.firing' },
  )
  expect(runbook.steps[0]?.checks).toEqual(['a.one', 'a.two'])
  expect(mermaid(runbook)).toContain('wait until a.one.firing, recording sched.wakeup_latency')
})

describe('machines', () => {
  const runbook = compiled(
    { check: 'a.one' },
    {
      group: 'more',
      when: 'a.one.firing',
      steps: [
        { check: 'a.two', id: 'again' },
        { conclude: 'inner', when: 'a.two.firing' },
      ],
    },
    { ask: 'Since when?', as: 'since', choices: { now: 'just now', ever: 'always' }, default: 'now' },
    { conclude: 'It is new.', when: 'answer.since == "now"', id: 'new' },
  )
  test('are pure JSON that XState accepts', () => {
    const config = machineOf(runbook)
    expect(JSON.parse(JSON.stringify(config))).toEqual(config)
    const machine = createMachine(config as never)
    expect(Object.keys(machine.states)).toContain('group-1')
  })
  test('a group that is not entered draws none of its conclusions', async () => {
    const steps = [{ conclude: 'inner', when: 'a.one.ok' }] as const
    const config = machineOf(compiled({ check: 'a.one' }, { group: 'more', when: 'a.one.firing', steps }))
    const drawn: string[] = []
    const skipped: string[] = []
    const machine = createMachine(config as never).provide({
      guards: { unmet: (_: unknown, { step }: { step: string }) => step === 'group-1', anyVerdict: () => true },
      actions: {
        conclude: (_: unknown, { step }: { step: string }) => drawn.push(step),
        skip: (_: unknown, { step }: { step: string }) => skipped.push(step),
        keep: () => undefined,
      },
      actors: { perform: fromPromise(() => Promise.resolve()) },
    } as never)
    const actor = createActor(machine)
    const end = toPromise(actor)
    actor.start()
    await end
    expect([drawn, skipped]).toEqual([[], ['group-1']])
  })
  test('a graph names every step and condition', () => {
    const text = mermaid(runbook)
    for (const word of ['a.one', 'a.two', 'Since when', 'It is new', 'answer.since']) expect(text).toContain(word)
  })
})

const builtin = await builtinLibrary()
describe.each([...builtin.runbooks.keys()])('built-in runbook %s', (id) => {
  const runbook = compileRunbook(id, builtin, catalogue)
  test('goes forward only, and every state is reachable', () => {
    const config = machineOf(runbook)
    walk(config.states, config.initial)
  })
  test('compiles to a machine XState accepts', () => {
    createMachine(machineOf(runbook) as never)
  })
  test('every check it names exists', () => {
    for (const step of allSteps(runbook.steps))
      for (const name of step.checks) expect(builtin.checks.has(name), name).toBe(true)
  })
})

function walk(states: Readonly<Record<string, StateConfig>>, initial: string): void {
  const order = Object.keys(states)
  const reached = new Set([initial])
  for (const name of order) {
    const state = states[name]!
    const targets = [
      ...(state.always ?? []),
      ...(state.invoke ? [state.invoke.onDone, state.invoke.onError] : []),
      ...(state.onDone ? [state.onDone] : []),
    ].map((t) => t.target)
    for (const target of targets) {
      expect(order.indexOf(target), `${name} → ${target}`).toBeGreaterThan(order.indexOf(name))
      reached.add(target)
    }
    expect(targets.length > 0 || state.type === 'final' || name === CONCLUDED || name === INCONCLUSIVE, name).toBe(true)
    if (state.states && state.initial) walk(state.states, state.initial)
  }
  expect(order.filter((name) => !reached.has(name))).toEqual([])
}
