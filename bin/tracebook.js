#!/usr/bin/env node
// Starts the bundle; in a checkout that was never built, builds it first.
import { existsSync } from 'node:fs'

const bundle = new URL('../dist/tracebook.js', import.meta.url)
if (!existsSync(bundle)) await import('../scripts/setup.mjs')
await import(bundle.href)
