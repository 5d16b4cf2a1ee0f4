/** A place in a provider's own work at which every write waits while it is shut. */
export interface Gate {
  /** Comes back at once, or when the gate is opened. */
  pass(): Promise<void>
  set(shut: boolean): void
  /** `waiting` is how many writes stand before it. */
  state(): { shut: boolean; waiting: number }
}

/** Creates an open gate: what a client does while its first request is under way can be tried without a clock. */
export function createGate(): Gate {
  let shut = false
  let standing: (() => void)[] = []
  return {
    pass: () => (shut ? new Promise((done) => standing.push(done)) : Promise.resolve()),
    set(wish) {
      shut = wish
      if (shut) return
      for (const go of standing) go()
      standing = []
    },
    state: () => ({ shut, waiting: standing.length }),
  }
}
