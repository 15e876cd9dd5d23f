// Text of any stack-printing tool → Stacks; Stacks → folded lines, flame graph, speedscope file, the sentence for a report.
export { foldPerfScript, type Folder, type PerfScriptOptions } from './perf-script.ts'
export { foldFolded, type FoldedOptions } from './folded.ts'
export { sortedToSvg, type Opened } from './sorted-svg.ts'
export { foldStackBlocks } from './stack-blocks.ts'
export { foldBpftrace, type BpftraceOptions } from './bpftrace.ts'
export type { WeightUnit } from './weight-unit.ts'
export { toFolded } from './to-folded.ts'
export { toSpeedscope } from './speedscope.ts'
export { toSvg, type SvgOptions } from './svg.ts'
export type { FlameKind } from './palette.ts'
export {
  heaviest,
  plainFrame,
  topFrames,
  withoutIdle,
  type TopFrame,
  type TopFrames,
  type TopOptions,
} from './top-frames.ts'
