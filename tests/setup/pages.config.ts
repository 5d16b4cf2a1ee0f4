import { defineConfig } from 'vitest/config'

/** What holds for every page of the site, and for those that everybody reads: on a stack of its own, beside the rest. */
export default defineConfig({
  test: {
    include: ['tests/site/quality/**/*.test.ts', 'tests/site/{hostile,public-*,pages}.test.ts'],
    globalSetup: ['tests/setup/stack.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    maxWorkers: 1,
    maxConcurrency: 3,
  },
})
