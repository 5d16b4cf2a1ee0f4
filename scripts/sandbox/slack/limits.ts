import type { Clock } from '../lib/clock.ts'
import type { Method } from './methods.ts'

/** Slack's limits: so many calls of a method within a minute, and one message a second for each channel. */
export interface Limits {
  /** Off unless switched on. `minute` is how many seconds Slack's minute has here. */
  set(wish: { on: boolean; minute?: number | undefined }): void
  /** Takes a call: 0 when it may pass, else the seconds until one may. */
  take(name: string, method: Method, channel: string): number
  reset(): void
}

export function createLimits(clock: Clock): Limits {
  const calls = new Map<string, number[]>()
  let on = false
  let minute = 60
  return {
    set(wish) {
      on = wish.on
      minute = wish.minute ?? 60
      calls.clear()
    },
    take(name, { limit }, channel) {
      if (!on) return 0
      const isMessage = limit === 'message'
      const key = isMessage ? `${name} ${channel}` : name
      const span = (isMessage ? 1 : minute) * 1000
      const at = clock.now().getTime()
      const recent = (calls.get(key) ?? []).filter((then) => then > at - span)
      calls.set(key, recent)
      if (recent.length < (isMessage ? 1 : limit)) {
        recent.push(at)
        return 0
      }
      return Math.max(1, Math.ceil(((recent[0] ?? at) + span - at) / 1000))
    },
    reset() {
      calls.clear()
      on = false
      minute = 60
    },
  }
}
