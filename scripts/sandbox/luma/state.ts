import type { Clock } from '../lib/clock.ts'
import type { Ledger } from '../lib/ledger.ts'

export type Status =
  | 'approved'
  | 'session'
  | 'pending_approval'
  | 'invited'
  | 'declined'
  | 'waitlist'

export interface Question {
  id: string
  label: string
  required: boolean
  question_type: string
}

export interface TicketType {
  id: string
  name: string
  type: 'free' | 'paid'
  require_approval: boolean
  is_hidden: boolean
  cents: number | null
  currency: string | null
  max_capacity: number | null
}

export interface Ticket {
  id: string
  typeId: string
  name: string
  amount: number
  currency: string | null
  isCaptured: boolean
  checkedInAt: Date | null
}

export interface Guest {
  id: string
  /** Addresses her like the id, in links of her own. */
  key: string
  userId: string
  email: string
  name: string | null
  status: Status
  createdAt: Date
  registeredAt: Date | null
  invitedAt: Date | null
  answers: { label: string; question_id: string; question_type: string; value: unknown }[]
  tickets: Ticket[]
}

export interface LumaEvent {
  id: string
  slug: string
  name: string
  descriptionMd: string
  startAt: string
  endAt: string
  timezone: string
  address: string | null
  meetingUrl: string | null
  coverUrl: string
  visibility: 'public' | 'members-only' | 'private'
  maxCapacity: number | null
  hasWaitlist: boolean
  questions: Question[]
  showGuestList: boolean
  createdAt: Date
  hosts: { email: string; name: string }[]
  ticketTypes: TicketType[]
  guests: Map<string, Guest>
}

export type Announce = (type: string, data: object) => void

/** Everything that the calendar holds. */
export interface Calendar {
  clock: Clock
  ledger: Ledger
  /** Where the sandbox itself is, for the pages of events. */
  origin: string
  events: Map<string, LumaEvent>
  /** Tokens that cancel an event, good for 15 minutes. */
  cancellations: Map<string, { event: string; until: number }>
  /** Whether new events have a waitlist, as a calendar's own settings say. */
  hasWaitlist: boolean
  announce: Announce
  /** A new id such as evt-k3…; in the order in which they were made. */
  id(prefix: string): string
  reset(): void
}

export const CALENDAR = 'cal-sandbox'

/** Creates an empty calendar. */
export function createCalendar(clock: Clock, ledger: Ledger): Calendar {
  // Ids of a new sandbox differ from those of the last one, as a database may outlive it.
  const era = Date.now().toString(36)
  let count = 0
  const calendar: Calendar = {
    clock,
    ledger,
    origin: '',
    events: new Map(),
    cancellations: new Map(),
    hasWaitlist: false,
    announce: () => {},
    id(prefix) {
      count += 1
      return `${prefix}-${era}${count.toString(36).padStart(5, '0')}`
    },
    reset() {
      calendar.events.clear()
      calendar.cancellations.clear()
      calendar.hasWaitlist = false
    },
  }
  return calendar
}

/** Guests who have a seat. */
export const going = (event: LumaEvent) =>
  [...event.guests.values()].filter(({ status }) => status === 'approved')

/** Whether another guest would be one too many. */
export const isFull = (event: LumaEvent) =>
  event.maxCapacity !== null && going(event).length >= event.maxCapacity

/** Finds a guest by id, by key, by a ticket's id or by address. */
export function findGuest(event: LumaEvent, wanted: string): Guest | undefined {
  const direct = event.guests.get(wanted)
  if (direct) return direct
  const email = wanted.trim().toLowerCase()
  return [...event.guests.values()].find(
    (guest) =>
      guest.key === wanted ||
      guest.email === email ||
      guest.tickets.some((ticket) => ticket.id === wanted),
  )
}
