import { pay } from './join.ts'
import type { Narrator } from './say.ts'
import { until } from './say.ts'
import type { World } from './world.ts'

/** A duplicate, an old event and a forged one change nothing. */
export async function nothingChanges(world: World, { chapter, say, expect }: Narrator) {
  chapter('A duplicate, a late and a forged event')
  const email = 'eve@example.org'
  const before = JSON.stringify(await world.member(email))
  const [event] = await world.sql`
    select e.event_id, e.payload from private.stripe_events e
      join private.stripe_customers c on c.customer_id = e.payload -> 'data' -> 'object' ->> 'customer'
     where c.email = ${email} and e.type like 'customer.subscription.%' and e.state = 'applied'
     order by e.received_at desc limit 1`
  if (!event) throw new Error('Eve has no subscription event')

  await world.stripe('redeliver', { event: event.event_id })
  await world.stripe('settle', {})
  const [count] =
    await world.sql`select count(*)::int as n from private.stripe_events where event_id = ${event.event_id}`
  say('Stripe', 'The same event is delivered a second time.')
  expect('Commons', 'It is known already: 200, and one row.', count?.n === 1)

  const old = {
    ...event.payload,
    id: 'evt_demo_late',
    type: 'customer.subscription.updated',
    created: event.payload.created - 60,
  }
  old.data = { object: { ...event.payload.data.object, status: 'canceled', ended_at: old.created } }
  const late = await world.stripe('forge', { signature: 'right', body: JSON.stringify(old) })
  say('Stripe', 'An event from a minute before arrives late and says "canceled".')
  expect(
    'Commons',
    `It is kept as ${(await world.event('evt_demo_late'))?.state}.`,
    late.body.status === 200 && (await world.event('evt_demo_late'))?.state === 'superseded',
  )

  say('You', 'Four forged events say that Eve has cancelled.')
  for (const signature of ['wrong', 'stale', 'future', 'none']) {
    const forged = await world.stripe('forge', {
      signature,
      type: 'customer.subscription.deleted',
      object: event.payload.data.object,
    })
    expect(
      'Commons',
      `A body with a ${signature === 'none' ? 'missing' : signature} signature: ${forged.body.status}.`,
      forged.body.status === 400,
    )
  }
  expect(
    'Commons',
    "Eve's membership is what it was.",
    JSON.stringify(await world.member(email)) === before,
  )
}

/** Mailchimp is down while somebody joins; nothing is lost. */
export async function mailchimpFails(world: World, { chapter, say, expect }: Narrator) {
  chapter('Mailchimp fails for a while')
  const email = 'fay@example.org'
  await world.faults(world.urls.mailchimp, { kind: 'server_error', path: '/3.0/' })
  say('Mailchimp', 'From now on every call answers 500.')
  await pay(world, email, 'Fay Lindqvist')
  await until('Fay is a member', async () => (await world.member(email))?.is_entitled)
  expect('Commons', 'Fay paid and is a member all the same.', true)
  const job = await until('her job failed once', async () => {
    const [row] = await world.sql`
      select j.state, j.last_error, j.attempts from admin.jobs j
        join public.member_emails e on e.member_id = (j.args ->> 'member_id')::uuid
       where e.email = ${email} and j.state = 'retrying'`
    return row
  })
  expect(
    'Commons',
    `Her job waits: ${job.state}, ${job.attempts} attempt(s), nothing lost.`,
    (await world.tags(email)).length === 0,
  )
  await world.mend(world.urls.mailchimp)
  say('Mailchimp', 'It works again.')
  say('Commons', 'Nobody does anything: the job comes round by itself within seconds.')
  await until('Fay was welcomed', async () => (await world.welcomes(email)) > 0, 60_000)
  const tags = await world.tags(email)
  expect(
    'Mailchimp',
    `Fay is there by herself: ${tags.join(', ')}; welcomed once.`,
    tags.join() === 'active,member,monthly' && (await world.welcomes(email)) === 1,
  )
}
