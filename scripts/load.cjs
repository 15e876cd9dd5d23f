// What dist/load.js is: app.js → its exports, compiled from the code cache when Node's V8 accepts it. Exported for the build, which makes the cache.
'use strict'
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { setFlagsFromString } = require('node:v8')
const { Script } = require('node:vm')

// Hostile text meets our regular expressions: excessive backtracking falls back to V8's linear engine. Before any is compiled.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

const filename = join(__dirname, 'app.js')

exports.load = (keep = () => {}) => {
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'utf8')}\n})`
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
