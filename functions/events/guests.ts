import type { LumaClient, LumaGuest } from '../_shared/providers/luma.ts'
import { isGone } from '../_shared/providers/luma_errors.ts'
import type { Sql } from '../_shared/sql.ts'

/** Where a guest stands at Luma, and the moment before which nothing of what it answers can be newer. */
export interface GuestPlace {
  luma_event_id: string
  luma_guest_id: string
  at: string
}

/** Postgres keeps no NUL in text; Luma's guests may write one. */
export const storable = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '\\ufffd')) as T

/**
 * Looks one guest up at Luma and takes over what it says. Returns what came of it; a guest whom Luma does not know
 * any more is taken for declined there.
 */
export async function lookAtGuest(
  { sql, luma }: { sql: Sql; luma: LumaClient },
  place: GuestPlace,
  correlationId: string | undefined,
  call: { urgency: 'interactive' | 'bulk'; signal: AbortSignal },
): Promise<string> {
  const correlation = correlationId ?? null
  let guest: LumaGuest
  try {
    guest = await luma.getGuest(place.luma_event_id, place.luma_guest_id, call)
  } catch (error) {
    if (!isGone(error)) throw error
    const [row] = await sql<{ outcome: string }[]>`
      select private.guest_gone(${place.luma_event_id}, ${place.luma_guest_id}, ${place.at}::timestamptz, ${correlation},
        private.clock()) as outcome`
    return row!.outcome
  }
  const [row] = await sql<{ outcome: string }[]>`
    select private.apply_luma_guest(${place.luma_event_id}, ${sql.json(storable(guest) as never)}, ${place.at}::timestamptz,
      'read', ${correlation}, private.clock()) as outcome`
  return row!.outcome
}
