// src → dist: one bundle, V8's code cache for it, the help as a text, and the built-in checks and runbooks as checked JSON: a run parses no YAML.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
await import('./generate.mjs')
// Made beside dist and moved there when all is well: a build that fails leaves the last good one.
const fresh = join(root, `dist.${process.pid}`)
const remove = (path) => rmSync(path, { recursive: true, force: true })
process.on('exit', () => remove(fresh))
await build({
  entryPoints: [{ in: join(root, 'src/cli/app.ts'), out: 'app' }],
  outdir: fresh,
  bundle: true,
  // CommonJS, because only a script can have a code cache in Node 20.
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'linked',
  loader: { '.bt': 'text' },
  plugins: [{ name: 'lean-commander', setup: leanCommander }],
  mainFields: ['module', 'main'],
  define: {
    TRACEBOOK_VERSION: JSON.stringify(version),
    'process.env.NODE_ENV': '"production"',
    'import.meta.url': '__tracebookUrl',
  },
  banner: { js: "const __tracebookUrl=require('node:url').pathToFileURL(__filename).href;" },
})
// Wrapped as a function, as load.cjs calls it; regular expressions are the one place where esbuild leaves other characters than ASCII.
const bundle = readFileSync(join(fresh, 'app.js'), 'utf8').replace(
  /[^\0-\x7f]/g,
  (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
)
writeFileSync(join(fresh, 'app.js'), `(function(exports,require,module,__filename,__dirname){${bundle}\n})`)
/** commander can start subcommands as programs of their own; ours cannot, and loading child_process for it costs each start 4 ms. */
function leanCommander(bundling) {
  bundling.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
    importer.includes('/commander/') ? { path: 'none', namespace: 'none' } : undefined,
  )
  bundling.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }))
}
writeFileSync(join(fresh, 'package.json'), '{ "type": "commonjs" }\n')
copyFileSync(join(root, 'scripts/load.cjs'), join(fresh, 'load.js'))
writeFileSync(
  join(fresh, 'tracebook.js'),
  `#!/usr/bin/env node\n${readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace('TRACEBOOK_VERSION', version)}`,
)
chmodSync(join(fresh, 'tracebook.js'), 0o755)
const app = createRequire(import.meta.url)(join(fresh, 'load.js')).load('list')
writeFileSync(join(fresh, 'help.txt'), app.help())
try {
  writeFileSync(join(fresh, 'builtin.json'), await app.exportBuiltin(root))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
remove(join(root, 'dist'))
// Another build may have moved its own there in between: it is as good.
if (!existsSync(join(root, 'dist'))) renameSync(fresh, join(root, 'dist'))
for (const kind of ['light', 'run']) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/make-cache.cjs'), join(root, 'dist'), kind], {
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) process.stderr.write(`tracebook: no ${kind} code cache was made; starts are slower, nothing else\n`)
}
