import { CALENDAR, type Guest, type LumaEvent, type Ticket, type TicketType } from './state.ts'

const USER = 'usr-sandbox'

/** An event as events/get answers it. */
export const eventShape = (event: LumaEvent, origin: string) => ({
  platform: 'luma' as const,
  id: event.id,
  user_id: USER,
  calendar_id: CALENDAR,
  start_at: event.startAt,
  duration_interval: durationOf(event),
  end_at: event.endAt,
  created_at: event.createdAt.toISOString(),
  timezone: event.timezone,
  name: event.name,
  description: plain(event.descriptionMd),
  description_md: event.descriptionMd,
  geo_address_json: event.address === null ? null : place(event.address),
  coordinate: null,
  meeting_url: event.meetingUrl,
  location_type: locationType(event),
  location_visibility: 'public' as const,
  cover_url: event.coverUrl,
  registration_questions: event.questions,
  url: `${origin}/${event.slug}`,
  visibility: event.visibility,
  waitlist_status: event.hasWaitlist ? ('enabled' as const) : ('disabled' as const),
  feedback_email: { enabled: true },
  hosts: event.hosts.map(({ email, name }, at) => ({
    id: `usr-host${at + 1}`,
    email,
    name,
    first_name: name.split(' ')[0] ?? null,
    last_name: name.split(' ').slice(1).join(' ') || null,
    avatar_url: `${origin}/avatar`,
  })),
})

/** An event in a list: without hosts, with tags. */
export function listedShape(event: LumaEvent, origin: string) {
  const { hosts: _hosts, ...shape } = eventShape(event, origin)
  return { ...shape, tags: [] }
}

/** An event in a webhook: as in a list, with two fields that stay for older receivers. */
export const announcedShape = (event: LumaEvent, origin: string) => ({
  ...listedShape(event, origin),
  geo_latitude: null,
  geo_longitude: null,
})

/** An event in calendar.event.added, which may come from other platforms and therefore says less. */
export function addedShape(event: LumaEvent, origin: string) {
  const { id, name, url, cover_url, start_at, end_at, timezone, hosts } = eventShape(event, origin)
  return {
    platform: 'luma' as const,
    ...{ id, name, url, cover_url, start_at, end_at, timezone },
    calendar: null,
    hosts: hosts.map(({ id: host, name: called, avatar_url }) => ({
      id: host,
      name: called,
      avatar_url,
    })),
  }
}

const ticketShape = (ticket: Ticket) => ({
  id: ticket.id,
  amount: ticket.amount,
  amount_discount: 0,
  amount_tax: 0,
  currency: ticket.currency,
  checked_in_at: ticket.checkedInAt?.toISOString() ?? null,
  event_ticket_type_id: ticket.typeId,
  is_captured: ticket.isCaptured,
  name: ticket.name,
})

/** A guest as guests/list answers her. */
export function guestShape(guest: Guest, origin: string) {
  const [first, ...rest] = guest.name?.split(' ') ?? []
  return {
    id: guest.id,
    user_id: guest.userId,
    user_email: guest.email,
    user_name: guest.name,
    user_first_name: first ?? null,
    user_last_name: rest.join(' ') || null,
    approval_status: guest.status,
    check_in_qr_code: `${origin}/check-in/${guest.key}`,
    eth_address: null,
    invited_at: guest.invitedAt?.toISOString() ?? null,
    joined_at: null,
    phone_number: null,
    registered_at: guest.registeredAt?.toISOString() ?? null,
    registration_answers: guest.answers,
    solana_address: null,
    utm_source: null,
    event_tickets: guest.tickets.map(ticketShape),
  }
}

/** A guest as guests/get answers her: with the orders behind her tickets. */
export const guestDetail = (guest: Guest, origin: string) => ({
  ...guestShape(guest, origin),
  event_ticket_orders: guest.tickets.map((ticket) => ({
    id: `ord-${ticket.id.slice(4)}`,
    amount: ticket.amount,
    amount_discount: 0,
    amount_tax: 0,
    currency: ticket.currency,
    coupon_info: null,
    is_captured: ticket.isCaptured,
  })),
})

const older = <T extends { id: string }>(shape: T) => ({ ...shape, api_id: shape.id })

/** A guest in a webhook: with her event, and fields that stay for older receivers. */
export function announcedGuest(guest: Guest, event: LumaEvent, origin: string) {
  const shape = guestDetail(guest, origin)
  return {
    ...shape,
    custom_source: null,
    event_tickets: shape.event_tickets.map(older),
    event_ticket_orders: shape.event_ticket_orders.map(older),
    event: announcedShape(event, origin),
  }
}

export const ticketTypeShape = (type: TicketType) => ({
  id: type.id,
  name: type.name,
  type: type.type,
  require_approval: type.require_approval,
  is_hidden: type.is_hidden,
  description: null,
  valid_start_at: null,
  valid_end_at: null,
  max_capacity: type.max_capacity,
  cents: type.cents,
  currency: type.currency,
  is_flexible: false,
  min_cents: null,
})

const place = (address: string) => ({
  address,
  city: null,
  region: null,
  country: null,
  city_state: null,
  full_address: address,
  google_maps_place_id: null,
  apple_maps_place_id: null,
  description: null,
})

function locationType({ address, meetingUrl }: LumaEvent) {
  if (address !== null) return 'offline' as const
  if (!meetingUrl) return 'missing' as const
  return /zoom\.us/.test(meetingUrl) ? ('zoom' as const) : ('unknown' as const)
}

function durationOf({ startAt, endAt }: LumaEvent): string {
  const minutes = Math.round((Date.parse(endAt) - Date.parse(startAt)) / 60_000)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return `PT${hours ? `${hours}H` : ''}${rest || !hours ? `${rest}M` : ''}`
}

const plain = (markdown: string) => markdown.replaceAll(/[*_#>`]/g, '').trim()
