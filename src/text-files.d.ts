// Programs for bpftrace are imported as the text they are (esbuild: loader text; vitest: a plugin).
declare module '*.bt' {
  const text: string
  export default text
}
