// What dist/load.js is: app.js → its exports, compiled from a code cache when Node's V8 accepts it. The build makes the caches with it.
'use strict'
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

const filename = join(__dirname, 'app.js')
/** These look at a host: flags for a short life beside hostile text, and the code cache of all they run. */
const LOOKING = new Set(['run', 'check', 'capture'])
/** These read only the library: no flags. */
const TRUSTING = new Set(['graph', 'list', 'explain', 'new'])
/** Parsing this many processes again and again is worth optimizing. */
const MANY = 600

exports.load = (command, keep = () => {}) => {
  const looking = LOOKING.has(command)
  // Before the script: V8 refuses a cache that was made under other flags.
  if (looking) set(['--semi-space-growth-factor=1', '--no-opt', LINEAR])
  // The build leaves only ASCII in it: one byte a character in memory, and no decoding.
  const source = readFileSync(filename, 'latin1')
  const cachedData = contents(join(__dirname, looking ? 'run.cache' : 'light.cache'))
  const script = new Script(source, { filename, ...(cachedData ? { cachedData } : {}) })
  // After the script, before any of it runs: a cache is not asked again.
  if (!looking && !TRUSTING.has(command)) set([LINEAR])
  if (looking && entries('/proc') > MANY) set(['--opt'])
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, filename, __dirname)
  keep(script)
  return module.exports
}

/** Hostile text meets our regular expressions: excessive backtracking falls back to V8's linear engine. Before any is compiled. */
const LINEAR = '--enable-experimental-regexp-engine-on-excessive-backtracks'

/**
 * A run lives for seconds. A young generation that stays small saves 9 MiB of memory on the host being measured, and optimizing code
 * that runs once costs a background thread 20 ms and 5 MiB.
 */
function set(flags) {
  const { setFlagsFromString } = require('node:v8')
  for (const flag of flags) setFlagsFromString(flag)
}

/** Undefined when the cache was not made, or left out of a package: the script is compiled as any other. */
function contents(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

function entries(folder) {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}
