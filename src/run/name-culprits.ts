// Findings → the same findings, whose process culprits also have their control group and service: read once, after it is known who they are.
import type { Culprit, Finding } from '../model/finding.ts'
import { detailRequest, detailsOf } from '../tools/process_detail/index.ts'
import type { Session } from './session.ts'

export async function nameCulprits(session: Session): Promise<void> {
  const { host, signal } = session.settings
  const pids = [...session.findings.values()]
    .flat()
    .flatMap((finding) =>
      finding.culprits.flatMap((c) =>
        c.kind === 'process' && c.pid !== undefined && c.cgroup === undefined ? [c.pid] : [],
      ),
    )
  if (pids.length === 0) return
  const looks =
    (
      await host.look(
        [{ source: 'process_detail', tier: 'read', request: detailRequest(pids) }],
        { intervalMs: 1000, count: 0 },
        signal,
      )
    ).get('process_detail') ?? []
  session.facts.looks.set('process_detail', looks)
  const details = detailsOf(looks[0])
  const named = (culprit: Culprit): Culprit => {
    const detail = culprit.pid === undefined ? undefined : details.get(culprit.pid)
    // The pid may be another process by now: only the name it was seen with counts.
    if (
      !detail ||
      (culprit.comm !== undefined && !culprit.comm.startsWith(detail.comm) && !detail.comm.startsWith(culprit.comm))
    )
      return culprit
    return {
      ...culprit,
      ...(detail.cgroup === undefined ? {} : { cgroup: detail.cgroup }),
      ...(detail.unit === undefined ? {} : { unit: detail.unit }),
    }
  }
  for (const [check, findings] of session.findings)
    session.findings.set(
      check,
      findings.map((f): Finding => ({ ...f, culprits: f.culprits.map(named) })),
    )
  session.conclusions.splice(
    0,
    session.conclusions.length,
    ...session.conclusions.map((c) => ({
      ...c,
      support: c.support.map((f) => ({ ...f, culprits: f.culprits.map(named) })),
    })),
  )
}
