/** The time as a worker sees it. Tests pass their own. */
export interface WorkerClock {
  /** Milliseconds; only differences matter. */
  now(): number
  /** Calls back once after so many milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: WorkerClock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
