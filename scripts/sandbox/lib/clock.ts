/** The one clock that all providers of a sandbox share. It runs on with wall time plus an offset. */
export interface Clock {
  now(): Date
  advanceTo(moment: Date): Promise<void>
  onAdvance(cb: (from: Date, to: Date) => Promise<void>): void
  reset(): void
}

/**
 * Creates a clock that starts at wall time.
 *
 * `advanceTo` sets the time first and then calls the subscribers one after another, in the order in
 * which they subscribed; it resolves when the last of them is done. Two advances never overlap.
 * Going back in time is a RangeError; only `reset` returns to wall time.
 */
export function createClock(wall: () => Date): Clock {
  let offset = 0
  let last: Promise<void> = Promise.resolve()
  const subscribers: ((from: Date, to: Date) => Promise<void>)[] = []
  const now = () => new Date(wall().getTime() + offset)

  async function advance(to: Date) {
    const from = now()
    if (Number.isNaN(to.getTime())) throw new RangeError('The moment is not a date.')
    if (to < from) throw new RangeError(`The clock is at ${from.toISOString()} and only goes on.`)
    offset += to.getTime() - from.getTime()
    for (const subscriber of subscribers) await subscriber(from, to)
  }

  return {
    now,
    advanceTo(moment) {
      const turn = last.then(() => advance(moment))
      last = turn.catch(() => {})
      return turn
    },
    onAdvance(cb) {
      subscribers.push(cb)
    },
    reset() {
      offset = 0
    },
  }
}
