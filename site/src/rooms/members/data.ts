import type { Database } from '../../../../supabase/database.types.ts'
import { knock } from '../../lib/doors.ts'
import { answerOrNull, Problem, unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'

/** Makes the signed-in person a member, not yet a paying one. Throws a Problem at `name`, `visible` or `email`. */
export async function signUp(name: string, visible: boolean | null): Promise<void> {
  unwrap(await db.rpc('sign_up', { name, visible: visible as boolean }))
}

/** Says that one paid with another address. Returns what the community answers. */
export async function claimPayment(paidWith: string): Promise<string> {
  return unwrap(await db.rpc('claim_payment', { paid_with: paidWith }))
}

/** What the directory is filtered by; empty strings for nothing. */
export interface Filters {
  search: string
  place: string
  /** The topic, as it stands in addresses. */
  interest: string
}

/** Where a page of the directory ended. */
export interface Place {
  sort_name: string
  member_id: string
}

/** One page of the directory, after a given person. Throws a Problem with status 403 for who is not entitled. */
export async function readDirectory(
  filters: Filters,
  page: { after: Place | undefined; size: number },
  signal: AbortSignal,
) {
  const { after, size } = page
  const asked = Object.entries(filters).filter(([, value]) => value !== '')
  const rows = unwrap(
    await db
      .rpc('directory', {
        ...Object.fromEntries(asked),
        size: size + 1,
        ...(after ? { after_name: after.sort_name, after_id: after.member_id } : {}),
      })
      .abortSignal(signal),
  )
  return { items: rows.slice(0, size), more: rows.length > size }
}

export type Person = Awaited<ReturnType<typeof readDirectory>>['items'][number]

/** Places of listed people that begin with what was typed, eight at most. */
export async function readPlaces(typed: string, signal: AbortSignal): Promise<string[]> {
  const rows = unwrap(await db.rpc('directory_places', { typed }).abortSignal(signal))
  return rows.map(({ place }) => place)
}

/** What people can be interested in, in the order in which it is offered. */
export async function readTopics(): Promise<Topic[]> {
  return unwrap(await db.from('topics').select('topic, name').order('rank').order('name'))
}

export interface Topic {
  topic: string
  name: string
}

/** Somebody's page as the reader may see it; undefined when there is nobody to be seen. Throws a Problem with status 403. */
export async function readPerson(id: string): Promise<PersonPage | undefined> {
  return unwrap(await db.rpc('member_page', { member_id: id }))[0]
}

/** One's own page as somebody else sees it; undefined when they see nothing. */
export async function readPreview(seenBy: Eyes): Promise<PersonPage | undefined> {
  return unwrap(await db.rpc('preview_profile', { seen_by: seenBy }))[0]
}

export type Eyes = 'member' | 'leader' | 'visitor'
type Row = Database['public']['Functions']['member_page']['Returns'][number]
/** Generated types take every column of a function for present; these may be missing. */
export type PersonPage = Omit<Row, 'picture' | 'linkedin_url' | 'member_since' | 'is_me'> & {
  picture: string | null
  linkedin_url: string | null
  member_since: string | null
  /** Whether it is the reader's own; a preview does not say. */
  is_me?: boolean
}

/** Whether somebody is the reader herself, also while nobody may see her. */
export async function isMe(id: string): Promise<boolean> {
  return unwrap(await db.from('members').select('id').eq('id', id)).length === 1
}

/** The fields of a profile that have an audience of their own. */
export type Field = Database['public']['Enums']['profile_field']

/** What a member may change of her profile. */
export interface ProfileTexts {
  name: string
  headline: string
  bio: string
  location: string
  linkedin_url: string | null
  links: string[]
  offers: string
  seeks: string
  interests: string[]
  is_visible: boolean
  hidden_fields: Field[]
  leader_fields: Field[]
}

export interface Profile extends ProfileTexts {
  member_id: string
  picture: string | null
  updated_at: string
  topics: Topic[]
}

/** One's own profile with the topics to choose from; null for who is no member yet. */
export async function readProfile(): Promise<Profile | null> {
  return answerOrNull<Profile>(await db.rpc('my_profile'))
}

/** Saves what a member says about herself. Throws a Problem, also when nothing was hers to change. */
export async function saveProfile(member: string, texts: Partial<ProfileTexts>): Promise<void> {
  const saved = unwrap(
    await db.from('profiles').update(texts).eq('member_id', member).select('member_id'),
  )
  if (saved.length !== 1)
    throw new Problem('Your profile was not saved', {
      status: 401,
      remedy: 'Sign in again, then save.',
    })
}

/** Sends a picture to the door that checks and cleans it. Returns its path. Throws a Problem in the door's words. */
export async function sendPicture(picture: Blob): Promise<string> {
  const answer = await knock('members/picture', picture)
  if (typeof answer.picture !== 'string') throw new Error('members/picture answered no path')
  return answer.picture
}

/** Takes one's picture away. */
export async function removePicture(): Promise<void> {
  unwrap(await db.rpc('remove_picture'))
}
