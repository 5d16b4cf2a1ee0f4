import { Problem, unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'

/** Everything the account page shows, asked at the same time; null when the signed-in person is no member yet. */
export async function readAccount() {
  const [member, entitled, tiers, dues] = await Promise.all([
    db
      .from('members')
      .select(
        `id, role,
         profiles (name, headline, bio, location, linkedin_url, is_visible),
         memberships (tier, status, current_period_end, cancel_at_period_end, access_until, member_since),
         membership_notices (kind, created_at, resolved_at)`,
      )
      .maybeSingle(),
    db.rpc('is_entitled'),
    db.from('tiers').select('tier, name'),
    db
      .from('subscriptions')
      .select('unit_amount, currency, status')
      .eq('purpose', 'dues')
      .in('status', ['active', 'trialing', 'past_due'])
      .order('current_period_end', { ascending: false })
      .limit(1),
  ])
  const row = unwrap(member)
  if (!row) return null
  return {
    ...row,
    entitled: unwrap(entitled) === true,
    tierNames: unwrap(tiers),
    dues: unwrap(dues)[0],
  }
}

export type Account = NonNullable<Awaited<ReturnType<typeof readAccount>>>

export interface ProfileTexts {
  name: string
  headline: string
  bio: string
  location: string
  linkedin_url: string | null
  is_visible: boolean
}

/** Saves what a member says about herself. Throws a Problem, also when nothing was hers to change. */
export async function saveProfile(member: string, texts: ProfileTexts): Promise<void> {
  const saved = unwrap(
    await db.from('profiles').update(texts).eq('member_id', member).select('member_id'),
  )
  if (saved.length !== 1)
    throw new Problem('Your profile was not saved', {
      status: 401,
      remedy: 'Sign in again, then save.',
    })
}

/** Makes the signed-in person a member, not yet a paying one. Throws a Problem at `name`, `visible` or `email`. */
export async function signUp(name: string, visible: boolean | null): Promise<void> {
  unwrap(await db.rpc('sign_up', { name, visible: visible as boolean }))
}

/** Says that one paid with another address. Returns what the community answers. */
export async function claimPayment(paidWith: string): Promise<string> {
  return unwrap(await db.rpc('claim_payment', { paid_with: paidWith }))
}

export interface Place {
  sort_name: string
  member_id: string
}

const size = 24

/** One page of the directory, after a given person. Throws a Problem with status 403 for who is not entitled. */
export async function readDirectory(search: string, after: Place | undefined, signal: AbortSignal) {
  const rows = unwrap(
    await db
      .rpc('directory', {
        size: size + 1,
        ...(search ? { search } : {}),
        ...(after ? { after_name: after.sort_name, after_id: after.member_id } : {}),
      })
      .abortSignal(signal),
  )
  return { people: rows.slice(0, size), more: rows.length > size }
}

export type Person = Awaited<ReturnType<typeof readDirectory>>['people'][number]
