import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ customer_id: z.string() })

/** Asks Stripe which of two states of the same second a customer has, and applies the answer. */
export const refreshCustomer: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { customer_id } = args.parse(job.args)
  const { value, asOf } = await stripe.customer(customer_id)
  const customer = value ?? { id: customer_id }
  const kind = value ? 'fetched' : 'deleted'
  const source = job.correlationId ?? `job-${job.id}`
  const [row] = await sql<{ outcome: string; overtaken: boolean }[]>`
    select private.apply_customer(${sql.json(customer as never)}, ${kind}, ${asOf}, ${source},
        private.clock()) as outcome,
      exists (select from private.stripe_customers c
               where c.customer_id = ${customer_id} and c.deleted_at is null
                 and c.as_of > ${asOf}) as overtaken`
  const { outcome, overtaken } = row!
  if (outcome === 'superseded' && overtaken) {
    // What was fetched may be older than what we hold, by less than the second that Stripe counts in.
    throw new ProviderError('Stripe', 'retry', 'Asked too early; asking again', { retryAfter: 2 })
  }
  return { note: value ? outcome : 'deleted at Stripe' }
}
