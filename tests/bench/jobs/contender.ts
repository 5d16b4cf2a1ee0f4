/** One job queue in the race. Every contender does the same work on the same Postgres, in its fastest supported way. */
export interface Contender {
  name: string
  /** Makes schema and queue. */
  prepare(): Promise<void>
  /** Enqueues so many jobs, in calls of `batch` each, one after the other. */
  enqueue(count: number, batch: number): Promise<void>
  /** Works off so many jobs with an empty handler, `batch` at a time, and resolves when they are booked as done. */
  drain(count: number, batch: number): Promise<void>
  /** Waits until its workers of the last drain have ended. */
  rest(): Promise<void>
  /** Milliseconds from the call that enqueues to the start of the handler, for an idle worker. */
  pickUp(samples: number): Promise<number[]>
  /** Removes all jobs, finished ones too. */
  clear(): Promise<void>
  close(): Promise<void>
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A promise and the function that resolves it. */
export function signal<T = void>() {
  return Promise.withResolvers<T>()
}
