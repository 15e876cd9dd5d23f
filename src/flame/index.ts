// Text of any stack-printing tool → Stacks; Stacks → folded lines, flame graph, speedscope file, the sentence for a report.
export { foldPerfScript, type Folder, type PerfScriptOptions } from './perf-script.ts'
export { toFolded } from './folded.ts'
export { toSvg, type SvgOptions } from './svg.ts'
export type { FlameKind } from './palette.ts'
