import { Hono } from 'hono'
import { addGuest, changeStatus, invite } from './guests.ts'
import {
  cancelEvent,
  changeEvent,
  createEvent,
  type EventFields,
  isPaid,
  type NewEvent,
} from './life.ts'
import { paged } from './pages_of_list.ts'
import { noEvent, noGuest, Problem } from './problems.ts'
import { eventShape, guestDetail, guestShape, listedShape } from './shapes.ts'
import { complaint, isDescribed } from './spec.ts'
import { CALENDAR, type Calendar, findGuest, type Guest, going, type LumaEvent } from './state.ts'
import { ticketRoutes } from './tickets.ts'

/** So many entries a page holds at most. Luma's own caps are not published. */
const EVENTS_CAP = 50
const GUESTS_CAP = 100
const TOKEN_MS = 15 * 60_000

type Body = Record<string, unknown>

/** Luma's API for one calendar. Requests are held against Luma's own description of it. */
export function apiOf(calendar: Calendar): Hono<{ Variables: { body: Body } }> {
  const app = new Hono<{ Variables: { body: Body } }>()
  const { clock, ledger } = calendar

  app.use(async (c, next) => {
    const route = `${c.req.method} ${c.req.path}`
    if (isDescribed(route)) {
      const query = complaint(route, 'query', c.req.query())
      if (query) throw new Problem(400, query)
      if (c.req.method === 'POST') {
        const body = await c.req.json().catch(() => {
          throw new Problem(400, 'The body is not JSON.')
        })
        const wrong = complaint(route, 'body', body)
        if (wrong) throw new Problem(400, wrong)
        c.set('body', body)
      }
    }
    await next()
  })

  const eventOf = (id: unknown): LumaEvent => {
    const event = calendar.events.get(String(id))
    if (!event) throw noEvent()
    return event
  }
  const guestOf = (event: LumaEvent, id: unknown): Guest => {
    const guest = findGuest(event, String(id))
    if (!guest) throw noGuest()
    return guest
  }

  app.get('/v1/users/get-self', (c) =>
    c.json({
      id: 'usr-sandbox',
      name: 'Lea Santos',
      email: 'lea@example.org',
      avatar_url: `${calendar.origin}/avatar`,
      first_name: 'Lea',
      last_name: 'Santos',
    }),
  )
  app.get('/v1/calendars/get', (c) =>
    c.json({
      id: CALENDAR,
      name: 'Sandbox calendar',
      slug: null,
      avatar_url: null,
      url: calendar.origin,
      description: null,
      social_image_url: null,
      cover_image_url: null,
      is_personal: false,
      location: null,
      coordinate: null,
      instagram_handle: null,
      twitter_handle: null,
      youtube_handle: null,
      website: null,
    }),
  )
  app.get('/v1/calendars/events/list', (c) => {
    const { before, after, sort_direction } = c.req.query()
    const sign = sort_direction?.startsWith('desc') ? -1 : 1
    const all = [...calendar.events.values()]
      .filter(({ startAt }) => !after || Date.parse(startAt) >= Date.parse(after))
      .filter(({ startAt }) => !before || Date.parse(startAt) <= Date.parse(before))
      .sort((a, b) => sign * (a.startAt.localeCompare(b.startAt) || a.id.localeCompare(b.id)))
      .map((event) => listedShape(event, calendar.origin))
    return c.json(paged(all, new URL(c.req.url).searchParams, EVENTS_CAP))
  })
  app.get('/v1/events/get', (c) =>
    c.json(eventShape(eventOf(c.req.query('event_id')), calendar.origin)),
  )
  app.get('/v1/entity/lookup', (c) => {
    const slug = c.req.query('slug')
    const event = [...calendar.events.values()].find((one) => one.slug === slug)
    if (!event) return c.json({ entity: null })
    const { id, name, cover_url, start_at, end_at } = eventShape(event, calendar.origin)
    const found = { id, api_id: id, name, slug: event.slug, cover_url, start_at, end_at }
    return c.json({ entity: { type: 'event', event: found } })
  })

  app.post('/v1/events/create', (c) => {
    // Held against Luma's description above.
    const fields = c.get('body') as unknown as NewEvent
    checkFields(calendar, fields)
    return c.json({ id: createEvent(calendar, fields).id })
  })
  app.post('/v1/events/update', (c) => {
    const { event_id, suppress_notifications, ...fields } = c.get('body')
    const event = eventOf(event_id)
    checkFields(calendar, fields, event)
    changeEvent(calendar, event, fields, { isQuiet: suppress_notifications === true })
    return c.json({})
  })
  app.post('/v1/events/cancel/request', (c) => {
    const event = eventOf(c.get('body').event_id)
    const token = calendar.id('cancel')
    const until = clock.now().getTime() + TOKEN_MS
    calendar.cancellations.set(token, { event: event.id, until })
    ledger.add('event.cancel_requested', event.id)
    const guests = going(event)
    return c.json({
      cancellation_token: token,
      is_paid: guests.some(isPaid),
      guest_count: guests.length,
    })
  })
  app.post('/v1/events/cancel', (c) => {
    const { event_id, cancellation_token, should_refund } = c.get('body')
    const event = eventOf(event_id)
    const asked = calendar.cancellations.get(String(cancellation_token))
    if (asked?.event !== event.id || asked.until < clock.now().getTime()) {
      throw new Problem(400, 'The cancellation token is invalid or has expired.')
    }
    if (going(event).some(isPaid) && should_refund === undefined) {
      throw new Problem(400, 'should_refund is required for paid events.')
    }
    calendar.cancellations.delete(String(cancellation_token))
    cancelEvent(calendar, event, { refund: should_refund === true })
    return c.json({})
  })

  app.get('/v1/events/guests/list', (c) => {
    const { event_id, approval_status, sort_column, sort_direction } = c.req.query()
    const column = {
      name: (guest: Guest) => guest.name ?? '',
      email: (guest: Guest) => guest.email,
      registered_at: (guest: Guest) => guest.registeredAt?.toISOString() ?? '',
      checked_in_at: (guest: Guest) => guest.tickets[0]?.checkedInAt?.toISOString() ?? '',
      created_at: (guest: Guest) => guest.createdAt.toISOString(),
    }[sort_column ?? 'created_at']!
    const sign = sort_direction?.startsWith('desc') ? -1 : 1
    const all = [...eventOf(event_id).guests.values()]
      .filter(({ status }) => !approval_status || status === approval_status)
      .sort((a, b) => sign * (column(a).localeCompare(column(b)) || a.id.localeCompare(b.id)))
      .map((guest) => guestShape(guest, calendar.origin))
    return c.json(paged(all, new URL(c.req.url).searchParams, GUESTS_CAP))
  })
  app.get('/v1/events/guests/get', (c) => {
    const event = eventOf(c.req.query('event_id'))
    return c.json(guestDetail(guestOf(event, c.req.query('id')), calendar.origin))
  })
  app.post('/v1/events/guests/update-status', (c) => {
    const { event_id, guest_id, status, send_email, message, should_refund } = c.get('body')
    const event = eventOf(event_id)
    checkMessage(message, send_email)
    changeStatus(calendar, event, guestOf(event, guest_id), {
      status: status as Guest['status'],
      by: 'api',
      sendEmail: send_email !== false,
      message: message as string | undefined,
      shouldRefund: should_refund === true,
    })
    return c.json({})
  })
  app.post('/v1/events/guests/add', (c) => {
    const { event_id, guests, ticket, tickets, approval_status, send_email } = c.get('body') as {
      event_id: string
      guests: { email: string; name?: string | null }[]
      ticket?: { event_ticket_type_id: string } | null
      tickets?: { event_ticket_type_id: string }[] | null
      approval_status?: 'approved' | 'pending_approval' | 'waitlist' | null
      send_email?: boolean | null
    }
    const event = eventOf(event_id)
    if (ticket && tickets) throw new Problem(400, 'Use ticket or tickets, not both.')
    const wanted = tickets ?? (ticket ? [ticket] : [])
    const types = wanted.map(({ event_ticket_type_id: id }) => {
      const type = event.ticketTypes.find((one) => one.id === id)
      if (!type) throw new Problem(400, 'Ticket type not found.')
      return type
    })
    const status = approval_status ?? 'approved'
    const sendEmail = send_email !== false
    const how = { status, types: types.length ? types : event.ticketTypes.slice(0, 1), sendEmail }
    for (const person of guests) addGuest(calendar, event, person, how)
    return c.json({})
  })
  app.post('/v1/events/guests/send-invites', (c) => {
    const { event_id, guests, message } = c.get('body') as {
      event_id: string
      guests: { email: string; name?: string | null }[]
      message?: string | null
    }
    const event = eventOf(event_id)
    checkMessage(message, true)
    for (const person of guests) invite(calendar, event, person)
    return c.json({})
  })
  app.route('/', ticketRoutes(calendar, eventOf))
  return app
}

function checkMessage(message: unknown, sendEmail: unknown): void {
  if (typeof message !== 'string') return
  if (message.length > 200) throw new Problem(400, 'message: must be at most 200 characters')
  if (sendEmail === false) {
    throw new Problem(400, 'message cannot be combined with send_email: false')
  }
}

function checkFields(calendar: Calendar, fields: EventFields, event?: LumaEvent): void {
  const starts = fields.start_at ?? event?.startAt ?? ''
  if (fields.end_at !== undefined && Date.parse(fields.end_at) <= Date.parse(starts)) {
    throw new Problem(400, 'end_at: must be after start_at')
  }
  if (fields.timezone !== undefined && !isZone(fields.timezone)) {
    throw new Problem(400, 'timezone: is not a known time zone')
  }
  if (fields.name !== undefined && fields.name.trim() === '') {
    throw new Problem(400, 'name: must not be empty')
  }
  const taken = [...calendar.events.values()].some((one) => one.slug === fields.slug)
  if (fields.slug && taken && event?.slug !== fields.slug) {
    throw new Problem(400, 'slug: is not available')
  }
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}
