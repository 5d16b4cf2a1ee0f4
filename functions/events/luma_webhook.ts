import { z } from 'zod'
import { parseJson, readBytes } from '../_shared/body.ts'
import { optional, required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { sha256 } from '../_shared/secrets.ts'
import { complaints, type Verdict, verifySignature } from '../_shared/signature.ts'
import { isSqlError, type Sql } from '../_shared/sql.ts'
import { verifyStandardSignature } from '../_shared/standard_signature.ts'
import type { DoorDeps } from './deps.ts'

const LIMIT = 1024 * 1024

/** Luma sends a type and the thing itself, and nothing else. Anything in it is the database's business. */
const message = z.looseObject({ type: z.string().min(1).max(100), data: z.looseObject({}) })

/**
 * Takes one message of Luma: verified over the raw bytes, then stored, applied and followed up by one SQL call.
 * A duplicate is fine. Anything that is not the sender's mistake is a 5xx, so that Luma may send it again.
 */
export async function lumaWebhook(c: Ctx, deps: DoorDeps): Promise<Response> {
  const secrets = [required(deps.env, 'LUMA_WEBHOOK_SECRET')]
  const previous = optional(deps.env, 'LUMA_WEBHOOK_SECRET_PREVIOUS')
  if (previous) secrets.push(previous)

  const bytes = await readBytes(c.req.raw, LIMIT)
  if (bytes.length === 0) throw new Refusal(400, 'The body is empty')
  const verdict = await verify(c, bytes, secrets, deps.now())
  if (verdict !== 'valid') throw new Refusal(400, complaints[verdict])

  const { type, data } = parseJson(new TextDecoder().decode(bytes), message, 400)
  // Luma's own id is signed in one of the two forms only; a body without one is known by its hash.
  const given = c.req.header('webhook-id') ?? ''
  const id = /^[\w.:-]{1,120}$/.test(given) ? given : sha256(bytes)
  const state = await receive(deps.sql(), id, type, data)
  // From here on everything that this message causes carries its id.
  const log = c.get('log').child({ correlation_id: id, request_id: c.get('correlationId') })
  log.info('luma.webhook', { type, state })
  return c.json({ received: true, state })
}

/** Luma signs as Stripe does, under header names of Standard Webhooks: either form is accepted. */
function verify(c: Ctx, bytes: Uint8Array, secrets: string[], now: Date): Promise<Verdict> {
  const signature = c.req.header('webhook-signature')
  if (!signature?.trimStart().startsWith('v1,')) {
    return verifySignature(bytes, signature, secrets, now)
  }
  const id = c.req.header('webhook-id')
  const timestamp = c.req.header('webhook-timestamp')
  return verifyStandardSignature(bytes, { id, timestamp, signature }, secrets, now)
}

async function receive(sql: Sql, id: string, type: string, data: object): Promise<string> {
  try {
    const [row] = await sql<{ state: string }[]>`
      select private.receive_luma_webhook(${id}, ${type}, ${JSON.stringify(data, storable)}::text::jsonb) as state`
    return row!.state
  } catch (error) {
    if (isSqlError(error) && error.code === 'CM002') return 'duplicate'
    throw error
  }
}

/** jsonb holds no NUL and no half of a surrogate pair. Losing that character beats losing the message. */
const storable = (_key: string, value: unknown) =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value
