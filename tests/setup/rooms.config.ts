import { defineConfig } from 'vitest/config'
import { patience } from './patience.ts'

/** Tests that bring what they need: functions with a database of their own, the sandbox, files. */
export default defineConfig({
  test: {
    include: ['tests/{functions,faults,house}/**/*.test.ts'],
    globalSetup: ['tests/setup/rooms.ts'],
    ...patience,
    maxWorkers: 2,
    // Each file brings its own house; loading the SDKs once for all of them halves the time.
    isolate: false,
  },
})
