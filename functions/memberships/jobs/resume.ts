import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { accountFor, isNoPractice } from './practice.ts'
import { refusalInWords } from './refusals.ts'
import { unmappedPriceWaits } from './unmapped_price.ts'

const args = z.object({ proposal_id: z.string() })

interface Owed {
  subscription: string
  is_sandbox: boolean
  is_waiting: boolean
  /** When Stripe took the cancellation, in its seconds. */
  canceled_at: number | null
}

/** Takes a cancellation for the end of the period back, when it is still the one that this proposal made. */
export const resume: Handler<JobDeps> = async (job, deps) => {
  const { sql } = deps
  const { proposal_id: proposal } = args.parse(job.args)
  const [row] = await sql<{ owed: Owed | null }[]>`
    select private.resume_owed(${proposal}::uuid) as owed`
  const owed = row?.owed
  if (!owed) return { note: 'nothing left to do' }
  if (owed.is_waiting) {
    throw new ProviderError('Stripe', 'retry', 'It is still being canceled', { retryAfter: 30 })
  }
  const stripe = accountFor(owed, deps)
  if (isNoPractice(stripe)) return { note: stripe.why }
  try {
    const { value } = await stripe.subscription(owed.subscription)
    if (!value.cancel_at || value.canceled_at !== owed.canceled_at) {
      return { note: 'Somebody decided otherwise meanwhile' }
    }
    const kept = await stripe.keep(owed.subscription)
    if (owed.is_sandbox) return { note: 'kept' }
    const source = job.correlationId ?? `job-${job.id}`
    await unmappedPriceWaits(
      () => sql`select private.apply_subscription(${sql.json(kept.value as never)}, 'fetched', ${kept.asOf},
        ${`resume-${proposal}`}, ${source}, private.clock())`,
    )
    return { note: 'kept' }
  } catch (error) {
    const why = refusalInWords(error)
    return why ? { note: why } : Promise.reject(error)
  }
}
