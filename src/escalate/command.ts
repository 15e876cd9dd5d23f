// The acts of a back end → what a person would type to do the same.
import { commandLine } from '../model/observation.ts'
import type { Act, BackEnd, Probe } from '../model/probe.ts'

/** What a person would type; a program of ours is printed by `tracebook probe PROBE --by BACK-END --print`. */
export function commandOf(acts: readonly Act[], probe: Probe, backEnd: BackEnd): string {
  const first = acts[0]
  if (first?.kind === 'ftrace')
    return [
      'cd INSTANCE',
      ...(first.define ?? []).map(({ file, line }) => `echo '${plain(line)}' >> ../../${file}`),
      ...first.write.map(([file, text]) => `echo '${plain(text)}' > ${plain(file)}`),
    ].join('; ')
  const program = `tracebook probe ${probe.id} --by ${backEnd.id} --print | `
  return acts
    .flatMap((act) =>
      act.kind === 'run' ? [`${act.input === undefined ? '' : program}${commandLine(act.argv.map(plain))}`] : [],
    )
    .join(' && ')
}

/** A person works where they are, and needs a name that nobody else has only once. */
function plain(text: string): string {
  return text.replaceAll('{scratch}/', '').replaceAll('{scratch}', '.').replaceAll('{id}', 'tracebook')
}
