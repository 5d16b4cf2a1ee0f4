import type { z } from 'zod'
import { type Env, optional } from '../env.ts'
import { LumaError, lumaFailure } from './luma_errors.ts'
import type { Entry, LumaEvent, LumaGuest, TicketType } from './luma_shapes.ts'
import * as shapes from './luma_shapes.ts'

export type { LumaEvent, LumaGuest, TicketType } from './luma_shapes.ts'

/** How urgent a call is: what a person waits for goes before sweeps. */
export type Urgency = 'interactive' | 'bulk'

/** Who may call when. Luma counts the calls of all our workers together, so SQL keeps the pace. */
export interface Pace {
  /** Seconds to wait before asking again; 0: call now. */
  turn(urgency: Urgency): Promise<number>
  /** Luma takes nothing for so many seconds. */
  blocked(seconds: number): Promise<void>
}

export interface Page<T> {
  entries: T[]
  /** Where the next page begins; null at the end. */
  cursor: string | null
}

export type GuestStatus = 'approved' | 'declined' | 'pending_approval' | 'waitlist'

export interface Notice {
  /** Whether Luma mails the guest. Default true. */
  sendEmail?: boolean
  /** A personal note in that mail, up to 200 characters. */
  message?: string
  shouldRefund?: boolean
}

export interface Call {
  urgency?: Urgency
  signal?: AbortSignal
}

/** Luma in the few verbs that we use. Each takes its turn first, throws LumaError and ends within 10 seconds of it. */
export interface LumaClient {
  /** Returns the new event's id. */
  createEvent(body: object, call?: Call): Promise<string>
  updateEvent(id: string, change: object, call?: Call): Promise<void>
  getEvent(id: string, call?: Call): Promise<LumaEvent>
  /** Events of our calendar by their start, from `after` to `before`. */
  listEvents(
    where: { after?: string; before?: string; cursor?: string | null },
    call?: Call,
  ): Promise<Page<Entry>>
  /** Asks to cancel: a token that is good for 15 minutes, and whether guests have paid. */
  requestCancel(
    id: string,
    call?: Call,
  ): Promise<{ token: string; isPaid: boolean; guests: number }>
  /** Deletes the event for good and tells its guests. */
  cancel(id: string, token: string, shouldRefund: boolean | undefined, call?: Call): Promise<void>
  ticketTypes(id: string, call?: Call): Promise<TicketType[]>
  /** Whether hosts are asked before this kind of ticket lets somebody in. */
  requireApproval(ticketType: string, isRequired: boolean, call?: Call): Promise<void>
  listGuests(event: string, cursor?: string | null, call?: Call): Promise<Page<Entry>>
  /** One guest by id (gst-…), key or address. */
  getGuest(event: string, guest: string, call?: Call): Promise<LumaGuest>
  updateGuestStatus(
    event: string,
    guest: string,
    status: GuestStatus,
    notice?: Notice,
    call?: Call,
  ): Promise<void>
}

const TIMEOUT_MS = 10_000
const MOST_BYTES = 5_000_000
/** How long a call waits for its turn; beyond that its job goes back to the queue. */
const PATIENCE_MS = 4_000

/** Speaks to Luma's public API. LUMA_API_BASE points elsewhere, for tests and the sandbox. */
export function createLuma(
  env: Env,
  pace: Pace,
  now: () => Date = () => new Date(),
  timeoutMs = TIMEOUT_MS,
): LumaClient {
  const base = optional(env, 'LUMA_API_BASE') ?? 'https://public-api.luma.com'

  async function takeTurn({ urgency = 'interactive', signal }: Call): Promise<void> {
    let waited = 0
    for (;;) {
      const seconds = await pace.turn(urgency)
      if (seconds <= 0) return
      const ms = Math.ceil(seconds * 1000)
      if (waited + ms > PATIENCE_MS) {
        throw new LumaError('retry', 429, 'Our calls of this minute are used up', {
          retryAfter: seconds,
        })
      }
      waited += ms
      signal?.throwIfAborted()
      await new Promise((done) => setTimeout(done, ms))
    }
  }

  async function send<S extends z.ZodType>(
    path: string,
    init: RequestInit,
    schema: S,
    call: Call = {},
  ): Promise<z.output<S>> {
    const key = optional(env, 'LUMA_API_KEY')
    if (!key) throw new LumaError('misconfigured', 0, 'The setting LUMA_API_KEY is missing')
    await takeTurn(call)
    const ends = AbortSignal.timeout(timeoutMs)
    let status: number
    let headers: Headers
    let text: string
    try {
      const response = await fetch(new URL(path, base), {
        ...init,
        headers: {
          accept: 'application/json',
          'x-luma-api-key': key,
          ...(init.body ? { 'content-type': 'application/json' } : {}),
        },
        signal: call.signal ? AbortSignal.any([call.signal, ends]) : ends,
      })
      ;({ status, headers } = response)
      text = await response.text()
    } catch (error) {
      throw new LumaError('retry', 0, 'No usable answer', { cause: error })
    }
    if (status < 200 || status > 299) {
      const failure = lumaFailure(status, headers, text, now())
      if (status === 429) await pace.blocked(failure.retryAfter ?? 60)
      throw failure
    }
    const parsed = schema.safeParse(json(text))
    if (parsed.success) return parsed.data
    // Whatever was asked may have been done: as good as no answer.
    throw new LumaError('retry', 0, 'An answer of an unknown shape', { cause: parsed.error })
  }

  const get = <S extends z.ZodType>(
    path: string,
    query: Record<string, string | null | undefined>,
    schema: S,
    call?: Call,
  ) => {
    const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
    return send(`${path}?${new URLSearchParams(given)}`, { method: 'GET' }, schema, call)
  }
  const post = <S extends z.ZodType>(path: string, body: object, schema: S, call?: Call) =>
    send(path, { method: 'POST', body: JSON.stringify(body) }, schema, call)

  return {
    createEvent: async (body, call) =>
      (await post('/v1/events/create', body, shapes.created, call)).id,
    updateEvent: async (id, change, call) => {
      await post('/v1/events/update', { event_id: id, ...change }, shapes.empty, call)
    },
    getEvent: (id, call) => get('/v1/events/get', { event_id: id }, shapes.lumaEvent, call),
    listEvents: async ({ after, before, cursor }, call) =>
      page(
        await get(
          '/v1/calendars/events/list',
          {
            after,
            before,
            pagination_cursor: cursor,
            sort_column: 'start_at',
            sort_direction: 'asc',
          },
          shapes.list,
          call,
        ),
      ),
    requestCancel: async (id, call) => {
      const answer = await post(
        '/v1/events/cancel/request',
        { event_id: id },
        shapes.cancellation,
        call,
      )
      return {
        token: answer.cancellation_token,
        isPaid: answer.is_paid,
        guests: answer.guest_count,
      }
    },
    cancel: async (id, token, shouldRefund, call) => {
      const body = { event_id: id, cancellation_token: token, should_refund: shouldRefund }
      await post('/v1/events/cancel', body, shapes.empty, call)
    },
    ticketTypes: async (id, call) =>
      (await get('/v1/events/ticket-types/list', { event_id: id }, shapes.ticketTypes, call))
        .entries,
    requireApproval: async (id, isRequired, call) => {
      const body = { event_ticket_type_id: id, require_approval: isRequired }
      await post('/v1/events/ticket-types/update', body, shapes.ticketType, call)
    },
    listGuests: async (event, cursor, call) =>
      page(
        await get(
          '/v1/events/guests/list',
          { event_id: event, pagination_cursor: cursor, pagination_limit: '100' },
          shapes.list,
          call,
        ),
      ),
    getGuest: (event, guest, call) =>
      get('/v1/events/guests/get', { event_id: event, id: guest }, shapes.lumaGuest, call),
    updateGuestStatus: async (event, guest, status, notice = {}, call) => {
      const body = {
        event_id: event,
        guest_id: guest,
        status,
        send_email: notice.sendEmail,
        message: notice.message,
        should_refund: notice.shouldRefund,
      }
      await post('/v1/events/guests/update-status', body, shapes.empty, call)
    },
  }
}

/** A cursor may still be given on the last page: has_more is what counts. */
function page<T>(answer: {
  entries: T[]
  has_more: boolean
  next_cursor?: string | null | undefined
}): Page<T> {
  return { entries: answer.entries, cursor: answer.has_more ? (answer.next_cursor ?? null) : null }
}

function json(text: string): unknown {
  if (text.length > MOST_BYTES) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
