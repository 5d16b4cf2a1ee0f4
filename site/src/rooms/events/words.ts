import { identity } from '../../../community/identity.ts'
import { ordinal } from '../../lib/words.ts'
import type { EventPage, Gathering } from './data.ts'

export const seats = (count: number): string =>
  count === 1
    ? 'One seat left'
    : `${new Intl.NumberFormat(identity.language).format(count)} seats left`

/** A short word about an event, and the colour that it has. */
export interface Tag {
  text: string
  tone: '' | 'sun' | 'leaf' | 'alarm'
}

const fewSeats = 5

/** What one is to an event, in the words of a list; null for nothing. */
export function standingTag(
  event: Pick<Gathering, 'state' | 'standing' | 'place_in_line'>,
  over: boolean,
): Tag | null {
  if (event.state === 'canceled') return { text: 'Canceled', tone: 'alarm' }
  switch (event.standing) {
    case 'checked_in':
      return { text: over ? 'You were there' : 'You are there', tone: 'leaf' }
    case 'approved':
      return over ? null : { text: 'You are going', tone: 'leaf' }
    case 'pending':
      return over ? null : { text: 'You have asked to come', tone: 'sun' }
    case 'waitlist':
      return over
        ? null
        : { text: `${ordinal(event.place_in_line ?? 1)} on the waiting list`, tone: 'sun' }
    case 'invited':
      return over ? null : { text: 'You are invited', tone: 'sun' }
    case 'declined':
      return over ? null : { text: 'Not on the guest list', tone: '' }
    default:
      return null
  }
}

/** The short words that stand beside an event in the list. */
export function tagsOf(event: Gathering, now: Date): Tag[] {
  const over = new Date(event.ends_at) <= now
  const tags: Tag[] = []
  const standing = standingTag(event, over)
  if (standing) tags.push(standing)
  if (event.is_host) tags.push({ text: over ? 'You hosted' : 'You host', tone: '' })
  if (event.visibility === 'leader') tags.push({ text: 'Leaders only', tone: '' })
  const open = ['none', 'invited', 'declined'].includes(event.standing)
  if (open && event.seats_left === 0) tags.push({ text: 'Full, with a waiting list', tone: '' })
  else if (open && event.seats_left !== null && event.seats_left <= fewSeats)
    tags.push({ text: seats(event.seats_left), tone: 'sun' })
  if (event.has_recording) tags.push({ text: 'Recording', tone: 'sun' })
  return tags
}

/** What one is to an event, said on its page. */
export interface Notice {
  tone: 'leaf' | 'sun' | 'alarm'
  title: string
  text: string
}

const canceledFor: Partial<Record<EventPage['standing'], string>> = {
  approved: 'You were going. Nothing more is needed from you.',
  pending: 'You had asked to come. Nothing more is needed from you.',
  waitlist: 'You were on the waiting list. Nothing more is needed from you.',
}

const stop = (text = '') => (/[.!?]$/.test(text) ? text : `${text}.`)

/** What one is to an event and what to do, for its page; null where there is nothing to say. */
export function noticeOf(event: EventPage): Notice | null {
  if (event.state === 'canceled')
    return {
      tone: 'alarm',
      title: 'This event was canceled',
      text: [event.cancel_reason, canceledFor[event.standing]].filter(Boolean).map(stop).join(' '),
    }
  if (event.standing === 'checked_in')
    return {
      tone: 'leaf',
      title: event.is_over ? 'You were there' : 'You are there',
      text: event.is_over ? 'It was good to have you.' : 'You are checked in. Enjoy it.',
    }
  if (event.is_over) return null
  switch (event.standing) {
    case 'approved':
      return {
        tone: 'leaf',
        title: 'You are going',
        text: 'If you cannot come after all, say so at Luma: your seat goes to whoever waits for one.',
      }
    case 'pending':
      return {
        tone: 'sun',
        title: 'You have asked to come',
        text: 'We write to you as soon as it is decided.',
      }
    case 'waitlist':
      return {
        tone: 'sun',
        title: `You are ${ordinal(event.place_in_line ?? 1)} on the waiting list`,
        text: 'A seat that becomes free goes to the first in line, until the event begins. We write to you then.',
      }
    case 'invited':
      return { tone: 'sun', title: 'You are invited', text: 'Say at Luma whether you come.' }
    case 'declined':
      return {
        tone: 'sun',
        title: 'You are not on the guest list',
        text: event.words
          ? `The hosts wrote: “${event.words}”`
          : 'You said at Luma that you cannot come, or there was no seat for you. You can ask again there.',
      }
    default:
      return null
  }
}

/** How many come and how many may, in one line; empty where there is nothing to count. */
export function crowd({ going, seats_left, is_over, state }: EventPage): string {
  if (state !== 'published') return ''
  const number = new Intl.NumberFormat(identity.language).format(going)
  const people = is_over
    ? going === 1
      ? 'One guest'
      : `${number} guests`
    : going === 1
      ? 'One is going'
      : `${number} are going`
  const free =
    seats_left === 0 ? 'All seats are taken' : seats_left === null ? '' : seats(seats_left)
  if (going === 0) return is_over ? '' : free
  return is_over || free === '' ? people : `${people}, ${free.toLowerCase()}`
}
