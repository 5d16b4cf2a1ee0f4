/**
 * Registers our webhook at Luma, or finds it, and prints the secret that signs it.
 *   LUMA_API_KEY=… node_modules/.bin/node scripts/luma-webhook.ts <address of events/luma-webhook> [--renew]
 * `--renew` makes a new one, with a new secret, and then deletes the old.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'

const webhook = z.looseObject({
  id: z.string(),
  url: z.string(),
  status: z.string(),
  event_types: z.array(z.string()),
  secret: z.string(),
})
const page = z.object({
  entries: z.array(webhook),
  has_more: z.boolean(),
  next_cursor: z.string().nullish(),
})

/** What the room acts on. */
const types = [
  'event.created',
  'event.updated',
  'event.canceled',
  'calendar.event.added',
  'guest.registered',
  'guest.updated',
  'ticket.registered',
]

export interface Registered {
  secret: string
  outcome: 'made' | 'found' | 'mended' | 'renewed'
}

/** Sees to it that Luma has one active webhook to this address, with the types that we act on. */
export async function registerWebhook(
  env: (name: string) => string | undefined,
  url: string,
  renew: boolean,
): Promise<Registered> {
  const key = env('LUMA_API_KEY')
  if (!key) throw new Error('LUMA_API_KEY is missing.')
  const base = env('LUMA_API_BASE') || 'https://public-api.luma.com'
  const call = async <S extends z.ZodType>(path: string, schema: S, body?: object) => {
    const response = await fetch(new URL(path, base), {
      method: body ? 'POST' : 'GET',
      headers: { 'x-luma-api-key': key, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`Luma answered ${response.status} to ${path}: ${text}`)
    return schema.parse(JSON.parse(text))
  }

  let known: z.output<typeof webhook> | undefined
  let cursor: string | null | undefined = ''
  while (!known && cursor !== undefined) {
    const query: string = cursor ? `?pagination_cursor=${encodeURIComponent(cursor)}` : ''
    const found: z.output<typeof page> = await call(`/v1/webhooks/list${query}`, page)
    known = found.entries.find((one) => one.url === url)
    cursor = found.has_more ? (found.next_cursor ?? undefined) : undefined
  }
  if (known && !renew) {
    const hears = (type: string) =>
      known.event_types.includes('*') || known.event_types.includes(type)
    if (known.status === 'active' && types.every(hears)) {
      return { secret: known.secret, outcome: 'found' }
    }
    const change = { id: known.id, event_types: types, status: 'active' }
    const mended = await call('/v2/webhooks/update', webhook, change)
    return { secret: mended.secret, outcome: 'mended' }
  }
  const made = await call('/v2/webhooks/create', webhook, { url, event_types: types })
  if (known) await call('/v1/webhooks/delete', z.looseObject({}), { id: known.id })
  return { secret: made.secret, outcome: known ? 'renewed' : 'made' }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { renew: { type: 'boolean', default: false } },
  })
  const [url] = positionals
  if (!url || !URL.canParse(url)) {
    console.error(
      'Say where the webhook goes: https://<ref>.supabase.co/functions/v1/events/luma-webhook',
    )
    process.exit(1)
  }
  const { secret, outcome } = await registerWebhook((name) => process.env[name], url, values.renew)
  console.log(`The webhook to ${url} was ${outcome}.`)
  console.log(`LUMA_WEBHOOK_SECRET=${secret}`)
}
