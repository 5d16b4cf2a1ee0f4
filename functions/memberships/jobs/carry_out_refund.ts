import { z } from 'zod'
import type { Snapshot, StripeObject } from '../../_shared/providers/stripe.ts'
import type { Handler, HandlerResult } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { accountFor, isNoPractice } from './practice.ts'
import { type OwedRefund, refundOnce } from './refund_once.ts'

const args = z.object({ proposal_id: z.string() })

type Owed = Omit<OwedRefund, 'proposal'> & {
  why_not: string | null
  is_sandbox: boolean
  refund_id: string | null
}

/**
 * Gives a payment back as an approved proposal says: makes the refund once, keeps it at once, then applies what Stripe
 * says of the charge, so that access and gifts follow even when no webhook comes.
 */
export const carryOutRefund: Handler<JobDeps> = async (job, deps) => {
  const { sql } = deps
  const { proposal_id: proposal } = args.parse(job.args)
  const source = job.correlationId ?? `job-${job.id}`
  const [row] = await sql<{ owed: Owed | null }[]>`
    select private.begin_refund(${proposal}::uuid) as owed`
  const owed = row?.owed
  if (!owed) return { note: 'nothing left to do' }

  const fail = async (why: string): Promise<HandlerResult> => {
    await sql`select private.refund_not_made(${proposal}::uuid, ${why}, ${source}, private.clock())`
    return { note: why }
  }
  if (owed.why_not) return await fail(owed.why_not)
  const stripe = accountFor(owed, deps)
  if (isNoPractice(stripe)) return await fail(stripe.why)

  let made: Snapshot<StripeObject> | { why: string }
  if (owed.refund_id) {
    // A webhook told of it, or a worker kept it and died.
    made = await stripe.refundById(owed.refund_id)
  } else {
    made = await refundOnce({ ...owed, proposal }, { sql, stripe, job: job.id })
    if ('why' in made) return await fail(made.why)
    await sql`select private.refund_made(${proposal}::uuid, ${sql.json(made.value as never)}, ${made.asOf},
      ${source}, private.clock())`
  }
  const refund = made.value
  // What happens at the account for practice is no part of our books.
  const charge =
    owed.is_sandbox || !refund.charge ? null : await stripe.charge(String(refund.charge))
  await sql`select private.refund_settled(${proposal}::uuid, ${sql.json(refund as never)},
    ${charge && sql.json(charge.value as never)}::jsonb, ${charge?.asOf ?? made.asOf}, ${source}, private.clock())`
  return { note: `${String(refund.id)} ${String(refund.status)}` }
}
