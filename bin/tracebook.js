#!/usr/bin/env node
// Starts the bundle; in a checkout that was never built, builds it first. CommonJS: starting Node's ES module loader costs a quarter of `--help`.
'use strict'
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const bundle = join(__dirname, '../dist/tracebook.js')
if (!existsSync(bundle)) {
  const { status } = require('node:child_process').spawnSync(
    process.execPath,
    [join(__dirname, '../scripts/setup.mjs')],
    { stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) process.exit(70)
}
require(bundle)
