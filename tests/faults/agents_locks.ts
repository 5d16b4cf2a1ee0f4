import postgres from 'postgres'
import { expect } from 'vitest'
import { type Agents, openAgents } from '../functions/agents/support.ts'

// What the tests of agents_locks do: each step on a connection of its own, and what holds them up until all of them wait.

export type Step = (sql: postgres.Sql) => postgres.PendingQuery<postgres.Row[]>
export type Key = Awaited<ReturnType<Agents['makeKey']>>
// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look at
export type Any = any

export let agents: Agents
const own: postgres.Sql[] = []
/** Each test file begins with a database of its own. */
export async function open() {
  agents = await openAgents()
  await agents.sql`update private.agent_rates set capacity = 1000`
}
export async function close() {
  await Promise.all(own.splice(0).map((sql) => sql.end({ timeout: 1 })))
  await agents.close()
}

const connection = () => {
  const sql = postgres(agents.url, { max: 1, onnotice: () => {} })
  own.push(sql)
  return sql
}

/** Until so many connections wait for a lock of another: in this database, because other tests share the server. */
const waiting = (many: number) =>
  expect
    .poll(async () => {
      const [row] = await agents.sql`
        select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      return row!.n
    })
    .toBe(many)

/** What it answered, or the code and the sentence of what it was refused with. */
export const outcome = async (query: PromiseLike<postgres.Row[]>): Promise<Any> => {
  try {
    return Object.values((await query)[0]!)[0]
  } catch (error) {
    return `${(error as Any).code} ${(error as Any).message}`
  }
}

/** Holds something until each of these waits, in this order; then lets go, and gives what became of each. */
export async function meet(
  hold: (sql: postgres.Sql) => PromiseLike<unknown>,
  ...steps: Step[]
): Promise<Any[]> {
  const outcomes: Promise<Any>[] = []
  await connection().begin(async (tx) => {
    await hold(tx as unknown as postgres.Sql)
    for (const step of steps) {
      outcomes.push(outcome(step(connection()).execute()))
      await waiting(outcomes.length)
    }
  })
  return await Promise.all(outcomes)
}

let born = 0
/** A member who paid 60.00, more than a key gives back by itself; and a key that she works with, when she does. */
export async function member() {
  born += 1
  const [row] = await agents.sql<{ id: string; invoice: string; email: string }[]>`
    with her as (select private.create_member('sign_up', ${`lock${born}@example.org`}, 'auth', now(), null, ${`Born${born}`}, now()) as id),
         payer as (insert into private.stripe_customers (customer_id, member_id, email, as_of)
                   select ${`cus_${born}`}, id, ${`pays${born}@example.org`}, now() from her returning customer_id)
    insert into public.invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of)
    select ${`in_${born}`}, customer_id, 'paid', 6000, 6000, 'usd', now(), now(), now() from payer
    returning (select id from her) as id, invoice_id as invoice, ${`lock${born}@example.org`} as email`
  return { ...row!, customer: `cus_${born}`, name: `Born${born}` }
}
export async function keyOf(holder: { id: string }): Promise<Key> {
  const key = await agents.makeKey()
  await agents.sql`update private.agent_keys set holder_id = ${holder.id} where id = ${key.id}`
  return key
}

export const asks =
  (key: Key, operation: string, args: Record<string, unknown>, task: string | null = null): Step =>
  (sql) =>
    sql`
    select private.gateway_request(${key.secret}, null, ${operation}, ${args as never}::jsonb, null, gen_random_uuid()::text, ${task}, 'here', 'locks', private.clock())`
export const refund = (key: Key, invoice: string, task?: string) =>
  asks(key, 'payments.propose_refund', { payment: invoice, reason: 'She asked' }, task)
export const deletion = (key: Key, her: { id: string }) =>
  asks(key, 'members.delete', { member: her.id, reason: 'She asked' })
export const rename = (key: Key, her: { id: string }, name: string, task: string) =>
  asks(key, 'members.update', { member: her.id, name }, task)
export const erase =
  (her: { id: string }): Step =>
  (sql) =>
    sql`select private.erase_person(${her.id}, null, 'member', ${her.id}, 'She asked', private.clock()) is not null`
export const merge =
  (review: string): Step =>
  (sql) =>
    sql`select admin.merge_members(${review}, 'The same person')`
export const approve =
  (proposal: string): Step =>
  (sql) =>
    sql`select admin.approve_proposal(${proposal}, 'Yes')`
export const undoTask =
  (task: string): Step =>
  (sql) =>
    sql`select admin.undo_change_set(${task}, 'A mistake')`
export const undoAll =
  (key: Key): Step =>
  (sql) =>
    sql`select admin.undo_agent_writes(${key.name}, private.clock() - interval '1 hour', 'A mistake')`
export const holds = {
  key:
    (key: Key): Step =>
    (sql) =>
      sql`select from private.agent_keys where id = ${key.id} for no key update`,
  limits:
    (key: Key): Step =>
    (sql) =>
      sql`select private.hold_limits(${key.id})`,
  customers:
    (...them: { customer: string }[]): Step =>
    (sql) =>
      sql`select from private.stripe_customers where customer_id = any (${them.map(({ customer }) => customer)}) for update`,
  invoice:
    (...them: { invoice: string }[]): Step =>
    (sql) =>
      sql`select from public.invoices where invoice_id = any (${them.map(({ invoice }) => invoice)}) for update`,
  resource:
    (id: string): Step =>
    (sql) =>
      sql`select from public.resources where id = ${id} for update`,
  proposal:
    (id: string): Step =>
    (sql) =>
      sql`select from private.agent_proposals where id = ${id} for no key update`,
  profiles:
    (...them: { id: string }[]): Step =>
    (sql) =>
      sql`select from public.profiles where member_id = any (${them.map(({ id }) => id)}::uuid[]) for update`,
}

/** Does it at once, and gives the data that it answers. */
export const data = async (step: Step): Promise<Any> => (await outcome(step(agents.sql))).body.data
export const opens = async (key: Key): Promise<string> =>
  (await data(asks(key, 'change_sets.open', { task: 'A task' }))).change_set
export const proposals = (key: Key) =>
  agents.sql`select state::text, member_id, decided_by from private.agent_proposals where key_id = ${key.id} order by created_at`
export const nameOf = async ({ id }: { id: string }) =>
  (await agents.sql`select name from public.profiles where member_id = ${id}`)[0]?.name
/** What is spoken for of a payment, and how often its job is owed. */
export const promised = async (invoice: string) => [
  ...(await agents.sql`
    select coalesce(sum(r.amount) filter (where r.state <> 'freed'), 0)::int as amount,
           (select count(*)::int from jobs.live() l join private.agent_proposals p on l.args ->> 'proposal_id' = p.id::text where p.subject = ${invoice}) as jobs
      from private.refund_reservations r where r.payment = ${invoice}`),
]
export const nothing = [{ amount: 0, jobs: 0 }]
/** How many rows still lead to her. */
export const traces = async (her: { id: string; customer: string }) =>
  (
    await agents.sql`
    select (select count(*) from public.members where id = ${her.id}) + (select count(*) from private.agent_keys where holder_id = ${her.id})
      + (select count(*) from private.agent_proposals where member_id = ${her.id} or subject = ${her.id} or reason = 'She asked' and subject = (select invoice_id from public.invoices where customer_id = ${her.customer}))
      + (select count(*) from private.agent_writes where member_id = ${her.id}) + (select count(*) from private.agent_requests where answer #>> '{data,kind}' <> '' and answer::text like ${`%${her.id}%`})
      + (select count(*) from private.stripe_customers where customer_id = ${her.customer} and (member_id is not null or email is not null))
      + (select count(*) from private.identity_reviews where ${her.id} in (member_id, other_member_id)) as n`
  )[0]!.n

/** Two who work with a key each, and an admin's question whether they are one. */
export async function pair() {
  const [kept, gone] = [await member(), await member()]
  const [row] = await agents.sql`
    insert into private.identity_reviews (member_id, other_member_id, email, reason) values (${kept.id}, ${gone.id}, ${gone.email}, 'Looks alike') returning id`
  return { kept, gone, keys: [await keyOf(kept), await keyOf(gone)] as const, review: row!.id }
}
