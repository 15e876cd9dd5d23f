// Programs for bpftrace and SystemTap are imported as the text they are (esbuild: loader text; vitest: a plugin).
declare module '*.bt' {
  const text: string
  export default text
}
declare module '*.stp' {
  const text: string
  export default text
}
