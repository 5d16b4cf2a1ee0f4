/**
 * When a run gives up on what hangs, in milliseconds: no test is about that. What is waited for comes in milliseconds, and
 * on a machine that others use as well in many seconds.
 */
export const patience = {
  expect: { poll: { timeout: 30_000 } },
  testTimeout: 180_000,
  hookTimeout: 180_000,
}
