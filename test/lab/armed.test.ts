// SIGKILL of tracebook while LTTng waits for something: the session goes on, and doctor --clean or the next start takes away what was made for it, nothing else.
import { describe, expect, test } from 'vitest'
import { reason, required, resultOf } from './result.ts'

const { lines } = reason === '' ? resultOf('armed') : { lines: new Map<string, string>() }

describe.skipIf(reason !== '' || (!required && !lines.has('theirs before')))('killed while it waits', () => {
  test('a session in a daemon that was there: the daemon stays', () => {
    expect(lines.get('theirs killed')).toBe('137')
    expect(lines.get('theirs before')).toMatch(/^sessions 1, programs \[sleep\], files 2, modules \d+, daemon yes$/)
    expect(lines.get('theirs removed')).toBe(
      'ended: 1 program of a run that was killed;removed: LTTng session NAME;removed: folder FOLDER',
    )
    expect(lines.get('theirs after')).toMatch(/^sessions 0, programs \[\], files 0, modules [1-9]\d*, daemon yes$/)
  })

  test('a session in a daemon of its own: both go, with the modules, at the next start', () => {
    expect(lines.get('ours killed')).toBe('137')
    expect(lines.get('ours before')).toMatch(
      /^sessions 1, programs \[.*lttng-sessiond.*sleep.*\], files 2, modules [1-9]\d*, daemon yes$/,
    )
    expect(lines.get('ours after')).toBe('sessions 0, programs [], files 0, modules 0, daemon no')
  })
})
