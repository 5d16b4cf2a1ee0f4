import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

/** Fay has everything about her deleted, here and elsewhere, and nothing brings her back. */
export async function fayIsForgotten(world: World, { chapter, say, expect }: Narrator) {
  chapter('Fay takes her data along and has her account deleted')
  const email = 'fay@example.org'
  const fay = await world.signIn(email)
  const [stripe] = await world.sql`
    select c.customer_id as customer, e.event_id as event
      from private.stripe_customers c
      join private.stripe_events e on e.payload -> 'data' -> 'object' ->> 'customer' = c.customer_id
     where c.email = ${email} and e.type = 'customer.subscription.created'`
  if (!stripe) throw new Error('Fay has no subscription')

  const held = await fay.client.rpc('my_data')
  expect(
    'Commons',
    'One request gives her everything that is held about her.',
    JSON.stringify(held.data).includes('Fay Lindqvist'),
  )
  const wrong = await fay.client.rpc('delete_my_account', { confirm: 'ada@example.org' })
  expect(
    'Commons',
    `With a wrong address nothing is deleted: ${wrong.status}.`,
    wrong.status === 422,
  )
  const done = await fay.client.rpc('delete_my_account', { confirm: email })
  expect(
    'Commons',
    'With her own address it is done in one request.',
    !done.error && !(await world.member(email)),
  )
  const after = await fay.client.rpc('home')
  expect('Commons', 'Her old token, still valid for an hour, sees nothing.', after.data === null)
  const open = await until('everything elsewhere was erased', async () => {
    const rows =
      await world.sql`select provider, state from admin.erasures where erased_at > now() - interval '1 hour'`
    return rows.length > 0 && rows.every(({ state }) => state === 'done') ? rows : undefined
  })
  expect(
    'Stripe',
    'Her subscription is ended and her customer deleted.',
    (await world.stripeHas(`customers/${stripe.customer}`)).deleted === true,
  )
  say(
    'Commons',
    `Done at: ${[...new Set(open.map(({ provider }) => provider))].sort().join(', ')}.`,
  )
  await world.stripe('redeliver', { event: stripe.event })
  await world.stripe('settle', {})
  say('Stripe', 'An old event about her is delivered once more.')
  const [back] = await world.sql`
    select count(*)::int as n from private.stripe_customers where email = ${email} or name = 'Fay Lindqvist'`
  expect('Commons', 'It brings nothing back.', back?.n === 0 && !(await world.member(email)))
}
