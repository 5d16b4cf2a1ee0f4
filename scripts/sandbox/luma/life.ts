import { addedShape, announcedGuest, announcedShape } from './shapes.ts'
import {
  type Calendar,
  type Guest,
  isFull,
  type LumaEvent,
  type Question,
  type Status,
  type TicketType,
} from './state.ts'

/** What create and update take, in Luma's words; undefined stays as it is. */
export interface EventFields {
  name?: string | undefined
  start_at?: string | undefined
  end_at?: string | undefined
  timezone?: string | undefined
  description_md?: string | undefined
  geo_address_json?: { type: string; address?: string; place_id?: string } | undefined
  meeting_url?: string | undefined
  max_capacity?: number | null | undefined
  visibility?: LumaEvent['visibility'] | undefined
  slug?: string | undefined
  cover_url?: string | undefined
  registration_questions?: Question[] | undefined
  show_guest_list?: boolean | undefined
}

export type NewEvent = EventFields & { name: string; start_at: string; timezone: string }

const HOUR = 3_600_000
const COVER = 'https://images.lumacdn.com/gallery-images/sandbox/default.png'
const iso = (moment: string) => new Date(moment).toISOString()

/** Markdown as it comes back after Luma has made its own rich text of it. */
const throughSpark = (markdown: string) =>
  markdown
    .replaceAll('\r\n', '\n')
    .replaceAll(/^[*+] /gm, '- ')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()

export function createEvent(
  calendar: Calendar,
  fields: NewEvent,
  more: { id?: string; by?: 'api' | 'host' } = {},
): LumaEvent {
  const { clock, ledger } = calendar
  const id = more.id ?? calendar.id('evt')
  const startAt = iso(fields.start_at)
  const event: LumaEvent = {
    id,
    slug: fields.slug ?? id.slice(4),
    name: '',
    descriptionMd: '',
    startAt,
    endAt: new Date(Date.parse(startAt) + HOUR).toISOString(),
    timezone: fields.timezone,
    address: null,
    meetingUrl: null,
    coverUrl: COVER,
    visibility: 'public',
    maxCapacity: null,
    hasWaitlist: calendar.hasWaitlist,
    questions: [],
    showGuestList: true,
    createdAt: clock.now(),
    hosts: [{ email: 'lea@example.org', name: 'Lea Santos' }],
    ticketTypes: [freeTicket(calendar)],
    guests: new Map(),
  }
  apply(event, fields)
  calendar.events.set(id, event)
  ledger.add('event.created', id, { name: event.name, by: more.by ?? 'api' })
  calendar.announce('event.created', announcedShape(event, calendar.origin))
  calendar.announce('calendar.event.added', addedShape(event, calendar.origin))
  return event
}

const freeTicket = (calendar: Calendar): TicketType => ({
  id: calendar.id('ttype'),
  name: 'Standard',
  type: 'free',
  require_approval: false,
  is_hidden: false,
  cents: null,
  currency: null,
  max_capacity: null,
})

function apply(event: LumaEvent, fields: EventFields): void {
  if (fields.name !== undefined) event.name = fields.name
  if (fields.start_at !== undefined) {
    const lasts = Date.parse(event.endAt) - Date.parse(event.startAt)
    event.startAt = iso(fields.start_at)
    event.endAt = new Date(Date.parse(event.startAt) + lasts).toISOString()
  }
  if (fields.end_at !== undefined) event.endAt = iso(fields.end_at)
  if (fields.timezone !== undefined) event.timezone = fields.timezone
  if (fields.description_md !== undefined) event.descriptionMd = throughSpark(fields.description_md)
  const geo = fields.geo_address_json
  if (geo) event.address = geo.address ?? `Place ${geo.place_id}`
  if (fields.meeting_url !== undefined) event.meetingUrl = fields.meeting_url || null
  if (fields.max_capacity !== undefined) event.maxCapacity = fields.max_capacity
  if (fields.visibility !== undefined) event.visibility = fields.visibility
  if (fields.slug !== undefined) event.slug = fields.slug
  if (fields.cover_url !== undefined) event.coverUrl = fields.cover_url
  if (fields.registration_questions !== undefined) event.questions = fields.registration_questions
  if (fields.show_guest_list !== undefined) event.showGuestList = fields.show_guest_list
}

export function changeEvent(
  calendar: Calendar,
  event: LumaEvent,
  fields: EventFields,
  { by = 'api', isQuiet = false }: { by?: 'api' | 'host'; isQuiet?: boolean } = {},
): void {
  const named = () => [event.name, event.startAt, event.address, event.meetingUrl].join('\n')
  const before = named()
  apply(event, fields)
  calendar.ledger.add('event.updated', event.id, { by, fields: Object.keys(fields) })
  // Guests hear of a new name, time or place.
  if (!isQuiet && named() !== before && event.guests.size > 0) {
    calendar.ledger.add('mail.update', event.id, { guests: event.guests.size })
  }
  calendar.announce('event.updated', announcedShape(event, calendar.origin))
}

/** Deletes the event for good, with its guests. */
export function cancelEvent(
  calendar: Calendar,
  event: LumaEvent,
  { by = 'api', refund = false }: { by?: 'api' | 'host'; refund?: boolean | undefined } = {},
): void {
  const { ledger } = calendar
  const guests = [...event.guests.values()]
  for (const guest of guests) if (refund) refundGuest(calendar, event, guest)
  calendar.events.delete(event.id)
  ledger.add('event.canceled', event.id, { by, guests: guests.length })
  for (const guest of guests) ledger.add('mail.canceled', guest.id, { email: guest.email })
  calendar.announce('event.canceled', announcedShape(event, calendar.origin))
}

/** Tells webhooks how a guest stands now. */
export function announceGuest(
  calendar: Calendar,
  event: LumaEvent,
  guest: Guest,
  ...types: string[]
): void {
  const data = announcedGuest(guest, event, calendar.origin)
  for (const type of types) {
    if (type !== 'ticket.registered') calendar.announce(type, data)
    else
      for (const event_ticket of data.event_tickets)
        calendar.announce(type, { ...data, event_ticket })
  }
}

export const isPaid = (guest: Guest) =>
  guest.tickets.some(({ amount, isCaptured }) => isCaptured && amount > 0)

export function refundGuest(calendar: Calendar, event: LumaEvent, guest: Guest): void {
  if (!isPaid(guest)) return
  const amount = guest.tickets.reduce((sum, ticket) => sum + ticket.amount, 0)
  for (const ticket of guest.tickets) Object.assign(ticket, { isCaptured: false, amount: 0 })
  calendar.ledger.add('guest.refunded', guest.id, { event: event.id, amount })
}

/** Where somebody who registers now would stand; undefined when registration is closed. */
export function firstStatus(event: LumaEvent, type: TicketType): Status | undefined {
  if (isFull(event)) return event.hasWaitlist ? 'waitlist' : undefined
  return type.require_approval ? 'pending_approval' : 'approved'
}
