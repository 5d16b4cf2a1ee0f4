import { z } from 'zod'
import { parseJson, readBytes } from '../_shared/body.ts'
import { optional, required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import type { Verdict } from '../_shared/signature.ts'
import { verifySvix } from '../_shared/svix.ts'
import type { DoorDeps } from './deps.ts'

const LIMIT = 256 * 1024

/** What every event has. Anything else in it is the database's business. */
const event = z.looseObject({
  type: z.string().regex(/^[a-z_.]{1,60}$/),
  created_at: z.string(),
  data: z.looseObject({}),
})

const complaints: Record<Exclude<Verdict, 'valid'>, string> = {
  missing: 'The svix headers are missing',
  malformed: 'The signature header is not of the form v1,…',
  wrong: 'The signature does not fit this body',
  stale: 'The signature is more than 300 seconds old',
  future: 'The signature is more than 300 seconds in the future',
}

/**
 * Takes one event of Resend: verified over the raw bytes, then stored and applied by one SQL call. A duplicate is
 * fine. Anything that is not the sender's mistake is a 5xx, so that Resend sends it again.
 */
export async function resendWebhook(c: Ctx, deps: DoorDeps): Promise<Response> {
  const secrets = [required(deps.env, 'RESEND_WEBHOOK_SECRET')]
  const previous = optional(deps.env, 'RESEND_WEBHOOK_SECRET_PREVIOUS')
  if (previous) secrets.push(previous)

  const bytes = await readBytes(c.req.raw, LIMIT)
  if (bytes.length === 0) throw new Refusal(400, 'The body is empty')
  const id = c.req.header('svix-id')
  const headers = {
    id,
    timestamp: c.req.header('svix-timestamp'),
    signature: c.req.header('svix-signature'),
  }
  const verdict = await verifySvix(bytes, headers, secrets, deps.now())
  if (verdict !== 'valid' || !id) throw new Refusal(400, complaints[verdict as 'missing'])

  const read = parseJson(new TextDecoder().decode(bytes), event, 400)
  const happened = new Date(read.created_at)
  const at = Number.isNaN(happened.getTime()) ? deps.now() : happened
  const sql = deps.sql()
  // jsonb holds no NUL and no half of a surrogate pair. Losing that character beats losing the event.
  const payload = JSON.parse(JSON.stringify(read, storable))
  const [row] = await sql<{ outcome: string }[]>`
    select private.receive_resend_event(${id}, ${at}, ${sql.json(payload)}, ${c.get('correlationId')}) as outcome`
  const { outcome } = row!
  c.get('log').info('resend.event', { type: read.type, outcome, event: id })
  return c.json({ received: true, outcome })
}

const storable = (_key: string, value: unknown) =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value
