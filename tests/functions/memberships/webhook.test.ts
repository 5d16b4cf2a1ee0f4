import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventOf, fresh, signed, subscription } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const PATH = '/memberships/stripe-webhook'
const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  house.memberships.request(PATH, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

/** Sends an event as Stripe would; answers the status and the body. */
async function send(event: object, secret?: string, at?: Date) {
  const body = JSON.stringify(event)
  const response = await post(body, await signed(body, secret, at))
  return { status: response.status, body: await response.json() }
}

const stored = async (id: string) => {
  const [row] =
    await house.sql`select state, note from private.stripe_events where event_id = ${id}`
  return row
}

const bare = () => {
  const id = fresh('sub')
  return eventOf('customer.subscription.created', subscription({ id, customer: fresh('cus') }))
}

describe('What the webhook refuses', () => {
  it.each([
    ['an empty body', '', {}, 'empty'],
    ['no signature', '{}', {}, 'missing'],
    ['a signature that is none', '{}', { 'stripe-signature': 'hello' }, 'form'],
  ])('%s with 400', async (_, body, headers, words) => {
    const response = await post(body, headers as Record<string, string>)
    expect(response.status).toBe(400)
    expect((await response.json()).error.message).toContain(words)
  })

  it('a forged, a stale and a future signature with 400, and keeps nothing', async () => {
    const event = bare()
    const forged = await send(event, 'whsec_someone_else')
    const stale = await send(event, undefined, new Date(Date.now() - 301_000))
    // How far ahead is too far, to the second, is told by signature.test.ts; here the machine may be slow.
    const future = await send(event, undefined, new Date(Date.now() + 600_000))
    expect([forged.status, stale.status, future.status]).toEqual([400, 400, 400])
    expect(forged.body.error.message).toContain('does not fit')
    expect(stale.body.error.message).toContain('old')
    expect(future.body.error.message).toContain('future')
    expect(await stored(event.id)).toBeUndefined()
  })

  it('a signed body that is no event with 400, naming the field', async () => {
    const event = bare()
    const { data: _, ...headless } = event
    expect((await send(headless)).body.error).toMatchObject({ field: 'data' })
    expect((await send({ ...event, created: 'today' })).body.error).toMatchObject({
      field: 'created',
    })
    expect((await send({ ...event, object: 'charge' })).body.error).toMatchObject({
      field: 'object',
    })
    expect(await send([])).toMatchObject({ status: 400 })
    const text = 'not json'
    expect((await post(text, await signed(text))).status).toBe(400)
  })

  it('more than 1 MB with 413, whether or not the length is said', async () => {
    const large = 'x'.repeat(1024 * 1024 + 1)
    expect((await post(large, { 'content-length': String(large.length) })).status).toBe(413)
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    expect((await post(endless)).status).toBe(413)
    expect(sent).toBeLessThan(2 * 1024 * 1024)
  })

  it('everything with 503 and a named log line while the secret is missing', async () => {
    const { STRIPE_WEBHOOK_SECRET } = house.env
    house.env.STRIPE_WEBHOOK_SECRET = ' '
    try {
      const event = bare()
      expect((await send(event, '')).status).toBe(503)
      const line = house.lines.map((text) => JSON.parse(text)).at(-1)
      expect(line).toMatchObject({
        event: 'configuration.missing',
        setting: 'STRIPE_WEBHOOK_SECRET',
      })
    } finally {
      house.env.STRIPE_WEBHOOK_SECRET = STRIPE_WEBHOOK_SECRET
    }
  })

  it('another method with 405, and another address with 404', async () => {
    const response = await house.memberships.request(PATH)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
    expect((await house.memberships.request('/memberships/elsewhere')).status).toBe(404)
  })
})

describe('What the webhook takes', () => {
  it('an event once, however often it is sent', async () => {
    const event = bare()
    expect(await send(event)).toEqual({ status: 200, body: { received: true, state: 'applied' } })
    expect(await send(event)).toEqual({ status: 200, body: { received: true, state: 'duplicate' } })
  })

  it('the same event ten times at the same moment', async () => {
    const event = bare()
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(event)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(answers.filter(({ body }) => body.state === 'applied')).toHaveLength(1)
    expect(answers.filter(({ body }) => body.state === 'duplicate')).toHaveLength(9)
  })

  it('an unknown type: stored and ignored with a note', async () => {
    const event = eventOf('customer.created')
    expect((await send(event)).body.state).toBe('ignored')
    expect(await stored(event.id)).toEqual({
      state: 'ignored',
      note: 'Commons does not act on customer.created',
    })
  })

  it('both secrets while one is rotated, and the old one no longer after', async () => {
    house.env.STRIPE_WEBHOOK_SECRET_PREVIOUS = 'whsec_before'
    expect((await send(bare(), 'whsec_before')).status).toBe(200)
    expect((await send(bare())).status).toBe(200)
    delete house.env.STRIPE_WEBHOOK_SECRET_PREVIOUS
    expect((await send(bare(), 'whsec_before')).status).toBe(400)
  })

  it('a live event at a test site into quarantine, and the reverse', async () => {
    const live = { ...bare(), livemode: true }
    expect((await send(live)).body.state).toBe('quarantined')
    expect((await stored(live.id))?.note).toBe('A live event reached a test site')

    const key = house.env.STRIPE_SECRET_KEY
    house.env.STRIPE_SECRET_KEY = 'sk_live_x'
    const test = bare()
    expect((await send(test)).body.state).toBe('quarantined')
    house.env.STRIPE_SECRET_KEY = key
    const sub = (test.data.object as { id: string }).id
    expect(
      await house.sql`select from public.subscriptions where subscription_id = ${sub}`,
    ).toEqual([])
  })

  it('what was quarantined by a wrong key, once the key is right and an admin replays it', async () => {
    const key = house.env.STRIPE_SECRET_KEY
    house.env.STRIPE_SECRET_KEY = 'sk_live_x'
    const event = bare()
    expect((await send(event)).body.state).toBe('quarantined')
    const replay = async () =>
      (await house.sql`select admin.replay_event(${event.id}) as state`)[0]!.state
    expect(await replay()).toBe('quarantined')
    house.env.STRIPE_SECRET_KEY = key
    expect((await send(event)).body.state).toBe('duplicate')
    expect(await replay()).toBe('applied')
    const sub = (event.data.object as { id: string }).id
    expect(
      await house.sql`select status from public.subscriptions where subscription_id = ${sub}`,
    ).toEqual([{ status: 'active' }])
  })

  it('a text that Postgres cannot hold, losing no more than that character', async () => {
    const event = bare()
    Object.assign(event.data.object, { description: 'a\0b' })
    expect((await send(event)).body.state).toBe('applied')
    const [row] = await house.sql`
      select payload #>> '{data,object,description}' as text from private.stripe_events
       where event_id = ${event.id}`
    expect(row?.text).toBe('a\ufffdb')
  })

  it('and writes one log line an event, whose correlation id is the event’s', async () => {
    const event = bare()
    await send(event)
    expect(JSON.parse(house.lines.at(-1)!)).toMatchObject({
      event: 'stripe.event',
      correlation_id: event.id,
      type: event.type,
      state: 'applied',
    })
    const [job] = await house.sql`
      select message ->> 'correlation_id' as id from jobs.delayed
       where message #>> '{args,customer_id}' = ${String(event.data.object.customer)}`
    expect(job?.id).toBe(event.id)
  })

  it('the correlation id of the request, and answers with it', async () => {
    const own = crypto.randomUUID()
    const response = await post('', { 'x-correlation-id': own })
    expect(response.headers.get('x-correlation-id')).toBe(own)
    // Neither a name, nor an id that we give ourselves.
    for (const given of ['not one\tat all', 'ada-park', 'evt_1', 'erasure-1']) {
      const other = await post('', { 'x-correlation-id': given })
      expect(other.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })
})
