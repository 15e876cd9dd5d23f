// The version that reports and captures carry; the bundle replaces the constant, a run from source says so.
declare const TRACEBOOK_VERSION: string | undefined

export const VERSION: string = typeof TRACEBOOK_VERSION === 'string' ? TRACEBOOK_VERSION : '0.0.0-source'
