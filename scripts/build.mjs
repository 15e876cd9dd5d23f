// src → dist: one bundle with lazy chunks, and the built-in checks and runbooks as checked JSON, so that a run parses no YAML.
import { build } from 'esbuild'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
await import('./generate.mjs')
rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  entryPoints: [
    { in: join(root, 'src/cli/start.ts'), out: 'tracebook' },
    { in: join(root, 'src/load/export-builtin.ts'), out: 'export-builtin' },
  ],
  outdir: join(root, 'dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: false,
  legalComments: 'linked',
  define: { TRACEBOOK_VERSION: JSON.stringify(version), 'process.env.NODE_ENV': '"production"' },
  // CommonJS parts of dependencies ask for Node's own modules by require.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
})
chmodSync(join(root, 'dist/tracebook.js'), 0o755)
const { exportBuiltin } = await import(pathToFileURL(join(root, 'dist/export-builtin.js')).href)
writeFileSync(join(root, 'dist/builtin.json'), await exportBuiltin(root))
