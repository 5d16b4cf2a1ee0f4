import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ customer_id: z.string() })

/** Asks Stripe who a customer is that no event has named. */
export const resolveCustomer: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { customer_id } = args.parse(job.args)
  const [held] = await sql<{ known: boolean }[]>`
    select member_id is not null as known from private.stripe_customers
     where customer_id = ${customer_id}`
  if (held?.known) return { note: 'nothing left to do' }
  const { value: customer } = await stripe.customer(customer_id)
  if (!customer) {
    await sql`select private.apply_customer(${sql.json({ id: customer_id })}, 'deleted',
      private.clock(), ${`job-${job.id}`}, private.clock())`
    return { note: 'deleted at Stripe' }
  }
  const source = job.correlationId ?? `job-${job.id}`
  await sql`
    select private.resolve_customer(${sql.json(customer as never)}, ${source}, private.clock())`
}
