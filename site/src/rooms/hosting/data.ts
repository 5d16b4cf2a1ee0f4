import type { Database } from '../../../../supabase/database.types.ts'
import { Problem, unwrap } from '../../lib/problem.ts'
import { db } from '../../lib/supabase.ts'

type Enums = Database['public']['Enums']
export type Stage = Enums['event_stage']
export type Whose = Enums['event_whose']
export type Visibility = Enums['event_visibility']
export type Rhythm = Enums['event_rhythm']
export type GuestPolicy = Enums['guest_policy']
type Changes = Database['public']['Tables']['events']['Update']

/** How far Luma is with an event. Null: it knows nothing of it yet. */
export type LumaState =
  | 'waiting'
  | 'creating'
  | 'live'
  | 'changing'
  | 'canceling'
  | 'canceled'
  | 'failed'

type Row = Database['public']['Functions']['lead_events']['Returns'][number]
/** Generated types take every column of a function for present; these may be missing. */
export type Listed = Omit<
  Row,
  | 'starts_at'
  | 'ends_at'
  | 'region'
  | 'category'
  | 'capacity'
  | 'series_id'
  | 'written_by'
  | 'luma_state'
  | 'luma_error'
> & {
  starts_at: string | null
  ends_at: string | null
  region: string | null
  category: string | null
  capacity: number | null
  series_id: string | null
  written_by: string | null
  luma_state: LumaState | null
  luma_error: string | null
}

const page = 30

/** One page of the events of a stage. Throws a Problem with status 403 for who does not lead. */
export async function readListed(
  filter: { stage: Stage; whose: Whose },
  after: Listed | undefined,
): Promise<{ events: Listed[]; more: boolean }> {
  const rows = unwrap(
    await db.rpc('lead_events', {
      at_stage: filter.stage,
      whose: filter.whose,
      size: page + 1,
      ...(after ? { after_moment: after.sort_moment, after_id: after.id } : {}),
    }),
  ) as Listed[]
  return { events: rows.slice(0, page), more: rows.length > page }
}

type IdeaRow = Database['public']['Functions']['lead_event_ideas']['Returns'][number]
/** What an agent proposes; region and category may be missing. */
export type Idea = Omit<IdeaRow, 'region' | 'category'> & {
  region: string | null
  category: string | null
}

/** The ideas for events that wait for a leader, the nearest first. */
export async function readIdeas(): Promise<Idea[]> {
  return unwrap(await db.rpc('lead_event_ideas')) as Idea[]
}

/** Takes an idea off the list: as the event that was made of it, or dismissed. */
export async function settleIdea(idea: string, event?: string): Promise<void> {
  unwrap(await db.rpc('settle_event_idea', { idea, ...(event ? { event } : {}) }))
}

export interface Question {
  label: string
  type: 'text' | 'long-text' | 'agree-check'
  required: boolean
}

export interface Host {
  member_id: string
  name: string
  picture: string | null
  leads: boolean
}

export interface Series {
  id: string
  of: number
  place: number
  following: number
  events: { id: string; starts_at: string; state: Enums['event_state'] }[]
}

export interface Progress {
  state: Enums['event_state']
  revision: number
  url: string | null
  luma_state: LumaState | null
  luma_error: string | null
}

/** An event as the form shows it. */
export interface Edited extends Progress {
  id: string
  title: string
  description: string
  starts_at: string | null
  ends_at: string | null
  time_zone: string
  place: string
  /** Only for who may edit it. */
  meeting_url?: string | null
  cover_url: string | null
  region: string | null
  category: string | null
  visibility: Visibility
  capacity: number | null
  approval_required: boolean
  guest_policy: GuestPolicy | null
  questions: Question[]
  cancel_reason: string
  recording_url: string | null
  thanks: string
  stage: Stage
  may_edit: boolean
  has_begun: boolean
  hosts: Host[]
  series: Series | null
  written_by: string | null
  written_by_me: boolean | null
  updated_at: string
  updated_by_me: boolean | null
  updated_by_name: string | null
  thanks_sent_at: string | null
  thanks_told: number | null
}

export interface ToEdit {
  event: Edited | null
  regions: { name: string; is_mine: boolean }[]
  categories: string[]
  /** What the community does with guests who are no members. */
  guest_policy: GuestPolicy
  me: string
}

/** An event and what there is to choose from; event is null while there is none of this id. */
export async function readToEdit(id: string): Promise<ToEdit> {
  return unwrap(await db.rpc('event_to_edit', { event: id })) as unknown as ToEdit
}

/** How far Luma is: a small question, for asking again. */
export async function readProgress(id: string): Promise<Progress> {
  return unwrap(await db.rpc('event_progress', { event: id })) as unknown as Progress
}

/** Makes an event. Sent twice, there is one: false when it was there already. */
export async function create(id: string, changes: Changes): Promise<boolean> {
  const made = unwrap(
    await db
      .from('events')
      .upsert({ id, ...changes } as never, { onConflict: 'id', ignoreDuplicates: true })
      .select('id'),
  )
  return made.length === 1
}

/** Saves changes to the revision that was seen. False when it is not the newest any more: nothing was saved. */
export async function save(id: string, revision: number, changes: Changes): Promise<boolean> {
  const saved = unwrap(
    await db.from('events').update(changes).eq('id', id).eq('revision', revision).select('id'),
  )
  return saved.length === 1
}

/** Saves changes to an event and to those that follow it in its series. How many of these changed. */
export async function saveFollowing(
  id: string,
  revision: number,
  changes: Changes,
): Promise<number> {
  const answer = unwrap(
    await db.rpc('save_following', { event: id, revision, changes: changes as never }),
  ) as unknown as { following: number }
  return answer.following
}

/** Deletes a draft. */
export async function deleteDraft(id: string): Promise<void> {
  const gone = unwrap(await db.from('events').delete().eq('id', id).select('id'))
  if (gone.length === 0)
    throw new Problem('It was not deleted', {
      status: 409,
      remedy: 'Somebody may have published it meanwhile. Load the page again.',
    })
}

/** Asks Luma once more, now. */
export async function retry(id: string): Promise<void> {
  unwrap(await db.rpc('retry_event', { event: id }))
}

/** When the events of a series would begin. */
export async function readDates(
  begins_at: string,
  time_zone: string,
  rhythm: Rhythm,
  times: number,
): Promise<string[]> {
  const rows = unwrap(await db.rpc('series_dates', { begins_at, time_zone, rhythm, times }))
  return rows.map(({ starts_at }) => starts_at)
}

/** Makes a series of an event. series: a new id, so that sending twice makes one. */
export async function repeat(
  id: string,
  series: string,
  rhythm: Rhythm,
  times: number,
): Promise<Edited> {
  const answer = unwrap(
    await db.rpc('repeat_event', { event: id, series, rhythm, times }),
  ) as unknown as ToEdit
  return answer.event as Edited
}

/** Copies an event into a draft of one's own. copy: its new id, so that sending twice makes one. */
export async function clone(id: string, copy: string): Promise<void> {
  unwrap(await db.rpc('clone_event', { event: id, copy }))
}

export interface CancelPreview {
  told: number
  paid: number
  at_luma: boolean
  following: number
  following_told: number
  following_paid: number
}

/** What canceling would do. */
export async function readCancelPreview(id: string): Promise<CancelPreview> {
  return unwrap(await db.rpc('cancel_preview', { event: id })) as unknown as CancelPreview
}

/** Mails the thanks to those who came, once. How many are told. */
export async function sendThanks(id: string): Promise<number> {
  return unwrap(await db.rpc('send_thanks', { event: id }))
}

/** Makes somebody a host. Throws a Problem at `hosts`. */
export async function addHost(id: string, member: string): Promise<void> {
  unwrap(
    await db
      .from('event_hosts')
      .upsert(
        { event_id: id, member_id: member },
        { onConflict: 'event_id,member_id', ignoreDuplicates: true },
      )
      .select('member_id'),
  )
}

export async function removeHost(id: string, member: string): Promise<void> {
  unwrap(
    await db
      .from('event_hosts')
      .delete()
      .eq('event_id', id)
      .eq('member_id', member)
      .select('member_id'),
  )
}
