// What dist/load.js is: app.js → its exports, compiled from a code cache when Node's V8 accepts it. The build makes the caches with it.
'use strict'
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

const filename = join(__dirname, 'app.js')
/** These read no text of a host and end at once: the small cache, and no flags. */
const LIGHT = new Set(['graph', 'list', 'explain', 'new'])

exports.load = (command, keep = () => {}) => {
  // Before the script: V8 refuses a cache made under other flags.
  if (!LIGHT.has(command)) flags()
  // The build leaves only ASCII in it: one byte a character in memory, and no decoding.
  const source = readFileSync(filename, 'latin1')
  let cachedData
  try {
    cachedData = readFileSync(join(__dirname, LIGHT.has(command) ? 'light.cache' : 'run.cache'))
  } catch {
    // Not made yet, or left out of a package: compiled as any script.
  }
  const script = new Script(source, { filename, ...(cachedData ? { cachedData } : {}) })
  if (!LIGHT.has(command) && entries('/proc') > MANY) require('node:v8').setFlagsFromString('--opt')
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, filename, __dirname)
  keep(script)
  return module.exports
}

/** Parsing this many processes again and again is worth optimizing. The cache was accepted before: it is made without. */
const MANY = 600

function entries(folder) {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}

function flags() {
  const { setFlagsFromString } = require('node:v8')
  // Hostile text meets our regular expressions: excessive backtracking falls back to V8's linear engine. Before any is compiled.
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  // A run lives for seconds: a young generation that stays small saves 9 MiB of memory on the host being measured, and optimizing
  // code that runs once costs a background thread 20 ms and 5 MiB.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--no-opt')
}
