import { identity } from '../../../community/identity.ts'
import { knownZone } from '../../lib/zones.ts'
import type { CancelPreview, Listed, LumaState, Rhythm, Stage, Visibility } from './data.ts'
import type { Draft, Field } from './draft.ts'

const format = (moment: string, zone: string | undefined, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(identity.language, {
    ...(zone ? { timeZone: knownZone(zone) } : {}),
    ...options,
  }).format(new Date(moment))

/** A moment on the clock of a place, or of the reader: Tue, May 5, 6:30 PM. */
export const moment = (when: string, zone?: string): string =>
  format(when, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  })

/** A day with its year, for lists of dates. */
export const dayOf = (when: string, zone: string): string =>
  format(when, zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

/** The parts of the tile that shows a day. */
export const tile = (when: string, zone: string) => ({
  month: format(when, zone, { month: 'short' }),
  date: format(when, zone, { day: 'numeric' }),
  weekday: format(when, zone, { weekday: 'short' }),
})

export const zoneWord = (zone: string): string =>
  (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')

/** One of something, or more. */
export const count = (number: number, one: string, more = `${one}s`): string =>
  `${number} ${number === 1 ? one : more}`

export const visibilityWord: Record<Visibility, string> = {
  public: 'Open to everybody',
  member: 'Members',
  leader: 'Leaders only',
}

/** What the tag of an event says, and how it looks. */
export function standing(event: {
  stage: Stage
  luma_state: LumaState | null
  luma_error: string | null
}): [string, string] {
  const { stage, luma_state, luma_error } = event
  if (stage === 'draft') return ['Draft', 'tag']
  if (luma_state === 'failed') return ['Needs a look', 'tag tag-alarm']
  if (stage === 'canceled')
    return luma_state === 'canceling'
      ? ['Being canceled', 'tag tag-sun']
      : ['Canceled', 'tag tag-quiet']
  if (stage === 'past') return ['Over', 'tag tag-quiet']
  if (luma_state === 'live') return ['Live', 'tag tag-leaf']
  if (luma_error) return ['Trying again', 'tag tag-sun']
  return luma_state === 'changing'
    ? ['Being changed', 'tag tag-sun']
    : ['Going live', 'tag tag-sun']
}

/** How many come, and how many wait for a leader. */
export function guestWords(event: Listed): string {
  const { approved, waitlist, capacity, stage } = event
  const went = stage === 'past' ? 'let in' : 'going'
  return [
    capacity === null ? `${approved} ${went}` : `${approved} of ${capacity} ${went}`,
    waitlist > 0 ? `${waitlist} on the waitlist` : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

/** What the form says about where an event stands. */
export const stageWords: Record<Stage, string> = {
  draft: 'Only leaders see it. It is saved as you type.',
  upcoming:
    'It is out. Your changes are kept in this browser until you save them; Luma follows then.',
  past: 'It is over. You can still add the recording, and thank those who came.',
  canceled: 'It was canceled, and Luma has deleted it. You can copy it.',
}

/** What canceling does, in words. */
export function cancelWords(preview: CancelPreview, following: boolean): string[] {
  const told = preview.told + (following ? preview.following_told : 0)
  const events =
    following && preview.following > 0 ? `These ${preview.following + 1} events are` : 'It is'
  return [
    `${events} deleted at Luma for good. It cannot be undone; you can copy it later.`,
    told === 0
      ? 'Nobody has registered, so nobody is written to.'
      : `Luma writes to ${count(told, 'guest')} at once that it is canceled, but not why.`,
  ]
}

const ordinals = ['first', 'second', 'third', 'fourth', 'last']

/** The rhythms that a series can have, said of the day on which it begins. */
export function rhythmWords(clock: string): Record<Rhythm, string> {
  const day = new Date(`${clock}Z`)
  const weekday = format(day.toISOString(), 'UTC', { weekday: 'long' })
  const date = day.getUTCDate()
  return {
    weekly: `Each ${weekday}`,
    fortnightly: `Every second ${weekday}`,
    monthly_by_weekday: `Each ${ordinals[Math.floor((date - 1) / 7)]} ${weekday} of the month`,
    monthly_by_day:
      date > 28 ? `Each ${date}th, or the month’s last day` : `On day ${date} of each month`,
  }
}

export const fieldNames: Record<Field, string> = {
  title: 'Title',
  description: 'What happens there',
  when: 'When',
  place: 'Where',
  meeting_url: 'Where one joins online',
  region: 'Region',
  category: 'Kind',
  visibility: 'Who may come',
  capacity: 'Seats',
  approval_required: 'Whether somebody lets guests in',
  guest_policy: 'Guests who are no members',
  cover_url: 'Cover picture',
  questions: 'Questions',
  recording_url: 'Recording',
  thanks: 'Thanks',
}

/** A field of a draft, to be read beside another version of it. */
export function shown(draft: Draft, field: Field): string {
  if (field === 'when') {
    const { starts, ends, zone } = draft.when
    return starts
      ? `${starts.replace('T', ' ')} to ${ends.replace('T', ' ') || '?'}, ${zone}`
      : '(open)'
  }
  if (field === 'questions') return draft.questions.map(({ label }) => label).join('\n') || '(none)'
  if (field === 'approval_required') return draft.approval_required ? 'Yes' : 'No'
  if (field === 'visibility') return visibilityWord[draft.visibility]
  if (field === 'guest_policy')
    return draft.guest_policy === 'pending'
      ? 'They wait for the hosts'
      : draft.guest_policy === 'decline'
        ? 'They hear how to join'
        : 'As the community does'
  return draft[field] || '(empty)'
}
