import type { Clock } from './clock.ts'

/** One thing that the provider did, for example `member.upserted` or `webhook.delivered`. */
export interface LedgerEntry {
  at: string
  effect: string
  id?: string
  detail?: Record<string, unknown>
}

/** What a provider did, in order. Tests read it to say "exactly once". */
export interface Ledger {
  add(effect: string, id?: string, detail?: object): void
  entries(filter?: { effect?: string; id?: string }): LedgerEntry[]
  clear(): void
}

/** Creates an empty ledger; `at` of its entries is the sandbox clock's time (ISO, UTC). */
export function createLedger(clock: Clock): Ledger {
  let all: LedgerEntry[] = []
  return {
    add(effect, id, detail) {
      all.push({
        at: clock.now().toISOString(),
        effect,
        ...(id === undefined ? {} : { id }),
        ...(detail === undefined ? {} : { detail: { ...detail } }),
      })
    },
    entries: ({ effect, id } = {}) =>
      all.filter((e) => (!effect || e.effect === effect) && (!id || e.id === id)),
    clear() {
      all = []
    },
  }
}
