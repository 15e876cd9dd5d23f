// `unit` runs files side by side; `live` changes or watches the whole host, so one after another and nothing beside it (scripts/test.mjs).
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks' } },
      {
        test: {
          name: 'live',
          include: ['test/live/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
})
