import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ batch_id: z.number(), offset: z.number() })
const PAGE = 500

/** Milliseconds that Mailchimp's clock may be behind ours. */
const SKEW_MS = 300_000

/**
 * Reads one page of what changed at Mailchimp since a batch was made: only what stands there counts. Whoever
 * is on no page, because the batch found her as she was, is looked at one by one in the end.
 */
export const readBatch: Handler<JobDeps> = async (job, { sql, mailchimp }) => {
  const { batch_id, offset } = args.parse(job.args)
  const [held] = await sql<{ created_at: Date }[]>`
    select created_at from private.audience_batches where id = ${batch_id}`
  if (!held) return { note: 'nothing left to do' }
  const since = new Date(held.created_at.getTime() - SKEW_MS)
  const { contacts, total } = await mailchimp.membersPage(offset, PAGE, since)
  const [row] = await sql<{ settled: number }[]>`
    select private.batch_read(${batch_id}, ${sql.json(contacts)}, private.clock()) as settled`
  const next = offset + contacts.length
  if (contacts.length > 0 && next < total) {
    await sql`select private.continue_batch_read(${batch_id}, ${next})`
    return { note: `${row!.settled} of ${contacts.length} settled` }
  }
  const [end] = await sql<{ left: number }[]>`
    select private.finish_batch_read(${batch_id}) as left`
  return { note: `${row!.settled} of ${contacts.length} settled, ${end!.left} one by one` }
}
