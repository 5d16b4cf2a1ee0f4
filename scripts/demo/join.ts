import type { Narrator } from './say.ts'
import { until } from './say.ts'
import { showCorrelation, showJobs, showWebhooks } from './trace.ts'
import type { World } from './world.ts'

/** The id of the checkout session that a hosted page's address names. */
const sessionOf = (url: string) => /cs_[A-Za-z0-9_]+/.exec(url)?.[0] ?? ''

const money = (amount: number, currency: string) =>
  `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`

/** Opens a checkout of the monthly tier; returns the session at Stripe. */
async function openCheckout(world: World, email: string) {
  const opened = await world.door('/memberships/checkout', { tier: 'monthly', email })
  if (opened.status !== 200)
    throw new Error(`Checkout answered ${opened.status}: ${JSON.stringify(opened.body)}`)
  return sessionOf(opened.body.url)
}

/** Pays a checkout on Stripe's page; returns when the button was pressed. */
async function paySession(world: World, session: string, email: string, name: string) {
  const paidAt = new Date()
  const paid = await world.stripe('pay', { session, email, name })
  if (paid.status !== 200)
    throw new Error(`The payment answered ${paid.status}: ${JSON.stringify(paid.body)}`)
  return paidAt
}

/** Opens a checkout of the monthly tier and pays it. */
export const pay = async (world: World, email: string, name: string) =>
  paySession(world, await openCheckout(world, email), email, name)

/** Eve joins: checkout, payment, webhooks, membership, jobs, Mailchimp. */
export async function eveJoins(world: World, narrator: Narrator) {
  const { chapter, say, expect } = narrator
  const email = 'eve@example.org'
  chapter('Eve joins')
  expect('Commons', 'Nobody with her address is here yet.', !(await world.member(email)))
  say('You', 'Eve chooses the monthly tier and opens a checkout.')
  const session = await openCheckout(world, email)
  const open = await world.stripeHas(`checkout/sessions/${session}`)
  const price = money(open.amount_total, open.currency)
  expect(
    'Stripe',
    `Its hosted page asks for ${price} a month (${session.slice(0, 18)}…).`,
    open.status === 'open' && open.amount_total === 1000,
  )
  const paidAt = await paySession(world, session, email, 'Eve Okafor')
  const since = () => `${Date.now() - paidAt.getTime()} ms after paying`
  const member = await until('Eve is a member', async () => {
    const row = await world.member(email)
    return row?.is_entitled ? row : undefined
  })
  const active = since()
  await until('the welcome started', async () => (await world.welcomes(email)) > 0)
  const welcomed = since()
  const tags = await world.tags(email)

  const closed = await world.stripeHas(`checkout/sessions/${session}`)
  expect('Stripe', `She paid ${price} for the tier monthly.`, closed.payment_status === 'paid')
  const webhooks = await showWebhooks(world, narrator, email, paidAt)
  expect(
    'Commons',
    `Her membership is ${member.status}, tier ${member.tier} (${active}).`,
    member.status === 'active' && member.tier === 'monthly',
  )
  const ids = await showJobs(world, narrator, email, paidAt)
  expect(
    'Mailchimp',
    `She is there with the tags ${tags.join(', ')}.`,
    tags.join() === 'active,member,monthly',
  )
  expect(
    'Mailchimp',
    `The welcome journey started once (${welcomed}).`,
    (await world.welcomes(email)) === 1,
  )
  await showCorrelation(world, narrator, webhooks, ids)
}
