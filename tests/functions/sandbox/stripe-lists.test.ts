import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, sdkFor, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
  await sandbox.act('bulk', { subscriptions: 25, prefix: 'page' })
})
afterAll(() => sandbox.close())

test('a list gives ten of the newest, and says that there are more', async () => {
  const first = await sandbox.stripe.customers.list()
  expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' })
  expect(first.data).toHaveLength(10)
  expect(first.data[0]?.email).toBe('page25@example.com')
})

test('cursors go on after one and back before one', async () => {
  const all = await sandbox.stripe.customers.list({ limit: 100 })
  expect(all.has_more).toBe(false)
  const third = all.data[2]!.id
  const after = await sandbox.stripe.customers.list({ limit: 2, starting_after: third })
  expect(after.data.map((c) => c.id)).toEqual([all.data[3]!.id, all.data[4]!.id])
  const before = await sandbox.stripe.customers.list({ limit: 1, ending_before: third })
  expect(before.data.map((c) => c.id)).toEqual([all.data[1]!.id])
  expect(before.has_more).toBe(true)
})

test('the SDK walks every page by itself', async () => {
  const seen = new Set<string>()
  for await (const s of sandbox.stripe.subscriptions.list({ limit: 7, status: 'all' }))
    seen.add(s.id)
  expect(seen.size).toBe(25)
})

test('limits and cursors that make no sense are refused', async () => {
  const none = sandbox.stripe.customers.list({ limit: 0 })
  await expect(none).rejects.toMatchObject({ statusCode: 400, param: 'limit' })
  const unknown = sandbox.stripe.customers.list({ starting_after: 'cus_nobody' })
  await expect(unknown).rejects.toMatchObject({ code: 'resource_missing', param: 'starting_after' })
})

test('customers are found by their exact address, and there may be several', async () => {
  await sandbox.stripe.customers.create({ email: 'twice@example.org' })
  await sandbox.stripe.customers.create({ email: 'twice@example.org' })
  expect((await sandbox.stripe.customers.list({ email: 'twice@example.org' })).data).toHaveLength(2)
  expect((await sandbox.stripe.customers.list({ email: 'Twice@example.org' })).data).toHaveLength(0)
})

test('the community’s prices are there under their fixed ids and lookup keys', async () => {
  const { data } = await sandbox.stripe.prices.list({ lookup_keys: ['monthly', 'donor_annual'] })
  expect(data.map((p) => [p.id, p.unit_amount, p.recurring?.interval]).sort()).toEqual([
    ['price_donor_annual', 25_000, 'year'],
    ['price_monthly', 1_000, 'month'],
  ])
  const donations = await sandbox.stripe.prices.list({ product: 'prod_donation' })
  expect(donations.data.map((p) => p.unit_amount).sort()).toEqual([1_000, 2_500, 5_000])
})

test('a new price can take over a lookup key', async () => {
  const price = await sandbox.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1_200,
    recurring: { interval: 'month' },
    product: 'prod_monthly',
    lookup_key: 'monthly',
    transfer_lookup_key: true,
  })
  const { data } = await sandbox.stripe.prices.list({ lookup_keys: ['monthly'] })
  expect(data.map((p) => p.id)).toEqual([price.id])
})

test('events are kept for 30 days and filtered by type and time', async () => {
  const { data } = await sandbox.stripe.events.list({ types: ['customer.created'], limit: 3 })
  expect(data.map((e) => e.type)).toEqual(Array(3).fill('customer.created'))
  const created = data[0]!.created
  const wild = await sandbox.stripe.events.list({
    type: 'invoice.*',
    created: { gte: created - 3_600 },
  })
  expect(wild.data.every((e) => e.type.startsWith('invoice.'))).toBe(true)
  expect(wild.data.length).toBeGreaterThan(0)
  await sandbox.advanceDays(30.1)
  expect((await sandbox.stripe.events.list({ type: 'customer.created' })).data).toEqual([])
  await expect(sandbox.stripe.events.retrieve(data[0]!.id)).rejects.toMatchObject({
    statusCode: 404,
  })
})

test('a missing or wrong key is 401, and the key is not repeated in full', async () => {
  const wrong = sdkFor(sandbox.url, 'sk_test_somebody_elses_key').balance.retrieve()
  await expect(wrong).rejects.toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 })
  await expect(wrong).rejects.not.toThrow('sk_test_somebody_elses_key')
  const none = await fetch(`${sandbox.url}/v1/balance`)
  expect(none.status).toBe(401)
})

test('an unknown object, address or parameter is refused in Stripe’s words', async () => {
  const object = sandbox.stripe.subscriptions.retrieve('sub_nobody')
  await expect(object).rejects.toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    param: 'id',
  })
  const headers = { authorization: 'Bearer sk_test_sandbox' }
  const address = await fetch(`${sandbox.url}/v1/nothing`, { headers })
  expect(address.status).toBe(404)
  const old = await fetch(`${sandbox.url}/v1/checkout/sessions`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ mode: 'payment', 'payment_method_types[]': 'card' }),
  })
  expect(await old.json()).toMatchObject({
    error: { code: 'parameter_unknown', param: 'payment_method_types' },
  })
  expect(old.headers.get('request-id')).toMatch(/^req_/)
})

test('brackets nest, with and without indexes, and an empty value removes a key', async () => {
  const customer = await sandbox.stripe.customers.create({ metadata: { a: '1', 0: 'zero' } })
  expect(customer.metadata).toEqual({ a: '1', 0: 'zero' })
  const fewer = await sandbox.stripe.customers.update(customer.id, { metadata: { a: '' } })
  expect(fewer.metadata).toEqual({ 0: 'zero' })
  const response = await fetch(
    `${sandbox.url}/v1/prices?lookup_keys[]=annual&expand[]=data.product`,
    {
      headers: { authorization: 'Bearer sk_test_sandbox' },
    },
  )
  expect(await response.json()).toMatchObject({ data: [{ product: { id: 'prod_annual' } }] })
})
