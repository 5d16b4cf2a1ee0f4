import { answerOrNull, unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'
import type { Dues, Membership } from '../memberships/membership.ts'

/** What is held, as the database tells it: sections of rows of fields. */
export type Held = Record<string, unknown>

/** What of hers runs on, and would end. */
export interface Running {
  entitled: boolean
  membership: Membership | null
  dues: Dues | null
  monthly_gift: boolean
}

/** What she has that a deletion would end; null for who is no member. */
export async function readRunning(): Promise<Running | null> {
  return answerOrNull<Running>(await db.rpc('my_membership'))
}

/** Everything that is held about her. Throws a Problem after five times a day. */
export async function readHeld(): Promise<Held> {
  return unwrap(await db.rpc('my_data')) as Held
}

/** Deletes her account for good. Throws a Problem at `confirm` when the address is not hers. */
export async function deleteAccount(confirm: string): Promise<void> {
  const answer = await db.rpc('delete_my_account', { confirm })
  if (answer.error) unwrap(answer)
}
