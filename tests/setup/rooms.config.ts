import { defineConfig } from 'vitest/config'

/** Tests that bring what they need: functions with a database of their own, the sandbox, files. */
export default defineConfig({
  test: {
    include: ['tests/{functions,faults,house}/**/*.test.ts'],
    globalSetup: ['tests/setup/rooms.ts'],
    // What is waited for comes in milliseconds, and on a busy machine in seconds.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Each file brings its own house; loading the SDKs once for all of them halves the time.
    isolate: false,
  },
})
