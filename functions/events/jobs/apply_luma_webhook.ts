import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ webhook_id: z.string() })

/** Tries a stored message of Luma again that could not be applied when it came. */
export const applyLumaWebhook: Handler<JobDeps> = async (job, { sql }) => {
  const { webhook_id } = args.parse(job.args)
  const [row] = await sql<{ state: string }[]>`
    select private.apply_luma_webhook(${webhook_id},
        (select k.max_attempts <= ${job.attempt} from jobs.kinds k
          where k.queue = 'events' and k.kind = 'apply_luma_webhook'),
        private.clock()) as state`
  const { state } = row!
  if (state !== 'failed' && state !== 'dead') return { note: state }
  const [held] = await sql<{ note: string | null }[]>`
    select note from private.luma_webhooks where webhook_id = ${webhook_id}`
  const kind = state === 'dead' ? 'refused' : 'retry'
  throw new ProviderError('Luma message', kind, `${webhook_id}: ${held?.note ?? state}`)
}
