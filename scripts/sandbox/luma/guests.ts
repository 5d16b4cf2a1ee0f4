import { announceGuest, firstStatus, isPaid, refundGuest } from './life.ts'
import { Problem } from './problems.ts'
import type { Calendar, Guest, LumaEvent, Status, Ticket, TicketType } from './state.ts'
import { findGuest } from './state.ts'

export interface Registration {
  email: string
  name?: string | null | undefined
  /** By question id. */
  answers?: Record<string, unknown> | undefined
  ticketType?: string | undefined
}

function ticketOf(calendar: Calendar, type: TicketType): Ticket {
  return {
    id: calendar.id('tkt'),
    typeId: type.id,
    name: type.name,
    amount: 0,
    currency: type.currency,
    isCaptured: false,
    checkedInAt: null,
  }
}

function newGuest(calendar: Calendar, event: LumaEvent, email: string): Guest {
  const id = calendar.id('gst')
  const guest: Guest = {
    id,
    key: `g-${id.slice(4)}`,
    userId: `usr-${id.slice(4)}`,
    email: email.trim().toLowerCase(),
    name: null,
    status: 'invited',
    createdAt: calendar.clock.now(),
    registeredAt: null,
    invitedAt: null,
    answers: [],
    tickets: [],
  }
  event.guests.set(id, guest)
  return guest
}

/**
 * Somebody registers on the event's page: she is in, waits for the hosts, or waits for a seat. Who registers again
 * keeps her place in line, unless she had said no.
 */
export function register(calendar: Calendar, event: LumaEvent, wish: Registration): Guest {
  const known = findGuest(event, wish.email)
  const type =
    event.ticketTypes.find(({ id }) => id === wish.ticketType) ??
    event.ticketTypes.find(({ is_hidden }) => !is_hidden)
  if (!type) throw new Problem(400, 'This event has no tickets.')
  const isNew = !known || known.status === 'declined' || known.status === 'invited'
  const status = isNew ? firstStatus(event, type) : known.status
  if (!status) throw new Problem(400, 'This event is sold out.')

  const guest = known ?? newGuest(calendar, event, wish.email)
  guest.name = wish.name?.trim() || guest.name
  guest.status = status
  guest.answers = event.questions.flatMap(({ id, label, question_type }) =>
    wish.answers?.[id] === undefined
      ? []
      : [{ label, question_id: id, question_type, value: wish.answers[id] }],
  )
  if (isNew) {
    guest.registeredAt = calendar.clock.now()
    guest.tickets = [ticketOf(calendar, type)]
  }
  pay(calendar, event, guest, type)
  const detail = { event: event.id, email: guest.email, status }
  calendar.ledger.add('guest.registered', guest.id, detail)
  calendar.ledger.add('mail.guest', guest.id, { kind: status, email: guest.email })
  // Both, for one registration; and one for each ticket of somebody who is in.
  const tickets = status === 'approved' && isNew ? ['ticket.registered'] : []
  announceGuest(calendar, event, guest, 'guest.registered', 'guest.updated', ...tickets)
  return guest
}

/** A paid ticket is charged when its guest is in; until then the money is only held. */
function pay(calendar: Calendar, event: LumaEvent, guest: Guest, type: TicketType): void {
  if (type.type !== 'paid' || !type.cents || isPaid(guest)) return
  const isCaptured = guest.status === 'approved'
  for (const ticket of guest.tickets) Object.assign(ticket, { amount: type.cents, isCaptured })
  if (isCaptured) {
    calendar.ledger.add('guest.paid', guest.id, { event: event.id, amount: type.cents })
  }
}

export interface StatusChange {
  status: Status
  by: 'api' | 'host' | 'guest'
  sendEmail?: boolean
  message?: string | null | undefined
  shouldRefund?: boolean
}

/** Hosts, we, or the guest herself change where she stands. */
export function changeStatus(
  calendar: Calendar,
  event: LumaEvent,
  guest: Guest,
  { status, by, sendEmail = true, message, shouldRefund = false }: StatusChange,
): void {
  const from = guest.status
  guest.status = status
  const detail = { event: event.id, email: guest.email, from, to: status, by }
  calendar.ledger.add('guest.status', guest.id, detail)
  if (status === 'approved') capture(calendar, event, guest)
  else if (shouldRefund) refundGuest(calendar, event, guest)
  if (from === status) return
  if (sendEmail) {
    const mail = { kind: status, email: guest.email, ...(message ? { message } : {}) }
    calendar.ledger.add('mail.guest', guest.id, mail)
  }
  announceGuest(calendar, event, guest, 'guest.updated')
}

function capture(calendar: Calendar, event: LumaEvent, guest: Guest): void {
  const held = guest.tickets.filter(({ amount, isCaptured }) => amount > 0 && !isCaptured)
  for (const ticket of held) ticket.isCaptured = true
  const amount = held.reduce((sum, ticket) => sum + ticket.amount, 0)
  if (amount > 0) calendar.ledger.add('guest.paid', guest.id, { event: event.id, amount })
}

/** Hosts put somebody on the list, with a ticket of a kind. Who is on it already gets another status. */
export function addGuest(
  calendar: Calendar,
  event: LumaEvent,
  person: { email: string; name?: string | null | undefined },
  { status, types, sendEmail }: { status: Status; types: TicketType[]; sendEmail: boolean },
): Guest {
  const guest = findGuest(event, person.email) ?? newGuest(calendar, event, person.email)
  guest.name ??= person.name ?? null
  guest.status = status
  guest.registeredAt ??= calendar.clock.now()
  if (guest.tickets.length === 0) guest.tickets = types.map((type) => ticketOf(calendar, type))
  calendar.ledger.add('guest.added', guest.id, { event: event.id, email: guest.email, status })
  if (sendEmail) calendar.ledger.add('mail.guest', guest.id, { kind: status, email: guest.email })
  announceGuest(calendar, event, guest, 'guest.registered', 'guest.updated')
  return guest
}

/** An invitation that the guest may take up. Whoever is on the list already stays as she is. */
export function invite(
  calendar: Calendar,
  event: LumaEvent,
  person: { email: string; name?: string | null | undefined },
): void {
  if (findGuest(event, person.email)) return
  const guest = newGuest(calendar, event, person.email)
  guest.name = person.name ?? null
  guest.invitedAt = calendar.clock.now()
  calendar.ledger.add('guest.invited', guest.id, { event: event.id, email: guest.email })
  calendar.ledger.add('mail.guest', guest.id, { kind: 'invited', email: guest.email })
  announceGuest(calendar, event, guest, 'guest.updated')
}

/** Somebody at the door scans her ticket, or takes that back. */
export function checkIn(calendar: Calendar, event: LumaEvent, guest: Guest, isThere = true): void {
  const at = isThere ? calendar.clock.now() : null
  for (const ticket of guest.tickets) ticket.checkedInAt = at
  const effect = isThere ? 'guest.checked_in' : 'guest.checked_out'
  calendar.ledger.add(effect, guest.id, { event: event.id, email: guest.email })
  announceGuest(calendar, event, guest, 'guest.updated')
}
