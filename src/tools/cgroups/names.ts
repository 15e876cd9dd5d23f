// A control group's path → the systemd unit it belongs to.

/** `/system.slice/docker-0123.scope` → `docker-0123.scope`; the innermost service or scope. */
export function unitOf(path: string): string | undefined {
  return path.split('/').findLast((segment) => segment.endsWith('.service') || segment.endsWith('.scope'))
}
