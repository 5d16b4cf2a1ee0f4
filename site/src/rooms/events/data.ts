import type { Database } from '../../../../supabase/database.types.ts'
import { answerOrNull, unwrap } from '../../lib/problem.ts'
import type { Role } from '../../lib/role.ts'
import { db } from '../../lib/supabase.ts'

/** What one is to an event, as Luma has it. */
export type Standing = Database['public']['Enums']['event_standing']
export type EventState = Database['public']['Enums']['event_state']

/** What the calendar is filtered by; empty strings for nothing. */
export interface Filters {
  search: string
  when: 'past' | ''
  region: string
  category: string
  mine: 'yes' | ''
}

type Row = Database['public']['Functions']['find_events']['Returns'][number]
/** Generated types take every column of a function for present; these may be missing. */
export type Gathering = Omit<Row, 'region' | 'category' | 'place_in_line' | 'seats_left'> & {
  region: string | null
  category: string | null
  place_in_line: number | null
  seats_left: number | null
}

/** One page of the calendar, after a given event. Throws a Problem with status 403 for who is not entitled. */
export async function findEvents(
  filters: Filters,
  page: { after: Gathering | undefined; size: number },
  signal: AbortSignal,
) {
  const { search, when, region, category, mine } = filters
  const { after, size } = page
  const rows: Gathering[] = unwrap(
    await db
      .rpc('find_events', {
        size: size + 1,
        past: when === 'past',
        mine: mine === 'yes',
        ...(search ? { search } : {}),
        ...(region ? { in_region: region } : {}),
        ...(category ? { of_category: category } : {}),
        ...(after ? { after_starts: after.starts_at, after_id: after.id } : {}),
      })
      .abortSignal(signal),
  )
  return { items: rows.slice(0, size), more: rows.length > size }
}

/** A private calendar address, as far as it can be known again. */
export interface Feed {
  created_at: string
  last_read_on: string | null
}

/** What stands beside the calendar: what to filter by, and one's own settings. */
export interface MyCalendar {
  role: Role
  regions: string[]
  categories: string[]
  shows_going: boolean
  /** Whether the directory lists her: only then anybody sees her here. */
  is_visible: boolean
  feed: Feed | null
}

export async function readMyCalendar(): Promise<MyCalendar> {
  return unwrap(await db.rpc('my_calendar')) as unknown as MyCalendar
}

/** Somebody whom the directory shows. */
export interface Face {
  member_id: string
  name: string
  headline?: string
  picture: string | null
}

export interface EventPage {
  id: string
  title: string
  description: string
  starts_at: string
  ends_at: string
  time_zone: string
  place: string
  region: string | null
  category: string | null
  visibility: 'public' | 'member' | 'leader'
  state: EventState
  cancel_reason: string
  capacity: number | null
  approval_required: boolean
  is_over: boolean
  role: Role
  /** Its page at Luma. */
  url: string | null
  /** Where one joins online: only for who goes, hosts or leads. */
  meeting_url: string | null
  standing: Standing
  place_in_line: number | null
  /** What a host wrote who declined her. */
  words: string
  is_host: boolean
  may_edit: boolean
  going: number
  seats_left: number | null
  hosts: Face[]
  /** Members who go and chose to be seen. */
  company: Face[]
  shows_going: boolean
  is_visible: boolean
  hides_here: boolean
  thanks: string
  recording: { url: string; vimeo_id: string | null; vimeo_hash: string | null } | null
}

/** One event; null when there is none to see. */
export async function readEvent(id: string): Promise<EventPage | null> {
  return answerOrNull<EventPage>(await db.rpc('event_page', { event: id }))
}

/** Whether other members see that one goes, anywhere. */
export async function showGoing(shows: boolean): Promise<void> {
  const answer = await db.rpc('show_going', { shows })
  if (answer.error) unwrap(answer)
}

/** Hides oneself at one event, or shows oneself there again. */
export async function hideGoing(event: string, hides: boolean): Promise<void> {
  const answer = await db.rpc('hide_going', { event, hides })
  if (answer.error) unwrap(answer)
}

/** Makes a private calendar address, and takes back the one before. The token is told this once. */
export async function makeFeed(): Promise<{ token: string; created_at: string }> {
  return unwrap(await db.rpc('make_calendar_feed')) as { token: string; created_at: string }
}

/** Takes the private calendar address back. */
export async function revokeFeed(): Promise<void> {
  const answer = await db.rpc('revoke_calendar_feed')
  if (answer.error) unwrap(answer)
}
