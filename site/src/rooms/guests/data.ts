import type { Database } from '../../../../supabase/database.types.ts'
import { answerOrNull, unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'
import type { Stage } from '../hosting/data.ts'

export type GuestStatus = 'pending' | 'approved' | 'waitlist' | 'declined' | 'invited'
type GuestRow = Database['public']['Functions']['lead_guests']['Returns'][number]
/** Somebody who registered. No address is among what leaders get. */
export type Guest = Omit<
  GuestRow,
  'member_id' | 'status' | 'checked_in_at' | 'no_show_at' | 'waitlist_place' | 'answers'
> & {
  member_id: string | null
  status: GuestStatus
  checked_in_at: string | null
  no_show_at: string | null
  waitlist_place: number | null
  answers: unknown
}

export interface GuestCounts extends Record<GuestStatus, number> {
  checked_in: number
  no_shows: number
  capacity: number | null
  seats_left: number | null
}

const guestPage = 50

export interface GuestDesk {
  event: { title: string; starts_at: string | null; time_zone: string; place: string; stage: Stage }
  counts: GuestCounts
  status: GuestStatus
  guests: Guest[]
  more: boolean
}

/**
 * The guests' page: the first guests of a status, by name; without a status who waits, and when nobody does, who comes.
 * Throws a Problem with status 403 for who may not edit the event, 404 when there is none.
 */
export async function readDesk(
  id: string,
  status: GuestStatus | undefined,
  search: string,
): Promise<GuestDesk> {
  const desk = unwrap(
    await db.rpc('guest_desk', {
      event: id,
      size: guestPage + 1,
      ...(status ? { with_status: status } : {}),
      ...(search ? { search } : {}),
    }),
  ) as unknown as GuestDesk
  return { ...desk, guests: desk.guests.slice(0, guestPage), more: desk.guests.length > guestPage }
}

/** The guests after a given one. */
export async function readGuestsAfter(
  id: string,
  status: GuestStatus,
  search: string,
  after: Guest,
): Promise<{ guests: Guest[]; more: boolean }> {
  const rows = unwrap(
    await db.rpc('lead_guests', {
      event: id,
      with_status: status,
      size: guestPage + 1,
      after_name: after.sort_name,
      after_id: after.guest_id,
      ...(search ? { search } : {}),
    }),
  ) as Guest[]
  return { guests: rows.slice(0, guestPage), more: rows.length > guestPage }
}

export type Decision = 'approved' | 'declined' | 'pending'

/** Decides about guests. Answers for each what she is now, and why it is not what was asked for. */
export async function decide(
  id: string,
  guests: number[],
  decision: Decision,
  reason: string,
): Promise<{ guest_id: number; status: string; note: string }[]> {
  return unwrap(await db.rpc('decide_guests', { event: id, guests, decision, reason }))
}

/** Writes to guests. How many it goes to. */
export async function messageGuests(
  id: string,
  to: GuestStatus | 'all',
  words: string,
): Promise<number> {
  return unwrap(await db.rpc('message_guests', { event: id, to_status: to, words }))
}

/** Notes that a guest came, or takes it back. When she was checked in. */
export async function checkIn(id: string, guest: number, came: boolean): Promise<string | null> {
  const answer = await db.rpc('check_in_guest', { event: id, guest, came })
  return answerOrNull<string>(answer)
}
