import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Sql } from '../../functions/_shared/sql.ts'
import { createWorker } from '../../functions/_shared/worker.ts'
import type { JobDeps } from '../../functions/memberships/deps.ts'
import { handlers } from '../../functions/memberships/jobs/index.ts'
import { type Agent, agentOf } from '../functions/memberships/agent.ts'
import { fresh } from '../functions/support/events.ts'
import { type House, openHouse } from '../functions/support/house.ts'
import { dyingAfter } from './dying.ts'

let house: House
let agent: Agent
beforeAll(async () => {
  house = await openHouse()
  agent = await agentOf(house)
})
afterAll(() => house?.close())
afterEach(async () => {
  house.stripe.faults.clear()
  await webhooks('normal')
})

const webhooks = (mode: 'normal' | 'drop') => agent.stripe('deliveries', { mode })

/** So much time passes that leases end and that Stripe's list is believed. */
async function timePasses() {
  await house.sql`update pgmq.q_memberships set vt = clock_timestamp() where vt > clock_timestamp()`
  await house.sql`update jobs.effects set started_at = started_at - interval '2 minutes'`
}

async function finish() {
  await timePasses()
  await house.work()
  await house.settle()
  await house.work()
}

async function propose(args: { payment: string; amount?: number }): Promise<string> {
  const { status, body } = await agent.proposeRefund(args)
  expect(status, JSON.stringify(body)).toBe(202)
  return body.data.id
}

/** One refund, and everybody knows of it. */
async function expectOnce(proposal: string, { charge }: Awaited<ReturnType<Agent['payer']>>) {
  const refunds = agent.refundsOf(charge.id)
  expect(refunds).toHaveLength(1)
  expect(refunds[0]!.metadata.proposal_id).toBe(proposal)
  expect(await agent.proposal(proposal)).toMatchObject({
    state: 'carried_out',
    provider_id: refunds[0]!.id,
  })
  const [known] = await house.sql`
    select r.state, r.refund_id, c.amount_refunded, e.finished_at is not null as is_finished
      from private.refund_reservations r
      join private.refunds f on f.refund_id = r.refund_id join private.charges c on c.charge_id = f.charge_id
      left join jobs.effects e on e.key = 'refund:' || r.proposal_id
     where r.proposal_id = ${proposal}`
  expect(known).toMatchObject({
    state: 'given',
    refund_id: refunds[0]!.id,
    amount_refunded: String(refunds[0]!.amount),
    is_finished: true,
  })
}

const steps = [
  'sql begin_refund',
  'stripe paymentsOfInvoice',
  'sql begin_effect',
  'sql sending_refund',
  'stripe refund',
  'sql refund_made',
  'stripe charge',
  'sql refund_settled',
]

describe('A worker that dies while it gives a payment back', () => {
  it.each(steps.map((step, at) => ({ step, last: at + 1 })))(
    'right after “$step” leaves one refund, and everybody knows of it',
    async ({ last }) => {
      const payer = await agent.payer()
      // Nothing but the record and the look-up helps.
      await webhooks('drop')
      const proposal = await propose({ payment: payer.invoice })
      const dying = dyingAfter<JobDeps>(house.membershipsDeps, 'stripe', last)
      const worker = createWorker<JobDeps>({
        queue: 'memberships',
        handlers,
        sql: house.sql as unknown as Sql,
        deps: dying.deps,
        concurrency: 1,
        lingerMs: 0,
      })
      void worker.drain().catch(() => {})
      await dying.dead
      expect(dying.done).toEqual(steps.slice(0, last))
      await finish()
      worker.stop()
      await expectOnce(proposal, payer)
    },
  )
})

describe('Stripe in trouble while a payment is given back', () => {
  const giving = { method: 'POST', path: 'refunds', times: 1 } as const

  it.each([
    { kind: 'timeout_after' as const, made: 'was made although its answer was lost' },
    { kind: 'timeout_before' as const, made: 'was not made' },
    { kind: 'garbage' as const, made: 'was made and its answer could not be read' },
    { kind: 'server_error' as const, made: 'failed' },
    { kind: 'rate_limit' as const, made: 'was refused for now' },
  ])('($kind) the refund $made: in the end there is one', async ({ kind }) => {
    const payer = await agent.payer()
    await webhooks('drop')
    const proposal = await propose({ payment: payer.invoice })
    house.stripe.faults.add({ kind, ...giving })
    await house.workers.memberships.drain()
    expect((await agent.proposal(proposal)).state).toBe('approved')
    // As long as the call may be under way, Stripe is looked at and not asked again.
    const before = agent.refundsOf(payer.charge.id).length
    await house.sql`update jobs.delayed set run_at = private.clock()`
    if (kind !== 'rate_limit') {
      await house.workers.memberships.drain()
      expect(agent.refundsOf(payer.charge.id)).toHaveLength(before)
    }
    await finish()
    await expectOnce(proposal, payer)
  })

  it('(a stored 500) is not repeated by the key that Stripe answers it for', async () => {
    const payer = await agent.payer()
    const proposal = await propose({ payment: payer.invoice })
    await agent.stripe('crash', { times: 1 })
    await house.workers.memberships.drain()
    expect(agent.refundsOf(payer.charge.id)).toEqual([])
    await finish()
    await expectOnce(proposal, payer)
    const [row] =
      await house.sql`select sends from private.refund_reservations where proposal_id = ${proposal}`
    expect(row!.sends).toBe(2)
  })

  it.each([
    { kind: 'timeout_after' as const, sends: 1, words: 'found, and not made again' },
    { kind: 'timeout_before' as const, sends: 2, words: 'made once, under a new key' },
  ])('($kind) is $words when Stripe has forgotten the key, 25 hours later', async (fault) => {
    const payer = await agent.payer()
    await webhooks('drop')
    const proposal = await propose({ payment: payer.invoice })
    house.stripe.faults.add({ kind: fault.kind, ...giving })
    await house.workers.memberships.drain()
    await house.advance(25 / 24)
    await finish()
    await expectOnce(proposal, payer)
    const [row] =
      await house.sql`select sends from private.refund_reservations where proposal_id = ${proposal}`
    expect(row!.sends).toBe(fault.sends)
  })

  it('is known by its webhook when the answer was lost, before anybody looks it up', async () => {
    const payer = await agent.payer()
    const proposal = await propose({ payment: payer.invoice })
    house.stripe.faults.add({ kind: 'timeout_after', ...giving })
    await house.workers.memberships.drain()
    await house.settle()
    const [held] =
      await house.sql`select state from private.refund_reservations where proposal_id = ${proposal}`
    expect(held!.state).toBe('given')
    await finish()
    await expectOnce(proposal, payer)
  })

  it('and its webhooks come twice and in any order', async () => {
    for (const mode of ['duplicate', 'reorder', 'shuffle']) {
      const payer = await agent.payer()
      await agent.stripe('deliveries', { mode })
      const proposal = await propose({ payment: payer.invoice, amount: 400 })
      await finish()
      await expectOnce(proposal, payer)
    }
  })

  it('for half a day: it is given when Stripe is back', async () => {
    const payer = await agent.payer()
    const proposal = await propose({ payment: payer.invoice })
    house.stripe.faults.add({ kind: 'server_error', path: '/v1/' })
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await house.sql`update jobs.delayed set run_at = private.clock()`
      await timePasses()
      await house.workers.memberships.drain()
    }
    expect((await agent.proposal(proposal)).state).toBe('approved')
    house.stripe.faults.clear()
    await finish()
    await expectOnce(proposal, payer)
  })
})

describe('Many at once', () => {
  /** Agents enough that none asks the same so often that it is stopped. */
  const four = async () => [agent, await agentOf(house), await agentOf(house), await agentOf(house)]

  it('propose the whole of one payment: one may, and one refund is made', async () => {
    const payer = await agent.payer()
    const all = await four()
    const pool = postgres(house.url, { max: 20, onnotice: () => {} })
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        all[at % 4]!.proposeRefund({ payment: payer.invoice }, pool),
      ),
    )
    await pool.end()
    const made = asked.filter(({ status }) => status === 202)
    expect(made).toHaveLength(1)
    const said = asked.filter(({ status }) => status !== 202).map(({ body }) => body.error!.message)
    expect(new Set(said)).toEqual(
      new Set(['All that is left of this payment is proposed to be given back already']),
    )
    await finish()
    await expectOnce(made[0]!.body.data.id, payer)
  })

  it('propose parts of it: together never more than was paid', async () => {
    const payer = await agent.payer()
    const all = await four()
    const pool = postgres(house.url, { max: 20, onnotice: () => {} })
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        all[at % 4]!.proposeRefund({ payment: payer.invoice, amount: 150 }, pool),
      ),
    )
    await pool.end()
    expect(asked.filter(({ status }) => status === 202)).toHaveLength(6)
    expect(asked.filter(({ status }) => status === 422)).toHaveLength(14)
    await finish()
    const given = agent.refundsOf(payer.charge.id).map(({ amount }) => amount)
    expect(given).toEqual([150, 150, 150, 150, 150, 150])
  })

  it('workers carry one proposal out: one refund is made', async () => {
    const payer = await agent.payer()
    const proposal = await propose({ payment: payer.invoice })
    for (const key of [fresh('twin'), fresh('twin')]) {
      await house.sql`
        select jobs.enqueue('memberships', 'carry_out_refund', ${house.sql.json({ proposal_id: proposal })}, key => ${key})`
    }
    await house.workers.memberships.drain()
    await finish()
    await expectOnce(proposal, payer)
  })
})
