/** An answer that Slack is made to give. `after`: what was asked for happens all the same. */
export interface Answer {
  method: string
  /** Slack's word, with status 200. */
  error?: string | undefined
  status?: number | undefined
  times: number
  after: boolean
}

export interface Answers {
  add(answer: Answer): void
  /** The next answer for this method, counted down. */
  take(method: string): Answer | undefined
  reset(): void
}

export function createAnswers(): Answers {
  let waiting: Answer[] = []
  return {
    add(answer) {
      waiting.push({ ...answer })
    },
    take(method) {
      const found = waiting.find((one) => one.method === method)
      if (!found) return undefined
      found.times -= 1
      if (found.times <= 0) waiting = waiting.filter((one) => one !== found)
      return found
    },
    reset() {
      waiting = []
    },
  }
}
