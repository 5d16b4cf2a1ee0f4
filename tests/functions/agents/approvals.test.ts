import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Agent, agentOf } from '../memberships/agent.ts'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'

let house: House
let agent: Agent
let kim: Admin
/** Many at once need many connections. */
let crowd: postgres.Sql
beforeAll(async () => {
  house = await openHouse()
  crowd = postgres(house.url, { max: 12, onnotice: () => {} })
  agent = await agentOf(house)
  await limits({ refund_each: 5000 })
  kim = await admin('kim')
  await heldByLea()
})
afterAll(async () => {
  await crowd?.end()
  await house?.close()
})

/** Lea works with the agent, so that Kim may decide. */
const heldByLea = () => house.sql`
  with lea as (insert into public.members (role, origin) values ('leader', 'admin') returning id)
  update private.agent_keys k set holder_id = lea.id from lea where k.name = ${agent.name}`
const limits = (
  of: Partial<Record<'refund_each' | 'refunds_a_day' | 'actions_a_member', number>>,
) => house.sql`update private.agent_keys set ${house.sql(of)} where name = ${agent.name}`

interface Admin {
  member: string
  login: string
  slack: string
}
/** Somebody who decides: she can sign in, and has an account in Slack. */
async function admin(name: string): Promise<Admin> {
  const [member, login] = [crypto.randomUUID(), crypto.randomUUID()]
  const slack = `U${fresh('')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(-12)}`
  await house.sql`insert into auth.users (id, email, email_confirmed_at) values (${login}, ${`${fresh(name)}@example.org`}, now())`
  await house.sql`insert into public.members (id, user_id, role, origin) values (${member}, ${login}, 'admin', 'admin')`
  await house.sql`insert into public.profiles (member_id, name) values (${member}, ${name})`
  await house.sql`insert into private.slack_people (member_id, status, slack_user_id, synced_at) values (${member}, 'active', ${slack}, now())`
  return { member, login, slack }
}

/** A payment of 100.00 of which the agent asks to give 60.00 back, which waits. */
async function waiting(reason?: string) {
  const payer = await agent.payer({ tier: 'annual' })
  const { status, body } = await agent.proposeRefund({
    payment: payer.invoice,
    amount: 6000,
    ...(reason ? { reason } : {}),
  })
  expect(status).toBe(202)
  expect(body.data).toMatchObject({
    state: 'waiting',
    why_waiting: '$60.00 is more than the $50.00 that this key may give back without asking',
  })
  return { ...payer, proposal: body.data.id }
}
async function finish() {
  await house.work()
  await house.settle()
  await house.work()
}

/** The ways to approve: through the Data API as who is signed in, by a button in Slack, by editing the row. */
const ways = {
  site: (id: string, { login }: Admin) =>
    crowd.begin(async (sql) => {
      const claims = { sub: login, role: 'authenticated' }
      await sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true), set_config('role', 'authenticated', true)`
      const [row] = await sql`select public.decide_agent_proposal(${id}, true, '') as said`
      return row!.said as { decided: boolean; words: string }
    }),
  async slack(id: string, { slack }: Admin) {
    const [row] = await crowd`
      select private.press_proposal(${slack}, null, 'C1', '1.1', ${id}, m.mark, true, private.clock()) as said
        from private.slack_messages m where m.key = ${`agent_proposal:${id}`}`
    return row!.said as { decided: boolean; words: string }
  },
  async studio(id: string) {
    await crowd`update private.agent_proposals set state = 'approved', decision_reason = 'Seen with her' where id = ${id}`
    return { decided: true, words: '' }
  },
}

describe('What an agent asks for beyond its limits', () => {
  it.each(Object.entries(ways))(
    'waits, is approved by %s, and is given back at Stripe once',
    async (_way, approve) => {
      const { proposal, charge } = await waiting()
      await finish()
      expect(agent.refundsOf(charge.id)).toEqual([])
      expect((await approve(proposal, kim)).decided).toBe(true)
      await finish()
      const [refund, ...more] = agent.refundsOf(charge.id)
      expect(more).toEqual([])
      expect(refund).toMatchObject({ amount: 6000, metadata: { proposal_id: proposal } })
      expect(await agent.proposal(proposal)).toMatchObject({
        state: 'carried_out',
        provider_id: refund!.id,
      })
      // The agent that asks is told who decided only as: an admin.
      const { body } = await agent.call('proposals.get', { proposal })
      expect(body.data).toMatchObject({ state: 'carried_out', decided_by: 'admin' })
      expect(JSON.stringify(body)).not.toContain(kim.member)
    },
  )

  it('is approved in all three places at once, by two admins: one decides, and money moves once', async () => {
    const { proposal, charge } = await waiting()
    const ann = await admin('ann')
    const answers = await Promise.allSettled([
      ways.site(proposal, kim),
      ways.slack(proposal, ann),
      ways.studio(proposal),
      ways.site(proposal, ann),
      ways.slack(proposal, kim),
    ])
    const decided = answers.filter(
      (answer) => answer.status === 'fulfilled' && answer.value.decided,
    )
    expect(decided).toHaveLength(1)
    // Whoever came second reads who was first; by hand it is refused in words.
    for (const answer of answers) {
      if (answer.status === 'rejected')
        expect(answer.reason.message).toContain('is approved already')
      else if (!answer.value.decided)
        expect(answer.value.words).toMatch(/^Approved by (kim|ann|an admin in Studio)/)
    }
    await finish()
    expect(agent.refundsOf(charge.id)).toHaveLength(1)
    const log = await house.sql`
      select action from private.audit_log where target_type = 'agent_proposal' and target_id = ${proposal} order by id`
    expect(log.map(({ action }) => action)).toEqual([
      'agents.proposed',
      'agents.proposal_approved',
      'agents.proposal_carried_out',
    ])
  })

  it('is declined: nothing moves, and the whole of the payment can be proposed again', async () => {
    const { proposal, charge, invoice } = await waiting()
    expect((await agent.proposeRefund({ payment: invoice, amount: 4001 })).status).toBe(422)
    await house.sql`select admin.decline_proposal(${proposal}, 'She was given it back')`
    await finish()
    expect(agent.refundsOf(charge.id)).toEqual([])
    const { body } = await agent.call('proposals.get', { proposal })
    expect(body.data).toMatchObject({
      state: 'declined',
      decision_reason: { written_by_people: 'She was given it back' },
    })
    expect((await agent.proposeRefund({ payment: invoice, amount: 10000 })).status).toBe(202)
  })

  it('is not true any more, because somebody gave a part back at Stripe: approving it fails with that reason', async () => {
    const { proposal, charge } = await waiting()
    await fetch(`${house.stripe.url}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_sandbox' },
      body: new URLSearchParams({ charge: charge.id, amount: '1000' }),
    })
    await house.settle()
    await finish()
    const said = await ways.site(proposal, kim)
    expect(said).toMatchObject({ decided: true, state: 'failed' })
    expect(said.words).toBe(
      'Approved by kim, but it could not be done: Some of this payment was given back since, so what this shows is not true any more',
    )
    await finish()
    expect(agent.refundsOf(charge.id)).toHaveLength(1)
  })

  it('is withdrawn when its key is revoked, and nobody can approve it', async () => {
    const lost = agent
    agent = await agentOf(house)
    await limits({ refund_each: 5000 })
    await heldByLea()
    const { proposal, charge } = await waiting()
    await house.sql`select admin.revoke_agent_key(${agent.name}, 'It was lost')`
    expect(await ways.site(proposal, kim)).toMatchObject({ decided: false, state: 'withdrawn' })
    await expect(ways.studio(proposal)).rejects.toThrow('This proposal is withdrawn already')
    await finish()
    expect(agent.refundsOf(charge.id)).toEqual([])
    agent = lost
  })
})

describe('The limits of a key', () => {
  it('hold when many ask at the same moment', async () => {
    const own = await agentOf(house)
    await house.sql`update private.agent_keys set refund_each = 5000, refunds_a_day = 3 where name = ${own.name}`
    // Eight people who paid: nothing but the limits of the key makes one wait for another.
    const payers = await house.sql<{ invoice_id: string }[]>`
      with people as (insert into public.members (origin) select 'import' from generate_series(1, 8) returning id),
           customers as (insert into private.stripe_customers (customer_id, member_id, as_of)
             select 'cus_' || replace(id::text, '-', ''), id, now() from people returning customer_id)
      insert into public.invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of)
      select 'in_' || customer_id, customer_id, 'paid', 1000, 1000, 'usd', now(), now(), now() from customers returning invoice_id`
    // One moment for all of them: the limit is one of a day, which does not end between two.
    const [key] = await house.sql<{ id: string; at: string }[]>`
      select id, private.clock()::text as at from private.agent_keys where name = ${own.name}`
    const states = await Promise.all(
      payers.map(async ({ invoice_id: payment }) => {
        const [row] = await crowd`
          select private.agent_propose_refund(row(${key!.id}::uuid, ${own.name}, false, 'payments.propose_refund', null, 'crowd', ${key!.at}::text::timestamptz)::private.agent_call,
            ${crowd.json({ payment, reason: 'All at once' })}) -> 'data' ->> 'state' as state`
        return row!.state as string
      }),
    )
    expect(states.filter((state) => state === 'approved')).toHaveLength(3)
    expect(states.filter((state) => state === 'waiting')).toHaveLength(5)
  })

  it('are not gone round in parts at the same moment, with two keys', async () => {
    const [one, other] = [await agentOf(house), await agentOf(house)]
    await house.sql`update private.agent_keys set refund_each = 5000 where name in ${house.sql([one.name, other.name])}`
    const { invoice } = await one.payer({ tier: 'annual' })
    const answers = await Promise.all(
      [one, other, one, other].map(({ proposeRefund }) =>
        proposeRefund({ payment: invoice, amount: 2500 }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    const approved = answers.filter(({ body }) => body.data.state === 'approved')
    expect(approved).toHaveLength(2)
  })
})
