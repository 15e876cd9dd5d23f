// The acts of a back end → what a person would type to do the same.
import { commandLine } from '../model/observation.ts'
import type { Act, BackEnd, Probe } from '../model/probe.ts'

/** What a person would type; a program of ours is printed by `tracebook probe PROBE --by BACK-END --print`. */
export function commandOf(acts: readonly Act[], probe: Probe, backEnd: BackEnd): string {
  const first = acts[0]
  if (first?.kind === 'ftrace')
    return `cd INSTANCE; ${first.write.map(([file, text]) => `echo '${text}' > ${file}`).join('; ')}`
  const program = `tracebook probe ${probe.id} --by ${backEnd.id} --print | `
  return acts
    .flatMap((act) => (act.kind === 'run' ? [`${act.input === undefined ? '' : program}${commandLine(act.argv)}`] : []))
    .join(' && ')
    .replaceAll(/'?\{scratch\}\/([\w.-]+)'?/g, '$1')
}
