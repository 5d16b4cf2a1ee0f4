import { z } from 'zod'
import { parseJson, readBytes } from '../_shared/body.ts'
import { optional, required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { isLiveKey } from '../_shared/providers/stripe.ts'
import { complaints, verifySignature } from '../_shared/signature.ts'
import { isSqlError, type Sql } from '../_shared/sql.ts'
import type { DoorDeps } from './deps.ts'

const LIMIT = 1024 * 1024

/** What every event has. Anything else in it is the database's business. */
const stripeEvent = z.looseObject({
  id: z.string().min(1),
  object: z.literal('event'),
  type: z.string().min(1),
  created: z.int().nonnegative(),
  livemode: z.boolean(),
  data: z.looseObject({ object: z.looseObject({}) }),
})

/**
 * Takes one event of Stripe: verified over the raw bytes, then stored, applied and followed up by one
 * SQL call. A duplicate is fine. Anything that is not the sender's mistake is a 5xx, so that Stripe sends it again.
 */
export async function stripeWebhook(c: Ctx, deps: DoorDeps): Promise<Response> {
  const secrets = [required(deps.env, 'STRIPE_WEBHOOK_SECRET')]
  const previous = optional(deps.env, 'STRIPE_WEBHOOK_SECRET_PREVIOUS')
  if (previous) secrets.push(previous)
  const livemode = isLiveKey(required(deps.env, 'STRIPE_SECRET_KEY'))

  const bytes = await readBytes(c.req.raw, LIMIT)
  if (bytes.length === 0) throw new Refusal(400, 'The body is empty')
  const header = c.req.header('stripe-signature')
  const verdict = await verifySignature(bytes, header, secrets, deps.now())
  if (verdict !== 'valid') throw new Refusal(400, complaints[verdict])

  const body = new TextDecoder().decode(bytes)
  const event = parseJson(body, stripeEvent, 400)
  const state = await receive(deps.sql(), body, event, livemode)
  // From here on everything that this event causes carries its id.
  const log = c.get('log').child({ correlation_id: event.id, request_id: c.get('correlationId') })
  log.info('stripe.event', { type: event.type, state })
  return c.json({ received: true, state })
}

/** The one call. The body goes as it came: Postgres parses it once. */
async function receive(sql: Sql, body: string, event: unknown, livemode: boolean): Promise<string> {
  try {
    return await store(sql, body, livemode)
  } catch (error) {
    if (!isSqlError(error)) throw error
    if (error.code === 'CM002') return 'duplicate'
    // jsonb holds no NUL and no half of a surrogate pair. Losing that character beats losing the event.
    if (error.code === '22P05' || error.code === '22P02') {
      return await store(sql, JSON.stringify(event, storable), livemode)
    }
    throw error
  }
}

async function store(sql: Sql, body: string, livemode: boolean): Promise<string> {
  const [row] = await sql<{ state: string }[]>`
    select private.receive_stripe_event(${body}::text::jsonb, ${livemode}) as state`
  return row!.state
}

const storable = (_key: string, value: unknown) =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value
