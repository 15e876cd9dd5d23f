// Test helper: facts of a real idle host with some replaced → the report the sixty seconds would end in: real checks, runbooks and ranking.
import { join } from 'node:path'
import { compileRunbook } from '../../src/compile/flatten.ts'
import { sources } from '../../src/generated/sources.ts'
import { recordedHost } from '../../src/host/recorded.ts'
import { given } from '../../src/judge/inline-tests.ts'
import { judge, statusOf } from '../../src/judge/judge.ts'
import { checkProgram } from '../../src/judge/program.ts'
import { catalogueOf } from '../../src/load/own-metrics.ts'
import { noFacts, type Facts } from '../../src/measure/facts.ts'
import { measure } from '../../src/measure/measure.ts'
import type { CheckDocument, Status } from '../../src/model/check.ts'
import type { Domain } from '../../src/model/metric.ts'
import type { Report } from '../../src/model/report.ts'
import { isUnavailable } from '../../src/model/unavailable.ts'
import { assemble } from '../../src/run/assemble.ts'
import { readContext } from '../../src/run/context.ts'
import { silentGuide } from '../../src/run/guide.ts'
import { drive } from '../../src/run/machine.ts'
import { needsOf } from '../../src/run/rounds.ts'
import { judgeInto, newSession, type Session } from '../../src/run/session.ts'
import { builtinLibrary, root } from './library.ts'

export type Given = Readonly<Record<string, unknown>>

const library = await builtinLibrary()
const catalogue = catalogueOf(library)
const signal = new AbortController().signal
const quiet = await idle()

/** Every check on the facts, then the runbook with all it follows: nothing is left to measure. */
export async function verdictOn(changes: Given): Promise<{ readonly report: Report; readonly facts: Facts }> {
  const session: Session = { ...newSession(quiet.session.settings), facts: changed(changes) }
  judgeInto(session, [...library.checks.keys()])
  const runbook = compileRunbook('sixty_seconds', library, catalogue)
  await drive(runbook, session)
  if (session.failures[0]) throw session.failures[0]
  return { report: assemble({ runbook, session, contextLooks: [] }), facts: session.facts }
}

/** What a textbook rule, written as a check, says of the same facts. */
export function statusBy(rule: Omit<CheckDocument, 'check' | 'use' | 'why' | 'finding'>, facts: Facts): Status {
  const document: CheckDocument = {
    check: 'a naive rule',
    use: 'none',
    why: 'the textbook',
    finding: 'it fires',
    ...rule,
  }
  return statusOf(judge(checkProgram({ id: 'naive.rule', file: 'naive', document }, catalogue), facts, catalogue))
}

export function statusOfCheck(report: Report, check: string): Status {
  return statusOf(report.findings.filter((finding) => finding.check === check))
}

function changed(changes: Given): Facts {
  const facts = structuredClone(quiet.session.facts)
  const needs = [...catalogue.keys()]
  const { facts: own, mistake } = given(changes, catalogue, needs)
  if (mistake !== undefined) throw new Error(mistake)
  for (const [id, value] of own.host) {
    facts.host.set(id, value)
    facts.from.set(id, 'test')
    facts.missing.delete(id)
  }
  for (const domain of Object.keys(changes).filter((key) => !catalogue.has(key)) as Domain[]) {
    facts.instances.set(domain, own.instances.get(domain) ?? new Map())
    for (const id of needs.filter((one) => catalogue.get(one)?.per === domain)) {
      facts.from.set(id, 'test')
      facts.missing.delete(id)
    }
  }
  return facts
}

async function idle() {
  const host = recordedHost(join(root, 'test/hosts/idle'))
  if (isUnavailable(host)) throw new Error(host.reason)
  const { context } = await readContext(host, signal)
  const session = newSession({
    host,
    context,
    library,
    catalogue,
    sources,
    window: host.recording?.window ?? { intervalMs: 1000, count: 5 },
    allow: 'run',
    overrides: new Map(),
    guide: silentGuide,
    signal,
  })
  const facts = noFacts()
  await measure(needsOf(session, [...library.checks.keys()]), facts, session.settings)
  return { session: { ...session, facts } }
}
