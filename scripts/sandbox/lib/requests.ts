import type { Clock } from './clock.ts'
import type { FaultKind } from './faults.ts'

/** One request that a provider got. `status` is 0 when the connection was cut without an answer. */
export interface RequestEntry {
  at: string
  method: string
  path: string
  status: number
  /** How many requests, this one included, were under way when it arrived. */
  in_flight: number
  milliseconds: number
  fault?: FaultKind
}

export interface Visit {
  /** How many requests, this one included, were under way when it arrived. */
  inFlight: number
  /** From here on the sandbox does no work for it, and keeps silent (or drips). */
  hold(): void
  /** The connection is free again. */
  end(status: number, fault?: FaultKind): void
}

export interface RequestLog {
  /** Notes an arrival. */
  arrive(method: string, path: string): Visit
  entries(): RequestEntry[]
  inFlight(): number
  /** How many of those in flight a fault keeps waiting: nothing more will be done for them. */
  held(): number
  /** Resolves when nothing is under way but what is held. */
  settle(): Promise<void>
  maxInFlight(): number
  clear(): void
}

/** Creates a log that keeps the last `keep` requests and the highest number seen at once. */
export function createRequestLog(clock: Clock, keep = 10_000): RequestLog {
  let entries: RequestEntry[] = []
  let inFlight = 0
  let held = 0
  let max = 0
  let waiting: (() => void)[] = []
  const isSettled = () => inFlight <= held
  function tell() {
    if (!isSettled()) return
    for (const done of waiting) done()
    waiting = []
  }
  return {
    arrive(method, path) {
      inFlight += 1
      max = Math.max(max, inFlight)
      const seen = inFlight
      const at = clock.now().toISOString()
      const started = performance.now()
      let isHeld = false
      return {
        inFlight: seen,
        hold() {
          isHeld = true
          held += 1
          tell()
        },
        end(status, fault) {
          inFlight -= 1
          if (isHeld) held -= 1
          const milliseconds = Math.round(performance.now() - started)
          entries.push({
            at,
            method,
            path,
            status,
            in_flight: seen,
            milliseconds,
            ...(fault && { fault }),
          })
          // Trimmed in blocks: shifting one entry a request is slow on a long array.
          if (entries.length > keep * 1.5) entries = entries.slice(-keep)
          tell()
        },
      }
    },
    entries: () => entries.slice(-keep),
    inFlight: () => inFlight,
    held: () => held,
    settle: () => new Promise((done) => (isSettled() ? done() : waiting.push(done))),
    maxInFlight: () => max,
    clear() {
      entries = []
      max = inFlight
    },
  }
}
