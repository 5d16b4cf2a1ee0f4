import { fieldsOf, type Shape } from '../../lib/drafts.ts'
import { momentOf, onTheClock, ownZone } from '../../lib/zones.ts'
import type { Edited, GuestPolicy, Question, Visibility } from './data.ts'

/** When it is, on the clock of a time zone; empty strings for nothing. */
export interface Hours {
  starts: string
  ends: string
  zone: string
}

/** What a leader decides about an event, as the form holds it: empty strings for nothing. */
export interface Draft {
  title: string
  description: string
  when: Hours
  place: string
  meeting_url: string
  region: string
  category: string
  visibility: Visibility
  capacity: string
  approval_required: boolean
  guest_policy: GuestPolicy | ''
  cover_url: string
  questions: Question[]
  recording_url: string
  thanks: string
}
export type Field = keyof Draft

const blank: Draft = {
  title: '',
  description: '',
  when: { starts: '', ends: '', zone: ownZone() },
  place: '',
  meeting_url: '',
  region: '',
  category: '',
  visibility: 'member',
  capacity: '',
  approval_required: true,
  guest_policy: '',
  cover_url: '',
  questions: [],
  recording_url: '',
  thanks: '',
}

function draftOf(event: Edited): Draft {
  const { time_zone, starts_at, ends_at, capacity } = event
  const clock = (moment: string | null) => (moment ? onTheClock(moment, time_zone) : '')
  return {
    title: event.title,
    description: event.description,
    when: { starts: clock(starts_at), ends: clock(ends_at), zone: time_zone },
    place: event.place,
    meeting_url: event.meeting_url ?? '',
    region: event.region ?? '',
    category: event.category ?? '',
    visibility: event.visibility,
    capacity: capacity === null ? '' : String(capacity),
    approval_required: event.approval_required,
    guest_policy: event.guest_policy ?? '',
    cover_url: event.cover_url ?? '',
    questions: event.questions.map(({ label, type, required }) => ({
      label,
      type,
      required: required ?? false,
    })),
    recording_url: event.recording_url ?? '',
    thanks: event.thanks,
  }
}

/** The columns of the hours. An hour that is half typed is none. */
export function columnsOfHours({ starts, ends, zone }: Hours) {
  const moment = (clock: string) => (clock ? momentOf(clock, zone).toISOString() : null)
  return { starts_at: moment(starts), ends_at: moment(ends), time_zone: zone }
}

const orNull = (text: string) => (text === '' ? null : text)
const columnsOf: { [Name in Field]: (draft: Draft) => Record<string, unknown> } = {
  title: ({ title }) => ({ title }),
  description: ({ description }) => ({ description }),
  when: ({ when }) => columnsOfHours(when),
  place: ({ place }) => ({ place }),
  meeting_url: ({ meeting_url }) => ({ meeting_url: orNull(meeting_url) }),
  region: ({ region }) => ({ region: orNull(region) }),
  category: ({ category }) => ({ category: orNull(category) }),
  visibility: ({ visibility }) => ({ visibility }),
  capacity: ({ capacity }) => ({ capacity: capacity === '' ? null : Number(capacity) }),
  approval_required: ({ approval_required }) => ({ approval_required }),
  guest_policy: ({ guest_policy }) => ({ guest_policy: orNull(guest_policy) }),
  cover_url: ({ cover_url }) => ({ cover_url: orNull(cover_url) }),
  questions: ({ questions }) => ({ questions }),
  recording_url: ({ recording_url }) => ({ recording_url: orNull(recording_url) }),
  thanks: ({ thanks }) => ({ thanks }),
}

export const shape: Shape<Draft, Edited> = {
  blank,
  draftOf,
  same: (one, other, field) => JSON.stringify(one[field]) === JSON.stringify(other[field]),
  columns: (draft, chosen) =>
    Object.assign({}, ...chosen.map((field) => columnsOf[field](draft))) as Record<string, unknown>,
  fieldOf: (column) =>
    ['starts_at', 'ends_at', 'time_zone'].includes(column)
      ? 'when'
      : fieldsOf(blank).find((field) => field === column),
}
