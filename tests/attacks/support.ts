import { createPrivateKey, sign } from 'node:crypto'
import type { Sql } from 'postgres'
import { connectStack } from './stack.ts'

/** Kinds of people, as the Data API tells them apart. */
export const kinds = [
  'visitor',
  'agent',
  'stranger',
  'member',
  'hidden',
  'ended',
  'leader',
] as const
export type Kind = (typeof kinds)[number]

export const roleOf = (kind: Kind) =>
  kind === 'visitor' ? 'anon' : kind === 'agent' ? 'agent' : 'authenticated'

export interface Person {
  kind: Kind
  userId: string
  /** Undefined for those who never joined. */
  memberId: string | undefined
  email: string
  phone: string
  customerId: string
  name: string
  /** An access token; undefined for the visitor. An agent's is another one each time that it is read. */
  readonly token: string | undefined
}

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: the answers of an attacked door are anything
  body: any
  text: string
  headers: Headers
}

export interface Ask {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  token?: string | undefined
}

const { api, keys, sql, end } = await connectStack()

export { api, end, keys, sql }

/** Sends one request to the Data API with the publishable key, and with a token when one is given. */
export async function ask(
  path: string,
  { method = 'GET', body, headers = {}, token }: Ask = {},
): Promise<Answer> {
  const response = await fetch(`${api}/rest/v1/${path}`, {
    method,
    headers: {
      apikey: keys.publishable,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  let parsed: unknown = text
  try {
    parsed = JSON.parse(text)
  } catch {
    // Not JSON: the text is the answer.
  }
  return { status: response.status, body: parsed, text, headers: response.headers }
}

/** How a door says no to a role: 42501, and 401 for who has not signed in. */
export const refusal = (kind: Kind) => ({ status: kind === 'visitor' ? 401 : 403, code: '42501' })

/** Status and code of an answer, to compare with a refusal. */
export const verdict = (answer: Answer) => ({ status: answer.status, code: answer.body?.code })

/** Signs a token as the project's own auth server would. */
export const tokenFor = (
  userId: string,
  role = 'authenticated',
  more: Record<string, unknown> = {},
) => keys.sign({ sub: userId, role, aud: role, email: 'attacker@example.org', ...more })

/** A key of an agent, and what a token of it says. */
export async function makeAgent(
  scopes: readonly string[],
  { revoked_at = null }: { revoked_at?: Date | null } = {},
) {
  const [key] = await sql`
    insert into private.agent_keys (name, what, scopes, expires_at, created_by, revoked_at, revoked_reason)
    values (${`k${crypto.randomUUID()}`}, 'Attacks', ${scopes as string[]}::text[]::private.agent_scope[], now() + interval '1 day',
      'test', ${revoked_at}, ${revoked_at ? 'test' : null})
    returning id`
  const [secret] = await sql`
    insert into private.agent_secrets (key_id, hash, ends_in) values (${key?.id}, sha256(${crypto.randomUUID()}::text::bytea), 'abcd')
    returning id`
  return { id: String(key?.id), secretId: String(secret?.id), scopes }
}
export type Agent = Awaited<ReturnType<typeof makeAgent>>

/** What a token says that POST agents/token makes: five minutes, for the Data API. */
function agentClaims(agent: Agent) {
  const now = Math.floor(Date.now() / 1000)
  return {
    role: 'agent',
    aud: 'agents',
    sub: agent.id,
    secret_id: agent.secretId,
    scopes: [...agent.scopes],
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 300,
  }
}

/** A token as POST agents/token makes it, but for what is to be otherwise. */
export const agentToken = (agent: Agent, more: Record<string, unknown> = {}) =>
  keys.sign({ ...agentClaims(agent), ...more })

const signingKey = createPrivateKey({ key: { ...keys.signing }, format: 'jwk' })
const asPart = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The same, made while it is read. */
function agentTokenNow(agent: Agent): string {
  const signed = `${asPart({ alg: 'ES256', typ: 'JWT', kid: keys.signing.kid })}.${asPart(agentClaims(agent))}`
  const by = { key: signingKey, dsaEncoding: 'ieee-p1363' } as const
  return `${signed}.${sign('sha256', Buffer.from(signed), by).toString('base64url')}`
}

/** Every scope that there is. */
export const allScopes: string[] = (
  await sql`select unnest(enum_range(null::private.agent_scope))::text as scope`
).map((row) => row.scope)

async function join(tx: Sql, person: Person): Promise<void> {
  const { memberId, userId, kind, email, phone, customerId, name } = person
  await tx`insert into auth.users (id, email, email_confirmed_at) values (${userId}, ${email}, now())`
  if (!memberId) return
  const ended = kind === 'ended'
  const subscription = customerId.replace('cus_', 'sub_')
  const invoice = customerId.replace('cus_', 'in_')
  const until = ended ? '2026-01-01T00:00:00Z' : 'infinity'
  await tx`insert into public.members (id, user_id, role, origin)
    values (${memberId}, ${userId}, ${kind === 'leader' ? 'leader' : 'member'}, 'checkout')`
  await tx`insert into public.profiles (member_id, name, headline, location, is_visible, access_until)
    values (${memberId}, ${name}, ${`Headline of ${name}`}, 'Oakland', ${kind !== 'hidden'}, ${until}::text::timestamptz)`
  await tx`insert into public.member_contacts (member_id, phone) values (${memberId}, ${phone})`
  await tx`insert into public.member_emails (email, member_id, is_primary, verified_at, source)
    values (${email}, ${memberId}, true, now(), 'stripe')`
  await tx`insert into public.consents (member_id, channel, granted, source) values (${memberId}, 'email', true, 'At checkout')`
  await tx`insert into private.stripe_customers (customer_id, member_id, email, as_of)
    values (${customerId}, ${memberId}, ${email}, now())`
  await tx`insert into public.subscriptions (subscription_id, customer_id, purpose, tier, price_id, currency, status,
      current_period_end, ended_at, access_until, as_of, as_of_event)
    values (${subscription}, ${customerId}, 'dues', 'monthly', 'price_monthly', 'usd', ${ended ? 'canceled' : 'active'},
      now() + interval '20 days', ${ended ? until : null}::text::timestamptz, ${until}::text::timestamptz, now(), 'created')`
  await tx`insert into public.memberships (member_id, subscription_id, tier, status, cancel_at_period_end, access_until,
      member_since, ended_at)
    values (${memberId}, ${subscription}, 'monthly', ${ended ? 'canceled' : 'active'}, false, ${until}::text::timestamptz,
      now() - interval '1 year', ${ended ? until : null}::text::timestamptz)`
  await tx`insert into public.invoices (invoice_id, customer_id, subscription_id, status, amount_due, amount_paid, currency,
      created_at, as_of) values (${invoice}, ${customerId}, ${subscription}, 'paid', 1000, 1000, 'usd', now(), now())`
  await tx`insert into public.donations (member_id, checkout_session_id, amount, currency, status, donated_at)
    values (${memberId}, ${customerId.replace('cus_', 'cs_')}, 2500, 'usd', 'paid', now())`
  await tx`insert into public.membership_notices (member_id, kind, invoice_id, resolved_at, sent_at)
    values (${memberId}, 'payment_failed', ${invoice}, now(), now())`
  await tx`insert into public.resource_marks (member_id, resource_id, saved_at)
    select ${memberId}, id, now() from public.resources where audience = 'member' and published_at <= now() limit 1`
  await tx`insert into public.leader_regions (member_id, region) values (${memberId}, 'Oceania')`
  await tx`insert into public.event_preferences (member_id, shows_going) values (${memberId}, true)`
  await tx`insert into public.event_hidings (member_id, event_id)
    select ${memberId}, id from public.events where state = 'published' limit 1`
}

/** Makes one person of each kind, each with a row in every table of members. `leave` takes them out again. */
export async function makePeople() {
  const mark = crypto.randomUUID().slice(0, 8)
  const people = {} as Record<Kind, Person>
  const agent = await makeAgent(allScopes)
  for (const [index, kind] of kinds.entries()) {
    const userId = crypto.randomUUID()
    people[kind] = {
      kind,
      userId,
      memberId: ['visitor', 'agent', 'stranger'].includes(kind) ? undefined : crypto.randomUUID(),
      email: `${kind}.${mark}@attack.example`,
      phone: `+1415${parseInt(mark.slice(0, 6), 16) % 900000}${index}`.padEnd(12, '0'),
      customerId: `cus_${kind}${mark}`,
      name: `${kind} ${mark}`,
      token: roleOf(kind) === 'authenticated' ? await tokenFor(userId) : undefined,
    }
  }
  // The agent has a living key with every scope. A token of it lives five minutes: shorter than a file may take.
  Object.defineProperty(people.agent, 'token', { get: () => agentTokenNow(agent) })
  const all = Object.values(people)
  const members = all.filter((person) => person.memberId)
  await sql.begin(async (tx) => {
    for (const person of all)
      if (roleOf(person.kind) === 'authenticated') await join(tx as unknown as Sql, person)
  })
  // Two prices, one offered and one not, so that there is one to hide.
  const offered = 1_000_000 + parseInt(mark.slice(0, 6), 16) * 2
  await sql`insert into public.stripe_prices (price_id, purpose, currency, unit_amount, recurring_interval, is_offered)
    values (${`price_on_${mark}`}, 'donation', 'usd', ${offered}, 'month', true), (${`price_off_${mark}`}, 'donation', 'usd', ${offered + 1}, 'month', false)`
  async function leave() {
    const customers = members.map((person) => person.customerId)
    const ids = members.map((person) => person.memberId ?? '')
    await sql.begin(async (tx) => {
      // What was paid stays in the books, says a guard; these people never were.
      await tx`alter table public.donations disable trigger donations_paid_stay`
      await tx`alter table public.invoices disable trigger invoices_paid_stay`
      await tx`delete from public.donations where member_id = any (${ids})`
      await tx`delete from public.invoices where customer_id = any (${customers})`
      await tx`alter table public.donations enable trigger donations_paid_stay`
      await tx`alter table public.invoices enable trigger invoices_paid_stay`
      await tx`delete from public.subscriptions where customer_id = any (${customers})`
      await tx`delete from public.memberships where member_id = any (${ids})`
      await tx`delete from private.stripe_customers where customer_id = any (${customers})`
      await tx`delete from public.members where id = any (${ids})`
      await tx`delete from public.stripe_prices where price_id like ${`price_%_${mark}`}`
      await tx`delete from auth.users where email like ${`%.${mark}@attack.example`}`
      await tx`update private.agent_keys set revoked_at = now(), revoked_reason = 'test' where id = ${agent.id}`
    })
    await end()
  }
  return { people, mark, members, offered, agent, leave }
}
