// What dist/tracebook.js is: help and version from a file, everything else from the bundle with V8's code cache beside it.
'use strict'
const { readFileSync, writeSync } = require('node:fs')
const { join } = require('node:path')

const [first, ...rest] = process.argv.slice(2)
if ((first === '--help' || first === '-h') && rest.length === 0) writeAll(readFileSync(join(__dirname, 'help.txt')))
else if ((first === '--version' || first === '-V') && rest.length === 0)
  writeAll(Buffer.from('tracebook TRACEBOOK_VERSION\n'))
else require('./load.js').load(first).start(process.argv.slice(2))

/** A pipe takes 64 KiB at once and may be closed: neither is an error of help. */
function writeAll(buffer) {
  try {
    for (let at = 0; at < buffer.length;) at += writeSync(1, buffer, at)
  } catch (error) {
    if (error.code !== 'EPIPE') throw error
  }
}
