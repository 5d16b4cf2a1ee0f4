import { z } from 'zod'

/** One event as Luma answers it: what is read in code is checked, the rest goes to SQL as it came. */
export const lumaEvent = z.looseObject({
  id: z.string().min(1),
  platform: z.string().optional(),
  name: z.string(),
  start_at: z.iso.datetime({ offset: true }),
  end_at: z.iso.datetime({ offset: true }),
  timezone: z.string(),
  description_md: z.string().optional(),
  url: z.string().optional(),
  visibility: z.string().optional(),
  waitlist_status: z.string().optional(),
  created_at: z.iso.datetime({ offset: true }).optional(),
  hosts: z.array(z.looseObject({ email: z.string().optional() })).optional(),
})

export type LumaEvent = z.output<typeof lumaEvent>

/** An entry of a list: one odd entry must not cost the whole page, so SQL looks at each by itself. */
const entry = z.looseObject({ id: z.string() })

/** One guest of an event, for SQL to read. */
export const lumaGuest = z.looseObject({ id: z.string().min(1) })

export type LumaGuest = z.output<typeof lumaGuest>
export type Entry = z.output<typeof entry>

export const ticketType = z.looseObject({
  id: z.string(),
  require_approval: z.boolean().optional(),
})

export type TicketType = z.output<typeof ticketType>

const more = { has_more: z.boolean(), next_cursor: z.string().nullish() }
export const list = z.object({ entries: z.array(entry), ...more })
export const ticketTypes = z.object({ entries: z.array(ticketType) })
export const created = z.object({ id: z.string().min(1) })
export const cancellation = z.object({
  cancellation_token: z.string().min(1),
  is_paid: z.boolean(),
  guest_count: z.number(),
})

/** Answers that say nothing. */
export const empty = z.looseObject({})
