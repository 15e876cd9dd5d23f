// dist/app.js, run once over what a command does → its code cache: functions V8 need not compile again. make-cache.cjs DIST run|light
'use strict'
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')

const [dist, kind] = process.argv.slice(2)
const { load } = require(join(dist, 'load.js'))
let script
const app = load(kind === 'light' ? 'list' : 'run', (made) => (script = made))
app.warm(kind).then(() => writeFileSync(join(dist, `${kind}.cache`), script.createCachedData()))
