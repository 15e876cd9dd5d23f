// `unit` runs files side by side; `live` changes or watches the whole host, so one after another and nothing beside it (scripts/test.mjs).
// `lab` runs under another kernel, when asked for (scripts/lab.mjs).
import { defineConfig, type Plugin } from 'vitest/config'

/** Programs for bpftrace are imported as the text they are, as esbuild does in scripts/build.mjs. */
const programs: Plugin = {
  name: 'programs',
  transform: (text, id) => (id.endsWith('.bt') ? `export default ${JSON.stringify(text)}` : undefined),
}

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [programs],
        test: { name: 'unit', include: ['test/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks' },
      },
      {
        plugins: [programs],
        test: {
          name: 'live',
          include: ['test/live/*.test.ts'],
          globalSetup: ['test/live/readable.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      // One guest for all of them, started by the global set-up; the tests only read what it left.
      {
        plugins: [programs],
        test: { name: 'lab', include: ['test/lab/*.test.ts'], globalSetup: ['test/lab/boot.ts'], pool: 'forks' },
      },
    ],
  },
})
