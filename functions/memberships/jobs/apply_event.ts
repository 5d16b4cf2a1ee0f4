import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ event_id: z.string() })

/** Tries a stored event again that could not be applied when it came. */
export const applyEvent: Handler<JobDeps> = async (job, { sql }) => {
  const { event_id } = args.parse(job.args)
  const [row] = await sql<{ state: string }[]>`
    select private.apply_stripe_event(${event_id},
        (select k.max_attempts <= ${job.attempt} from jobs.kinds k
          where k.queue = 'memberships' and k.kind = 'apply_event'),
        private.clock()) as state`
  const { state } = row!
  if (state !== 'failed' && state !== 'dead') return { note: state }
  const [event] = await sql<{ note: string | null }[]>`
    select note from private.stripe_events where event_id = ${event_id}`
  const kind = state === 'dead' ? 'refused' : 'retry'
  throw new ProviderError('Stripe event', kind, `${event_id}: ${event?.note ?? state}`)
}
