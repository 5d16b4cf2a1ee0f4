import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ erasure_id: z.number() })

/**
 * Erases a person at Stripe. First everything that could still take money ends, then the customer is deleted:
 * her card, name and address go, while charges, invoices and refunds stay there without her, as the books need.
 * Each step may be done already: after a crash it goes on where it stopped.
 */
export const eraseCustomer: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { erasure_id } = args.parse(job.args)
  const [owed] = await sql<{ customer: string | null }[]>`
    select private.erasure_owed(${erasure_id}) as customer`
  if (!owed?.customer) return { note: 'nothing left to do' }
  await stripe.closeCheckouts(owed.customer)
  const ended = await stripe.endSubscriptions(owed.customer)
  for (const { value, asOf } of ended) {
    await sql`select private.compare_buried(${sql.json(value as never)}, ${asOf}, private.clock())`
  }
  await stripe.deleteCustomer(owed.customer)
  const outcome = `Customer deleted; ${ended.length} subscriptions ended`
  await sql`select private.customer_erased(${erasure_id}, ${owed.customer}, ${outcome}, private.clock())`
  return { note: outcome }
}
