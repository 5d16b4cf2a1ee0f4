import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Platform } from '../../functions/_shared/platform.ts'
import { connect } from '../../functions/_shared/sql.ts'
import { createApp } from '../../functions/memberships/app.ts'
import { eventOf, fresh, signed, subscription } from '../functions/support/events.ts'
import { type House, openHouse } from '../functions/support/house.ts'
import { act, ask, join, memberOf, receive } from '../functions/support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(() => house.stripe.faults.clear())

const someone = () => `${fresh('someone')}@example.org`
const from = () => ({ 'x-forwarded-for': fresh('10') })
const deliveries = (mode: string) => act(house.stripe.url, 'stripe/deliveries', { mode })

describe('Stripe’s webhooks, however they arrive', () => {
  it.each(['duplicate', 'reorder', 'shuffle'])('%s: she ends as what Stripe says', async (mode) => {
    await deliveries(mode)
    const email = someone()
    await join(house, { email })
    await house.advance(0.001)
    await house.work()
    await deliveries('normal')
    expect(await memberOf(house, email)).toMatchObject({ status: 'active', is_entitled: true })
    const rows = await house.sql`
      select count(*)::int as members from public.member_emails where email = ${email}`
    expect(rows[0]?.members).toBe(1)
  })

  it.each(['wrong', 'stale', 'future', 'none'])(
    'forged (%s): 400, and nothing changes',
    async (signature) => {
      const email = someone()
      const { customer, subscription: id } = await join(house, { email })
      const object = subscription({ id, customer, status: 'canceled', more: { ended_at: 1 } })
      const wish = { signature, type: 'customer.subscription.deleted', object }
      expect(await act(house.stripe.url, 'stripe/forge', wish)).toMatchObject({ status: 400 })
      expect(await memberOf(house, email)).toMatchObject({ status: 'active', is_entitled: true })
      // The same body, rightly signed, would have ended it.
      const genuine = await act(house.stripe.url, 'stripe/forge', { ...wish, signature: 'right' })
      expect(genuine).toMatchObject({ status: 200 })
      expect((await memberOf(house, email)).status).toBe('canceled')
    },
  )

  it('while the database is away: 503, and applied when Stripe sends it again', async () => {
    const away = connect(() => 'postgresql://postgres@127.0.0.1:1/postgres', 1)
    const platform: Platform = {
      env: (name) => house.env[name],
      log: house.log,
      now: () => new Date(),
      randomId: () => 'fixed',
      waitUntil: (work) => void work,
    }
    const doors = createApp({
      ...platform,
      sql: () => away,
      stripe: () => house.stripeClient,
      askAuth: () => async () => null,
      drain: async () => {},
    })
    const id = fresh('sub')
    const event = eventOf(
      'customer.subscription.created',
      subscription({ id, customer: fresh('cus') }),
    )
    const body = JSON.stringify(event)
    const headers = await signed(body)
    const answer = await doors.request('/memberships/stripe-webhook', {
      method: 'POST',
      body,
      headers,
    })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect((await answer.json()).error.message).toBe('The database does not answer')
    await away.end()
    expect(await receive(house, event)).toBe('applied')
  })
})

describe('Checkout while Stripe misbehaves', () => {
  it.each(['server_error', 'timeout_before', 'timeout_after', 'slow_drip', 'garbage'] as const)(
    '%s: 503 that says to try again',
    async (kind) => {
      house.stripe.faults.add({ kind, times: 1 })
      const { status, body } = await ask(house, 'checkout', { tier: 'monthly' }, from())
      expect(status).toBe(503)
      expect(body.error).toEqual({
        message: 'The payment provider does not answer',
        remedy: 'Try again in a minute.',
      })
      expect((await ask(house, 'checkout', { tier: 'monthly' }, from())).status).toBe(200)
    },
  )

  it('passes on how long Stripe wants us to wait', async () => {
    house.stripe.faults.add({ kind: 'rate_limit', times: 1, retryAfter: 7 })
    const { status, headers } = await ask(house, 'checkout', { tier: 'monthly' }, from())
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('7')
  })

  it('opens one session when the answer was lost and the buyer clicks again', async () => {
    const email = someone()
    const headers = { 'idempotency-key': fresh('click'), ...from() }
    house.stripe.faults.add({ kind: 'timeout_after', times: 1 })
    expect((await ask(house, 'checkout', { tier: 'monthly', email }, headers)).status).toBe(503)
    expect((await ask(house, 'checkout', { tier: 'monthly', email }, headers)).status).toBe(200)
    const sessions = [...house.stripe.world.sessions.values()]
    expect(sessions.filter((session) => session.customer_email === email)).toHaveLength(1)
  })

  it('never tells the buyer what Stripe said', async () => {
    await house.sql`update public.stripe_prices set price_id = 'price_gone' where price_id = 'price_annual'`
    const { status, body } = await ask(house, 'checkout', { tier: 'annual' }, from())
    await house.sql`update public.stripe_prices set price_id = 'price_annual' where price_id = 'price_gone'`
    expect(status).toBe(502)
    expect(JSON.stringify(body)).not.toContain('price_gone')
  })
})

describe('A job while Stripe misbehaves', () => {
  const refresh = async (id: string) => {
    const args = house.sql.json({ subscription_id: id })
    const [job] = await house.sql`
      select jobs.enqueue('memberships', 'refresh_subscription', ${args}) as id`
    return job!.id
  }
  const outcomes = async (job: string) =>
    (
      await house.sql`select outcome, note from jobs.attempts where job = ${job} order by started_at, attempt`
    ).map(({ outcome }) => outcome)

  it.each(['server_error', 'timeout_before', 'slow_drip', 'garbage'] as const)(
    '%s: tried again until it works',
    async (kind) => {
      const { subscription: id } = await join(house, { email: someone() })
      house.stripe.faults.add({ kind, times: 2, path: `subscriptions/${id}` })
      const job = await refresh(id)
      await house.advance(0.001)
      await house.work()
      expect(await outcomes(job)).toEqual(['retry', 'retry', 'completed'])
    },
  )

  it('waits as long as Stripe asks, which counts as no failure', async () => {
    const { subscription: id } = await join(house, { email: someone() })
    house.stripe.faults.add({ kind: 'rate_limit', times: 1, retryAfter: 40, path: id })
    const job = await refresh(id)
    const [{ began } = { began: '' }] = await house.sql`select private.clock()::text as began`
    await house.workers.memberships.drain()
    const [waiting] = await house.sql`
      select waiting_for, run_at >= ${began}::text::timestamptz + interval '40 seconds' as long
        from jobs.delayed where job = ${job}`
    expect(waiting).toEqual({ waiting_for: 'provider', long: true })
    await house.advance(0.001)
    await house.work()
    expect(await outcomes(job)).toEqual(['deferred', 'completed'])
  })

  it('is put before the admins at once when our key is wrong', async () => {
    const { subscription: id } = await join(house, { email: someone() })
    const { subscription: ask } = house.stripeClient
    house.stripe.faults.clear()
    const { createStripe } = await import('../../functions/_shared/providers/stripe.ts')
    const env = { ...house.env, STRIPE_SECRET_KEY: 'sk_test_wrong' } as Record<string, string>
    house.stripeClient.subscription = createStripe(
      (name) => env[name],
      () => new Date(),
    ).subscription
    const job = await refresh(id)
    await house.work()
    house.stripeClient.subscription = ask
    const [dead] = await house.sql`select reason, last_error from jobs.dead where job = ${job}`
    expect(dead?.reason).toBe('misconfigured')
    expect(dead?.last_error).not.toContain('sk_test')
    await house.sql`select admin.replay_job(${job}::bigint)`
    await house.advance(0.001)
    await house.work()
    expect((await outcomes(job)).at(-1)).toBe('completed')
  })
})
