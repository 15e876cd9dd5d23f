// Number of a signal → its name, as kill -l prints it.
const NAMES =
  '- HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  )

export function signalName(number: number): string {
  return NAMES[number] ?? `RT${number}`
}
