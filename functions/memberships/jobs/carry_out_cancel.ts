import { z } from 'zod'
import type { Snapshot, StripeClient, StripeObject } from '../../_shared/providers/stripe.ts'
import type { Handler, HandlerResult } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { accountFor, isNoPractice } from './practice.ts'
import { refusalInWords } from './refusals.ts'
import { unmappedPriceWaits } from './unmapped_price.ts'

const args = z.object({ proposal_id: z.string() })

interface Owed {
  subscription: string
  at_period_end: boolean
  is_sandbox: boolean
  is_begun: boolean
  why_not: string | null
}

/**
 * Cancels a subscription as an approved proposal says. Stripe is asked how it stands first: a cancellation of ours carries
 * the proposal's number there, so that one whose answer was lost is not made again over what the member has done since.
 */
export const carryOutCancel: Handler<JobDeps> = async (job, deps) => {
  const { sql } = deps
  const { proposal_id: proposal } = args.parse(job.args)
  const source = job.correlationId ?? `job-${job.id}`
  const [row] = await sql<{ owed: Owed | null }[]>`
    select private.begin_cancel(${proposal}::uuid) as owed`
  const owed = row?.owed
  if (!owed) return { note: 'nothing left to do' }

  const settle = async (
    done: Snapshot<StripeObject> | null,
    why: string | null = null,
  ): Promise<HandlerResult> => {
    await unmappedPriceWaits(
      () => sql`select private.cancel_settled(${proposal}::uuid, ${done && sql.json(done.value as never)}::jsonb,
        ${done?.asOf ?? null}, ${why}, ${source}, private.clock())`,
    )
    return { note: why ?? 'canceled' }
  }
  if (owed.why_not) return await settle(null, owed.why_not)
  const stripe = accountFor(owed, deps)
  if (isNoPractice(stripe)) return await settle(null, stripe.why)

  try {
    const now = await stripe.subscription(owed.subscription)
    const ours = owed.is_begun && isOurs(now.value, owed, proposal)
    if (ours) return await settle(now)
    const why = standsAgainst(now.value, owed)
    if (why) return await settle(now, why)
    const [asking] = await sql<{ is_owed: boolean }[]>`
      select private.sending_cancel(${proposal}::uuid, ${job.id}) as is_owed`
    if (!asking!.is_owed) return { note: 'taken back meanwhile' }
    return await settle(await cancel(stripe, owed, proposal))
  } catch (error) {
    const why = refusalInWords(error)
    return why ? await settle(null, why) : Promise.reject(error)
  }
}

const cancel = (stripe: StripeClient, { subscription, at_period_end }: Owed, proposal: string) =>
  at_period_end ? stripe.cancelAtPeriodEnd(subscription, proposal) : stripe.cancelNow(subscription)

const isOver = ({ status }: StripeObject) =>
  status === 'canceled' || status === 'incomplete_expired'

/** Whether what was asked for has happened, when it was asked for before. */
function isOurs(sub: StripeObject, { at_period_end }: Owed, proposal: string): boolean {
  const metadata = sub.metadata as Record<string, string> | null
  return at_period_end ? metadata?.cancel_proposal === proposal : isOver(sub)
}

/** Why there is nothing left to cancel. */
function standsAgainst(sub: StripeObject, { at_period_end }: Owed): string | null {
  if (isOver(sub)) return 'The subscription had ended already.'
  if (at_period_end && sub.cancel_at) return 'It was to end with its period already.'
  return null
}
