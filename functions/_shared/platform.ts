import type { Env } from './env.ts'
import { createLog, type Log } from './log.ts'

/** What an index.ts gets from the runtime it stands in. */
export interface Runtime {
  env: Env
  waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** What every room builds its own dependencies on. */
export interface Platform {
  env: Env
  log: Log
  now(): Date
  randomId(): string
  waitUntil(work: Promise<unknown>): void
}

/** The real clock, randomness and log of a function. */
export function platformOf(room: string, { env, waitUntil }: Runtime): Platform {
  const now = () => new Date()
  return {
    env,
    log: createLog({ write: (line) => console.log(line), now, fields: { room } }),
    now,
    randomId: () => crypto.randomUUID(),
    // Where nobody offers to wait, the isolate lives on anyway.
    waitUntil: (work) => (waitUntil ? waitUntil(work) : void work),
  }
}
