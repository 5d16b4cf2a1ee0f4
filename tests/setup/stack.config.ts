import { defaultExclude, defineConfig } from 'vitest/config'

/** Tests against one running stack, one file after the other: they move its clock and break its providers. */
export default defineConfig({
  test: {
    include: ['tests/{parity,attacks,site}/**/*.test.ts'],
    // Those run on a stack of their own, beside these: tests/setup/pages.config.ts.
    exclude: [
      ...defaultExclude,
      'tests/site/quality/**',
      'tests/site/{hostile,public-*,pages}.test.ts',
    ],
    globalSetup: ['tests/setup/stack.ts'],
    // What is waited for comes in milliseconds, and on a busy machine in seconds.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
})
