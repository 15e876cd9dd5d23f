// dist/app.js, run once over what every start does → dist/app.cache: code V8 need not compile again.
'use strict'
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')

const dist = process.argv[2]
const { load } = require(join(dist, 'load.js'))
let script
const app = load((made) => (script = made))
app.warm().then(() => writeFileSync(join(dist, 'app.cache'), script.createCachedData()))
