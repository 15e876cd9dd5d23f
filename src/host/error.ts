// Something thrown → the system's error code, and one sentence for a person.

/** `ENOENT`, `EACCES`, …; undefined for what did not come from the system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

export function messageOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error))
}
