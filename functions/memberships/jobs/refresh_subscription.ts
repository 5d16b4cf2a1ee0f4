import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { unmappedPriceWaits } from './unmapped_price.ts'

const args = z.object({ subscription_id: z.string() })

/** Asks Stripe which of two states of the same second holds, and applies the answer. */
export const refreshSubscription: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { subscription_id } = args.parse(job.args)
  const { value, asOf } = await stripe.subscription(subscription_id)
  const source = `refresh-${job.id}`
  const [row] = await unmappedPriceWaits(
    () => sql<{ outcome: string; overtaken: boolean }[]>`
      select private.apply_subscription(${sql.json(value as never)}, 'fetched', ${asOf}, ${source},
          ${job.correlationId ?? source}, private.clock()) as outcome,
        exists (select from public.subscriptions s
                 where s.subscription_id = ${subscription_id} and s.as_of > ${asOf}) as overtaken`,
  )
  const { outcome, overtaken } = row!
  if (outcome === 'superseded' && overtaken) {
    // What was fetched may be older than what we hold, by less than the second that Stripe counts in.
    throw new ProviderError('Stripe', 'retry', 'Asked too early; asking again', { retryAfter: 2 })
  }
  return { note: outcome }
}
