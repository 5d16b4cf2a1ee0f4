import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ charge_id: z.string() })

/** Asks Stripe which invoice a refunded or disputed charge had paid. */
export const resolveCharge: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { charge_id } = args.parse(job.args)
  const [charge] = await sql<{ payment_intent_id: string | null; invoice_id: string | null }[]>`
    select payment_intent_id, invoice_id from private.charges where charge_id = ${charge_id}`
  if (!charge || charge.invoice_id) return { note: 'nothing left to do' }
  if (!charge.payment_intent_id)
    return { note: 'a charge without a payment intent pays no invoice' }
  const invoice = await stripe.invoiceOfPaymentIntent(charge.payment_intent_id)
  if (!invoice) return { note: 'it paid no invoice' }
  await sql`select private.attach_charge(${charge_id}, ${invoice},
    ${job.correlationId ?? `job-${job.id}`}, private.clock())`
}
