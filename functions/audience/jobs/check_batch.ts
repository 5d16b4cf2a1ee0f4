import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ batch_id: z.number() })

/** Seconds between two looks at a batch that still runs. */
const PAUSE = 10

/** Looks whether Mailchimp has finished a batch. With errors, SQL has everybody in it looked at one by one. */
export const checkBatch: Handler<JobDeps> = async (job, { sql, mailchimp }) => {
  const { batch_id } = args.parse(job.args)
  const [held] = await sql<{ mailchimp_batch_id: string | null; finished: boolean }[]>`
    select mailchimp_batch_id, finished_at is not null as finished
      from private.audience_batches where id = ${batch_id}`
  if (!held?.mailchimp_batch_id || held.finished) return { note: 'nothing left to do' }
  const { finished, errored } = await mailchimp.batch(held.mailchimp_batch_id)
  if (!finished) {
    throw new ProviderError('Mailchimp', 'retry', 'The batch still runs', { retryAfter: PAUSE })
  }
  await sql`select private.batch_finished(${batch_id}, ${errored}, private.clock())`
  return { note: `${errored} errors` }
}
