import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Agents, openAgents } from '../functions/agents/support.ts'

// Agents, admins and the person herself at the same moment, each on a connection of its own.

interface Answer {
  status: number
  body: { data: { state: string; amount: number; why_waiting: string | null } }
}

let agents: Agents
const own: postgres.Sql[] = []
beforeAll(async () => {
  agents = await openAgents()
  await agents.sql`update private.agent_rates set capacity = 1000`
})
afterAll(async () => {
  await Promise.all(own.map((sql) => sql.end({ timeout: 1 })))
  await agents.close()
})

const connection = () => {
  const sql = postgres(agents.url, { max: 1, onnotice: () => {} })
  own.push(sql)
  return sql
}

/** A member who gave twice, each time 50.00. */
async function giver(): Promise<{ member: string; gifts: [string, string] }> {
  const [member] = await agents.sql<{ id: string }[]>`
    with her as (insert into public.members (origin) values ('checkout') returning id),
         page as (insert into public.profiles (member_id, name) select id, 'Ada' from her)
    select id from her`
  const gifts = await agents.sql<{ id: string }[]>`
    insert into public.donations (member_id, checkout_session_id, payment_intent_id, amount, currency, status, donated_at)
    select ${member!.id}, 'cs_' || gen_random_uuid(), 'pi_' || gen_random_uuid(), 5000, 'usd', 'paid', now() from generate_series(1, 2)
    returning id`
  return { member: member!.id, gifts: [gifts[0]!.id, gifts[1]!.id] }
}

const propose = (sql: postgres.Sql, secret: string, payment: string) => sql<{ answer: Answer }[]>`
  select private.gateway_request(${secret}, null, 'payments.propose_refund',
    jsonb_build_object('payment', ${payment}::text, 'reason', 'She asked'), null, gen_random_uuid()::text, null, 'here', 'race',
    private.clock()) as answer`

/** Until so many connections wait for a lock of another: in this database, because other tests share the server. */
const waiting = (many: number) =>
  expect
    .poll(async () => {
      const [row] = await agents.sql<{ n: number }[]>`
        select count(*)::int as n from pg_stat_activity
         where wait_event_type = 'Lock' and datname = current_database()`
      return row!.n
    })
    .toBe(many)

test('Two keys at the same moment do not give one member more than one of them may', async () => {
  const { gifts } = await giver()
  const [one, other] = [await agents.makeKey(), await agents.makeKey()]
  const [first, second] = [connection(), connection()]
  let later: Promise<postgres.RowList<{ answer: Answer }[]>> | undefined
  await first.begin(async (tx) => {
    const [row] = await propose(tx as unknown as postgres.Sql, one.secret, gifts[0])
    expect(row!.answer.body.data).toMatchObject({ state: 'approved', amount: 5000 })
    later = propose(second, other.secret, gifts[1]).execute() as never
    await waiting(1)
  })
  const [row] = await later!
  expect(row!.answer.body.data.state).toBe('waiting')
  expect(row!.answer.body.data.why_waiting).toMatch(
    /^With what agents gave back to this member today, it is \$100\.00/,
  )
})

test("A gift that is asked for back while its giver deletes her account stands in nobody's way", async () => {
  const { member, gifts } = await giver()
  const key = await agents.makeKey()
  const [stopper, asking, erasing] = [connection(), connection(), connection()]
  let asked: Promise<postgres.RowList<{ answer: Answer }[]>> | undefined
  let erased: Promise<unknown> | undefined
  await stopper.begin(async (tx) => {
    // The proposal has worked out what it would do, and is held up there.
    await tx`select private.hold_limits(${key.id}::uuid)`
    asked = propose(asking, key.secret, gifts[0]).execute() as never
    await waiting(1)
    erased =
      erasing`select private.erase_person(${member}, null, 'member', ${member}, 'She asked', private.clock())`.execute()
    await waiting(2)
  })
  const [row] = await asked!
  expect(row!.answer.status).toBe(202)
  await erased
  const [left] = await agents.sql`
    select state, member_id, reason from private.agent_proposals where subject = ${gifts[0]}`
  expect(left).toMatchObject({ member_id: null, reason: 'Erased' })
})
