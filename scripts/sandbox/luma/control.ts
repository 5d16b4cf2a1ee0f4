import { z } from 'zod'
import { changeStatus, checkIn, register } from './guests.ts'
import { cancelEvent, changeEvent, createEvent } from './life.ts'
import type { Limiter } from './limits.ts'
import { noEvent, noGuest, Problem, problemResponse } from './problems.ts'
import { eventShape, guestDetail } from './shapes.ts'
import { type Calendar, findGuest } from './state.ts'

const fields = z.strictObject({
  name: z.string().optional(),
  start_at: z.iso.datetime({ offset: true }).optional(),
  end_at: z.iso.datetime({ offset: true }).optional(),
  timezone: z.string().optional(),
  description_md: z.string().optional(),
  meeting_url: z.string().optional(),
  address: z.string().optional(),
  visibility: z.enum(['public', 'members-only', 'private']).optional(),
  max_capacity: z.number().int().nullable().optional(),
  cover_url: z.string().optional(),
})
const event = z.string()
const person = z.strictObject({
  event,
  email: z.string(),
  name: z.string().optional(),
  answers: z.record(z.string(), z.unknown()).optional(),
  ticket_type: z.string().optional(),
})
const bulk = z.strictObject({
  event,
  count: z.number().int().min(1).max(20_000),
  /** `%` is the number. */
  email: z.string().includes('%'),
  from: z.number().int().default(1),
  /** Without it nobody hears of them. */
  announce: z.boolean().default(false),
})
const status = z.strictObject({
  event,
  guest: z.string(),
  status: z.enum(['approved', 'pending_approval', 'declined', 'waitlist']),
})
const door = z.strictObject({ event, guest: z.string(), in: z.boolean().default(true) })
const price = z.strictObject({ event, cents: z.number().int().positive().nullable() })
const waitlist = z.strictObject({ event: event.optional(), enabled: z.boolean() })
const limit = z.strictObject({
  per_minute: z.number().int().nonnegative().optional(),
  block: z.number().nonnegative().optional(),
})

/** What people do at Luma by themselves: register, pay, come, edit there. Routes under /_sandbox/luma. */
export function controlOf(calendar: Calendar, limiter: Limiter) {
  const eventOf = (id: string) => {
    const found = calendar.events.get(id)
    if (!found) throw noEvent()
    return found
  }
  const guestOf = (id: string, guest: string) => {
    const found = findGuest(eventOf(id), guest)
    if (!found) throw noGuest()
    return found
  }
  const fieldsOf = ({ address, ...rest }: z.output<typeof fields>) => ({
    ...rest,
    ...(address === undefined ? {} : { geo_address_json: { type: 'manual', address } }),
  })

  const orders: Record<string, (body: unknown) => object> = {
    create(body) {
      const wish = fields.parse(body)
      const { name = 'Made at Luma', timezone = 'UTC', start_at } = wish
      const soon = new Date(calendar.clock.now().getTime() + 7 * 86_400_000).toISOString()
      const made = createEvent(
        calendar,
        { ...fieldsOf(wish), name, timezone, start_at: start_at ?? soon },
        { by: 'host' },
      )
      return { event: eventShape(made, calendar.origin) }
    },
    change(body) {
      const { event: id, ...wish } = z.object({ event }).extend(fields.shape).parse(body)
      changeEvent(calendar, eventOf(id), fieldsOf(wish), { by: 'host' })
      return { event: eventShape(eventOf(id), calendar.origin) }
    },
    cancel(body) {
      const { event: id } = z.strictObject({ event }).parse(body)
      cancelEvent(calendar, eventOf(id), { by: 'host', refund: true })
      return { canceled: id }
    },
    register(body) {
      const wish = person.parse(body)
      const guest = register(calendar, eventOf(wish.event), {
        ...wish,
        ticketType: wish.ticket_type,
      })
      return { guest: guestDetail(guest, calendar.origin) }
    },
    'register-many'(body) {
      const { event: id, count, email, from, announce } = bulk.parse(body)
      const told = calendar.announce
      if (!announce) calendar.announce = () => {}
      try {
        for (let at = from; at < from + count; at += 1) {
          const name = `Guest ${at}`
          register(calendar, eventOf(id), { email: email.replace('%', String(at)), name })
        }
      } finally {
        calendar.announce = told
      }
      return { registered: count }
    },
    status(body) {
      const wish = status.parse(body)
      const guest = guestOf(wish.event, wish.guest)
      changeStatus(calendar, eventOf(wish.event), guest, { status: wish.status, by: 'host' })
      return { guest: guestDetail(guest, calendar.origin) }
    },
    leave(body) {
      const wish = z.strictObject({ event, guest: z.string() }).parse(body)
      const guest = guestOf(wish.event, wish.guest)
      changeStatus(calendar, eventOf(wish.event), guest, { status: 'declined', by: 'guest' })
      return { guest: guestDetail(guest, calendar.origin) }
    },
    'check-in'(body) {
      const wish = door.parse(body)
      const guest = guestOf(wish.event, wish.guest)
      checkIn(calendar, eventOf(wish.event), guest, wish.in)
      return { guest: guestDetail(guest, calendar.origin) }
    },
    price(body) {
      const { event: id, cents } = price.parse(body)
      const type = eventOf(id).ticketTypes[0]!
      Object.assign(type, {
        cents,
        type: cents ? 'paid' : 'free',
        currency: cents ? 'usd' : null,
      })
      return { ticket_type: type.id }
    },
    waitlist(body) {
      const { event: id, enabled } = waitlist.parse(body)
      if (id) eventOf(id).hasWaitlist = enabled
      else calendar.hasWaitlist = enabled
      return { enabled }
    },
    limit: (body) => limiter.set(dropUndefined(limit.parse(body))),
  }

  return async (request: Request, path: string): Promise<Response | undefined> => {
    if (request.method === 'GET' && path === '/_sandbox/luma/events') {
      const events = [...calendar.events.values()].map((one) => ({
        ...eventShape(one, calendar.origin),
        max_capacity: one.maxCapacity,
        show_guest_list: one.showGuestList,
        require_approval: one.ticketTypes.every(({ require_approval }) => require_approval),
        guests: one.guests.size,
      }))
      return Response.json({ events })
    }
    const order = orders[path.replace('/_sandbox/luma/', '')]
    if (request.method !== 'POST' || !order) return undefined
    try {
      return Response.json(order(JSON.parse((await request.text()) || '{}')))
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error)
      throw error
    }
  }
}

const dropUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
