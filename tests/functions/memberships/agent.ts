import { fresh } from '../support/events.ts'
import type { House } from '../support/house.ts'
import { act, join } from '../support/people.ts'

export interface Proposal {
  id: string
  state: string
  error: string | null
  provider_id: string | null
  shows: Record<string, unknown> & { would: string[] }
}

/** What an operation answered, as the gateway passes it on. */
export interface Answer<Data = Proposal> {
  status: number
  body: {
    data: Data
    next?: string
    error?: { message: string; field?: string; remedy?: string }
  }
}

/** An agent that may do everything with money, and the people that it is about, in a house of tests. */
export async function agentOf(house: House, { practice = false } = {}) {
  const { sql } = house
  const name = fresh(practice ? 'practice' : 'money')
    .replaceAll('_', '-')
    .slice(0, 40)
  const scopes = ['payments:read', 'payments:refund', 'payments:cancel']
  const [made] = await sql<{ secret: string }[]>`
    select admin.create_agent_key(${name}, 'Moves money in tests', '{payments:read}', null, 'bulk', ${practice}) as secret`
  const { secret } = made!
  await sql`update private.agent_keys set scopes = ${scopes}::private.agent_scope[], refund_each = 1000000, refunds_a_day = 1000, cancels_a_day = 1000, actions_a_member = 1000
    where name = ${name}`
  await sql`update private.agent_rates set capacity = 10000`

  async function call<Data = Proposal>(
    operation: string,
    args: object,
    pool: typeof sql = sql,
  ): Promise<Answer<Data>> {
    const [row] = await pool<{ answer: Answer<Data> }[]>`
      select private.gateway_request(${secret}, null, ${operation}, ${sql.json(args as never)}, null,
        ${fresh('key')}, null, null, ${fresh('request')}, private.clock()) as answer`
    return row!.answer
  }
  const because = () => ({ reason: fresh('She paid twice') })

  return {
    name,
    call,
    proposeRefund: (args: object, pool?: typeof sql) =>
      call('payments.propose_refund', { ...because(), ...args }, pool),
    proposeCancel: (args: object) => call('payments.propose_cancel', { ...because(), ...args }),
    async proposal(id: string): Promise<Proposal> {
      const [row] = await sql<Proposal[]>`
        select id, state, error, provider_id, shows from private.agent_proposals where id = ${id}`
      return row!
    },
    /** A member who has just paid, with her invoice and the charge behind it. */
    async payer(wish: { tier?: string } = {}) {
      const email = `${fresh('payer')}@example.org`
      const member = await join(house, { email, ...wish })
      // What happens to her next is of another second than her joining.
      await house.advance(0.001)
      await house.work()
      const [bill] = await sql<{ invoice_id: string }[]>`
        select invoice_id from public.invoices where customer_id = ${member.customer}`
      const charge = [...house.stripe.world.charges.values()].find(
        (one) => one.customer === member.customer,
      )!
      return { ...member, email, invoice: bill!.invoice_id, charge }
    },
    /** The refunds that Stripe has of a charge. */
    refundsOf: (charge: string) =>
      [...house.stripe.world.refunds.values()].filter((refund) => refund.charge === charge),
    stripe: (action: string, body: object) => act(house.stripe.url, `stripe/${action}`, body),
  }
}

export type Agent = Awaited<ReturnType<typeof agentOf>>
