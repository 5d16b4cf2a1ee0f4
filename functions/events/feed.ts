import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { z } from 'zod'
import { required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { sha256 } from '../_shared/secrets.ts'
import type { DoorDeps } from './deps.ts'

const moment = z.string().transform((text) => new Date(text))

const feedEvents = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    place: z.string(),
    starts_at: moment,
    ends_at: moment,
    state: z.enum(['published', 'canceled']),
    standing: z.string(),
    revision: z.number(),
    created_at: moment,
    updated_at: moment,
  }),
)
type FeedEvents = z.infer<typeof feedEvents>

/** Letters of a description that a calendar gets; the page has all of it. */
const LONGEST = 1000
/** The secret part of an address: 32 random bytes in base64url. */
const ADDRESS = /^([\w-]{43})\.ics$/

/**
 * A member's own events for her calendar program, at an address that only she knows. A wrong address, one that was
 * taken back and one of somebody who is gone are answered alike.
 */
export async function feed(c: Ctx, deps: DoorDeps): Promise<Response> {
  const site = required(deps.env, 'SITE_URL')
  const token = ADDRESS.exec(c.req.param('file') ?? '')?.[1]
  const sql = deps.sql()
  const [row] = token
    ? await sql<{ events: unknown }[]>`
        select private.read_calendar_feed(${token}, private.clock()) as events`
    : []
  if (!row?.events) throw new Refusal(404, 'There is no calendar at this address')
  const body = calendarOf(feedEvents.parse(row.events), new URL(site))
  const headers = {
    etag: `"${sha256(body).slice(0, 32)}"`,
    // Asked again each time, so that an address that was taken back is of no use from then on.
    'cache-control': 'private, no-cache',
    'x-robots-tag': 'noindex',
  }
  if (matches(c.req.header('if-none-match'), headers.etag)) return c.body(null, 304, headers)
  return c.body(body, 200, {
    ...headers,
    'content-type': 'text/calendar; charset=utf-8',
    'content-disposition': 'inline; filename="calendar.ics"',
    'referrer-policy': 'no-referrer',
  })
}

/** Whether the reader has this version already. A gateway may have weakened the tag on its way. */
function matches(given: string | undefined, etag: string): boolean {
  const held = (given ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return held.includes(etag) || held.includes('*')
}

/** What a calendar program shows. Nothing in it depends on when it is asked, so that its tag stands for its content. */
function calendarOf(events: FeedEvents, site: URL): string {
  const calendar = ical({
    name: `My events at ${site.host}`,
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: site.host, product: 'Commons' },
    url: new URL('/calendar/', site).href,
    ttl: 60 * 60,
  })
  for (const event of events) {
    const page = new URL(`/calendar/event/?id=${event.id}`, site).href
    calendar.createEvent({
      id: `${event.id}@${site.hostname}`,
      sequence: event.revision,
      stamp: event.updated_at,
      created: event.created_at,
      lastModified: event.updated_at,
      start: event.starts_at,
      end: event.ends_at,
      summary: event.title,
      description: `${opening(event.description)}\n\n${page}`.trim(),
      location: event.place || null,
      url: page,
      status: statusOf(event),
    })
  }
  return calendar.toString()
}

function statusOf({ state, standing }: FeedEvents[number]): ICalEventStatus {
  if (state === 'canceled') return ICalEventStatus.CANCELLED
  return standing === 'pending' ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED
}

/** The beginning of a description: whole characters, so that no half of one stands at its end. */
function opening(text: string): string {
  const letters = [...text.trim()]
  return letters.length <= LONGEST ? letters.join('') : `${letters.slice(0, LONGEST).join('')} …`
}
