import { z } from 'zod'
import type { Snapshot, StripeObject } from '../../_shared/providers/stripe.ts'
import type { Handler, HandlerResult } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { accountFor, isNoPractice } from './practice.ts'
import { refusalInWords } from './refusals.ts'
import { unmappedPriceWaits } from './unmapped_price.ts'

const args = z.object({ proposal_id: z.string() })

interface Owed {
  subscription: string
  is_sandbox: boolean
  /** When Stripe took the cancellation, in its seconds. */
  canceled_at: number | null
}

/**
 * Takes a cancellation for the end of the period back, when it is still the one that this proposal made, and says of the
 * agent's change whether that was done.
 */
export const resume: Handler<JobDeps> = async (job, deps) => {
  const { sql } = deps
  const { proposal_id: proposal } = args.parse(job.args)
  const source = job.correlationId ?? `job-${job.id}`
  const [row] = await sql<{ owed: Owed | null }[]>`
    select private.resume_owed(${proposal}::uuid) as owed`
  const owed = row?.owed
  if (!owed) return { note: 'nothing left to do' }

  const settle = async (
    now: Snapshot<StripeObject> | null,
    why: string | null,
  ): Promise<HandlerResult> => {
    await unmappedPriceWaits(
      () => sql`select private.resume_settled(${proposal}::uuid, ${now && sql.json(now.value as never)}::jsonb,
        ${now?.asOf ?? null}, ${why}, ${source}, private.clock())`,
    )
    return { note: why ?? 'kept' }
  }
  const stripe = accountFor(owed, deps)
  if (isNoPractice(stripe)) return await settle(null, stripe.why)
  try {
    const now = await stripe.subscription(owed.subscription)
    if (isOver(now.value)) return await settle(now, 'The subscription has ended meanwhile.')
    // It runs on: a worker took it back and died, or she did herself.
    if (!now.value.cancel_at) return await settle(now, null)
    if (now.value.canceled_at !== owed.canceled_at) {
      return await settle(now, 'Somebody decided otherwise meanwhile.')
    }
    return await settle(await stripe.keep(owed.subscription), null)
  } catch (error) {
    const why = refusalInWords(error)
    return why ? await settle(null, why) : Promise.reject(error)
  }
}

const isOver = ({ status }: StripeObject) =>
  status === 'canceled' || status === 'incomplete_expired'
