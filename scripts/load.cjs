// What dist/load.js is: app.js → its exports, compiled from the code cache when Node's V8 accepts it. Exported for the build, which makes the cache.
'use strict'
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { setFlagsFromString } = require('node:v8')
const { Script } = require('node:vm')

// Hostile text meets our regular expressions: excessive backtracking falls back to V8's linear engine. Before any is compiled.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
// A run lives for seconds: a young generation that stays small costs no CPU and saves 9 MiB of memory on the host being measured.
setFlagsFromString('--semi-space-growth-factor=1')

const filename = join(__dirname, 'app.js')

exports.load = (keep = () => {}) => {
  // The build leaves only ASCII in it: one byte a character in memory, and no decoding.
  const source = readFileSync(filename, 'latin1')
  let cachedData
  try {
    cachedData = readFileSync(join(__dirname, 'app.cache'))
  } catch {
    // Not made yet, or left out of a package: compiled as any script.
  }
  const script = new Script(source, { filename, ...(cachedData ? { cachedData } : {}) })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, __dirname)
  keep(script)
  return module.exports
}
