import { readBytes } from '../_shared/body.ts'
import { optional, required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { sameSecret, sha256 } from '../_shared/secrets.ts'
import { complaints, verifySignature } from '../_shared/signature.ts'
import type { DoorDeps } from './deps.ts'

const LIMIT = 1024 * 1024

/** A wrong secret looks like an address that does not exist. */
function checkPath(c: Ctx, deps: DoorDeps): void {
  const secret = required(deps.env, 'MAILCHIMP_WEBHOOK_PATH_SECRET')
  if (!sameSecret(c.req.param('secret') ?? '', secret)) {
    throw new Refusal(404, 'There is nothing at this address')
  }
}

/** Mailchimp asks for the address with GET before it accepts it as a webhook. */
export function probe(c: Ctx, deps: DoorDeps): Response {
  checkPath(c, deps)
  return c.json({ ready: true })
}

/** Takes one message of Mailchimp's webhook. It may only lower consent, which SQL sees to. */
export async function mailchimpWebhook(c: Ctx, deps: DoorDeps): Promise<Response> {
  checkPath(c, deps)
  const list = required(deps.env, 'MAILCHIMP_LIST_ID')
  const bytes = await readBytes(c.req.raw, LIMIT)
  if (bytes.length === 0) throw new Refusal(400, 'The body is empty')
  const secret = optional(deps.env, 'MAILCHIMP_WEBHOOK_SIGNING_SECRET')
  if (secret) {
    const header = c.req.header('x-mailchimp-signature')
    const verdict = await verifySignature(bytes, header, [secret], deps.now())
    if (verdict !== 'valid') throw new Refusal(400, complaints[verdict])
  }

  const { type, data } = readForm(new TextDecoder().decode(bytes))
  if (!type) throw new Refusal(400, 'type: is missing', { field: 'type' })
  if (data.list_id !== undefined && data.list_id !== list) {
    return c.json({ received: true, outcome: 'another audience' })
  }
  const sql = deps.sql()
  const [row] = await sql<{ outcome: string }[]>`
    select private.receive_mailchimp_event(${sha256(bytes)}, ${type}, ${sql.json(data as never)},
      ${c.get('correlationId')}) as outcome`
  const { outcome } = row!
  c.get('log').info('mailchimp.event', { type, outcome })
  return c.json({ received: true, outcome })
}

interface FormObject {
  [name: string]: string | FormObject
}

/** Reads `type=…&data[email]=…&data[merges][FNAME]=…` as an object. */
function readForm(body: string): { type: string; data: FormObject } {
  const form: FormObject = Object.create(null)
  for (const [key, value] of new URLSearchParams(body)) {
    const path = key.replaceAll(']', '').split('[')
    let place = form
    for (const name of path.slice(0, -1)) {
      const inner = place[name]
      const next: FormObject = typeof inner === 'object' ? inner : Object.create(null)
      place[name] = next
      place = next
    }
    // Postgres keeps no NUL in text.
    place[path.at(-1) ?? ''] = value.replaceAll('\0', '\ufffd')
  }
  const { type, data } = form
  return {
    type: typeof type === 'string' ? type : '',
    data: typeof data === 'object' ? data : {},
  }
}
