import { defineConfig } from 'vitest/config'

/** Tests that bring what they need: functions with a database of their own, the sandbox, files. */
export default defineConfig({
  test: {
    include: ['tests/{functions,faults,house}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
