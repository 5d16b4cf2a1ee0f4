import { Hono } from 'hono'
import { Problem } from './problems.ts'
import { ticketTypeShape } from './shapes.ts'
import type { Calendar, LumaEvent, TicketType } from './state.ts'

type Body = Record<string, unknown>
const fields = ['name', 'type', 'require_approval', 'is_hidden', 'cents', 'currency'] as const

/** Kinds of tickets: they say whether hosts approve, and what a seat costs. */
export function ticketRoutes(calendar: Calendar, eventOf: (id: unknown) => LumaEvent) {
  const app = new Hono<{ Variables: { body: Body } }>()

  const change = (type: TicketType, body: Body) => {
    for (const field of [...fields, 'max_capacity'] as const) {
      if (body[field] !== undefined) Object.assign(type, { [field]: body[field] })
    }
  }

  app.get('/v1/events/ticket-types/list', (c) =>
    c.json({
      entries: eventOf(c.req.query('event_id'))
        .ticketTypes.filter(({ is_hidden }) => !is_hidden || c.req.query('include_hidden'))
        .map(ticketTypeShape),
    }),
  )
  app.post('/v1/events/ticket-types/create', (c) => {
    const { event_id, ...body } = c.get('body')
    const type: TicketType = {
      id: calendar.id('ttype'),
      name: '',
      type: 'free',
      require_approval: false,
      is_hidden: false,
      cents: null,
      currency: null,
      max_capacity: null,
    }
    change(type, body)
    eventOf(event_id).ticketTypes.push(type)
    return c.json(ticketTypeShape(type))
  })
  app.post('/v1/events/ticket-types/update', (c) => {
    const { event_ticket_type_id, ...body } = c.get('body')
    for (const event of calendar.events.values()) {
      const type = event.ticketTypes.find(({ id }) => id === event_ticket_type_id)
      if (!type) continue
      change(type, body)
      calendar.ledger.add('ticket_type.updated', event.id, {
        require_approval: type.require_approval,
      })
      return c.json(ticketTypeShape(type))
    }
    throw new Problem(404, 'Ticket type not found.')
  })
  return app
}
