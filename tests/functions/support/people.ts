import { fresh, signed } from './events.ts'
import type { House } from './house.ts'
import { PUBLISHABLE } from './house.ts'

/** Calls an action of a sandbox's control routes. Throws with its words when it fails. */
export async function act<T = { id: string }>(
  origin: string,
  action: string,
  body: object,
): Promise<T> {
  const response = await fetch(`${origin}/_sandbox/${action}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${action}: ${text}`)
  return JSON.parse(text || '{}') as T
}

/** Asks a door of the memberships room, as the site does. */
export async function ask(
  house: House,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await house.memberships.request(`/memberships/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', apikey: PUBLISHABLE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** The id of the session that a checkout address leads to. */
export const sessionOf = (url: string) => new URL(url).pathname.split('/').at(-1)!

/** Joins: checkout, payment on the hosted page, webhooks. Returns the member and her ids at Stripe. */
export async function join(
  house: House,
  wish: { email: string; tier?: string; card?: string; name?: string },
) {
  const { email, tier = 'monthly', card, name = 'Eve Example' } = wish
  // From an address of her own: the door counts checkouts by address.
  const here = { 'x-forwarded-for': fresh('10') }
  const opened = await ask(house, 'checkout', { tier, email }, here)
  if (opened.status !== 200) throw new Error(JSON.stringify(opened.body))
  const session = sessionOf(opened.body.url)
  await act(house.stripe.url, 'stripe/pay', { session, name, ...(card ? { card } : {}) })
  await house.settle()
  return await memberOf(house, email)
}

export interface Found {
  member_id: string
  customer: string
  subscription: string
  status: string
  tier: string
  access_until: Date
  is_entitled: boolean
}

/** What the database holds of the person with this address. */
export async function memberOf(house: House, email: string): Promise<Found> {
  const [found] = await house.sql<Found[]>`
    select e.member_id, c.customer_id as customer, m.subscription_id as subscription, m.status, m.tier,
           m.access_until, coalesce(m.access_until > private.clock(), false) as is_entitled
      from public.member_emails e
      left join public.memberships m on m.member_id = e.member_id
      left join private.stripe_customers c on c.member_id = e.member_id
     where e.email = ${email}`
  if (!found) throw new Error(`Nobody has the address ${email}`)
  return found
}

/** A sign-in with a proved address, and the access token that stands for it. */
export async function signIn(house: House, email: string): Promise<{ id: string; token: string }> {
  const [user] = await house.sql<{ id: string }[]>`
    insert into auth.users (id, aud, role, email, email_confirmed_at)
    values (gen_random_uuid(), 'authenticated', 'authenticated', ${email}, now()) returning id`
  const token = fresh('token')
  house.tokens.set(token, { id: user!.id, email })
  return { id: user!.id, token }
}

/** A contact as the Mailchimp sandbox holds it, with her tags; null when it does not know her. */
export async function contactOf(house: House, email: string) {
  const headers = { authorization: `Basic ${btoa('any:sandbox-us1')}` }
  const address = `${house.mailchimp.url}/3.0/lists/audience1/members/${encodeURIComponent(email)}`
  const response = await fetch(address, { headers })
  if (response.status === 404) return null
  const { status, tags, email_address } = await response.json()
  return {
    status: status as string,
    email: email_address as string,
    tags: (tags as { name: string }[]).map(({ name }) => name).sort(),
  }
}

/** Posts a signed event to the webhook; answers the state that it ended in. Throws unless it is taken. */
export async function receive(house: House, event: object): Promise<string> {
  const body = JSON.stringify(event)
  const response = await house.memberships.request('/memberships/stripe-webhook', {
    method: 'POST',
    body,
    headers: await signed(body),
  })
  const answer = await response.json()
  if (response.status !== 200) throw new Error(JSON.stringify(answer))
  return answer.state
}
