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

export interface RequestLog {
  /** Notes an arrival; call the answer with the outcome when the connection is free again. */
  arrive(
    method: string,
    path: string,
  ): { inFlight: number; end(status: number, fault?: FaultKind): void }
  entries(): RequestEntry[]
  inFlight(): number
  maxInFlight(): number
  clear(): void
}

/** Creates a log that keeps the last `keep` requests and the highest number seen at once. */
export function createRequestLog(clock: Clock, keep = 10_000): RequestLog {
  let entries: RequestEntry[] = []
  let inFlight = 0
  let max = 0
  return {
    arrive(method, path) {
      inFlight += 1
      max = Math.max(max, inFlight)
      const seen = inFlight
      const at = clock.now().toISOString()
      const started = performance.now()
      return {
        inFlight: seen,
        end(status, fault) {
          inFlight -= 1
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
        },
      }
    },
    entries: () => entries.slice(-keep),
    inFlight: () => inFlight,
    maxInFlight: () => max,
    clear() {
      entries = []
      max = inFlight
    },
  }
}
