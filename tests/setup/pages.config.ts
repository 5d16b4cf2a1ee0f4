import { defineConfig } from 'vitest/config'

/** What holds for every page of the site, and for those that everybody reads: on a stack of its own, beside the rest. */
export default defineConfig({
  test: {
    include: ['tests/site/quality/**/*.test.ts', 'tests/site/{hostile,public-*,pages}.test.ts'],
    globalSetup: ['tests/setup/stack.ts'],
    // What is waited for comes in milliseconds, and on a busy machine in seconds.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    maxWorkers: 1,
    maxConcurrency: 3,
    // None of these files leaves anything in a module that another would trip over; loading them once is cheaper.
    isolate: false,
  },
})
