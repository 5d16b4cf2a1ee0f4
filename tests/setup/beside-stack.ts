import { defaultExclude, defineConfig } from 'vitest/config'
import { patience } from './patience.ts'

/** What every page keeps to, for those that everybody reads too. */
const pages = ['tests/site/quality/**/*.test.ts', 'tests/site/{hostile,public-*,pages}.test.ts']
/** What comes to the doors, asked for directly. */
const doors = ['tests/{attacks,parity}/**/*.test.ts']

/**
 * Three lanes, each beside a running stack of its own: what people do on the site, what holds for its pages, and who comes
 * to the doors, which is short and begins when another has ended. Within one it is one file after the other: they move its
 * clock and break its providers.
 */
const lanes = {
  stack: { include: ['tests/site/**/*.test.ts'], exclude: pages },
  pages: { include: pages, exclude: [] },
  doors: { include: doors, exclude: [] },
}

export const besideStack = (lane: keyof typeof lanes, more: { isolate?: boolean } = {}) => {
  const { include, exclude } = lanes[lane]
  return defineConfig({
    test: {
      include,
      exclude: [...defaultExclude, ...exclude],
      globalSetup: ['tests/setup/stack.ts'],
      ...patience,
      fileParallelism: false,
      maxWorkers: 1,
      maxConcurrency: 3,
      ...more,
    },
  })
}
