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
  // The limit is one of a day, which does not end between the two.
  const [row] = await agents.still(async () => {
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
    return await later!
  })
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

/** A key, and what it asked for four days ago: nobody decided, and the row does not say so yet. */
async function expired() {
  const { gifts } = await giver()
  const key = await agents.makeKey()
  await agents.sql`update private.agent_keys set refunds_a_day = 0 where id = ${key.id}`
  const [old] = await propose(agents.sql, key.secret, gifts[0])
  expect(old!.answer.body.data.state).toBe('waiting')
  await agents.sql.begin(async (tx) => {
    await tx`select set_config('commons.proposal', id::text, true) from private.agent_proposals where key_id = ${key.id}`
    await tx`update private.agent_proposals set created_at = now() - interval '4 days', expires_at = now() - interval '1 day' where key_id = ${key.id}`
  })
  const states = async () => {
    const rows = await agents.sql`
      select state::text from private.agent_proposals where key_id = ${key.id} order by created_at`
    return rows.map(({ state }) => state)
  }
  return { key, gift: gifts[0], states }
}

test('A key is revoked while it asks again for what expired meanwhile: both come to an end', async () => {
  const { key, gift, states } = await expired()
  const [revoking, asking] = [connection(), connection()]
  let asked: Promise<postgres.RowList<{ answer: Answer }[]>> | undefined
  await revoking.begin(async (tx) => {
    await tx`select private.hold_limits(${key.id}::uuid)`
    asked = propose(asking, key.secret, gift).execute() as never
    await waiting(1)
    await tx`select admin.revoke_agent_key(${key.name}, 'It leaked')`
  })
  const [row] = await asked!
  expect(row!.answer.status).toBe(403)
  expect(await states()).toEqual(['withdrawn'])
})

test('The schedule waits for nobody who holds a proposal, and comes back to it', async () => {
  const { key, states } = await expired()
  await connection().begin(async (tx) => {
    await tx`select from private.agent_proposals where key_id = ${key.id} for no key update`
    await agents.sql`select private.expire_proposals(private.clock())`
    expect(await states()).toEqual(['waiting'])
  })
  await agents.sql`select private.expire_proposals(private.clock())`
  expect(await states()).toEqual(['expired'])
})

/** A write that is held up in the line of its key, and what is done to the key meanwhile. */
async function meanwhile(
  write: (own: postgres.Sql, secret: string) => Promise<unknown>,
  admin: (key: { id: string; name: string }) => Promise<unknown>,
): Promise<Answer> {
  const key = await agents.makeKey()
  const [ahead, own] = [connection(), connection()]
  await agents.sql`
    insert into private.rate_limits (bucket, tokens, refilled_at)
    select format('agent:%s:%s', ${key.id}::text, risk), 100, private.clock() from unnest('{write,destructive}'::text[]) risk`
  let asked: Promise<unknown> | undefined
  await ahead.begin(async (tx) => {
    await tx`select from private.rate_limits where bucket like ${`agent:${key.id}:%`} for update`
    asked = write(own, key.secret)
    await waiting(1)
    await admin(key)
  })
  const [row] = (await asked!) as { answer: Answer }[]
  return row!.answer
}

const draft = (own: postgres.Sql, secret: string) =>
  own<{ answer: Answer }[]>`
  select private.gateway_request(${secret}, null, 'content.create', '{"kind": "link", "title": "Late", "url": "https://example.org/late"}',
    null, gen_random_uuid()::text, null, 'here', 'race', private.clock()) as answer`.execute()
const late = () => agents.sql`select from public.resources where title = 'Late'`

test('A key that is revoked, stopped or made less while its writes wait in line writes nothing more', async () => {
  const revoked = await meanwhile(
    draft,
    ({ name }) => agents.sql`select admin.revoke_agent_key(${name}, 'It leaked')`,
  )
  expect(revoked.status).toBe(401)
  const held = await meanwhile(
    draft,
    ({ name }) => agents.sql`select admin.hold_agent_key(${name}, 'It misbehaves')`,
  )
  expect(held.status).toBe(429)
  const less = await meanwhile(
    draft,
    ({ id }) =>
      agents.sql`update private.agent_keys set scopes = '{content:read}' where id = ${id}`,
  )
  expect(less).toMatchObject({ status: 403, body: { error: { scope: 'content:write' } } })
  expect(await late()).toHaveLength(0)
})

test('No money is promised to a key that was stopped while another held the payment', async () => {
  for (const stop of ['hold', 'scopes'] as const) {
    const { gifts } = await giver()
    const key = await agents.makeKey()
    const [ahead, own] = [connection(), connection()]
    let asked: Promise<postgres.RowList<{ answer: Answer }[]>> | undefined
    await ahead.begin(async (tx) => {
      await tx`select private.hold_limits(${key.id}::uuid)`
      asked = propose(own, key.secret, gifts[0]).execute() as never
      await waiting(1)
      await (stop === 'hold'
        ? agents.sql`select admin.hold_agent_key(${key.name}, 'It misbehaves')`
        : agents.sql`update private.agent_keys set scopes = '{payments:read}' where id = ${key.id}`)
    })
    expect((await asked!)[0]!.answer.status).toBe(403)
    expect(
      await agents.sql`select from private.agent_proposals where subject = ${gifts[0]}`,
    ).toHaveLength(0)
  }
})

test('What stops a key by itself does not shorten what an admin said', async () => {
  const key = await agents.makeKey()
  await agents.sql`select admin.hold_agent_key(${key.name}, 'It misbehaves')`
  const until = () =>
    agents.sql`select held_until, held_reason from private.agent_keys where id = ${key.id}`
  const before = [...(await until())]
  await agents.sql`
    select private.hold_agent(k, private.clock() + interval '15 minutes', 'it asked for the same', 'agent', k.name)
      from private.agent_keys k where k.id = ${key.id}`
  expect([...(await until())]).toEqual(before)
  await agents.sql`select admin.hold_agent_key(${key.name}, 'Not that long', private.clock() + interval '1 hour')`
  expect([...(await until())]).not.toEqual(before)
})
