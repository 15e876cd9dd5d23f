// Expressions of authors: CEL with the units of the metric catalogue. The only module that imports the CEL library is environment.ts.
export { compileExpression, type Compiled } from './compile.ts'
export { compileTemplate, printed, type Template } from './template.ts'
export { nearest } from './nearest.ts'
export { hasValue } from './resolve.ts'
export { statistic } from './statistics.ts'
export type { Expression, Lookup, Problem, Result, Scope } from './types.ts'
