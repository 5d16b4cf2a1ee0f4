import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { contactOf, target } from '../target.ts'

const args = z.object({ batch_id: z.number() })
const batch = z
  .object({
    mailchimp_batch_id: z.string().nullable(),
    finished: z.boolean(),
    targets: z.array(target.extend({ member_id: z.string() })).nullable(),
  })
  .nullable()

/**
 * Sends up to 500 members as one batch of operations. Sent twice it changes nothing more: every
 * operation in it sets a state.
 */
export const submitBatch: Handler<JobDeps> = async (job, { sql, mailchimp }) => {
  const { batch_id } = args.parse(job.args)
  const [row] = await sql<{ batch: unknown }[]>`
    select private.batch_targets(${batch_id}, private.clock()) as batch`
  const held = batch.parse(row?.batch ?? null)
  if (!held || held.mailchimp_batch_id || held.finished) return { note: 'nothing left to do' }
  const wanted = (held.targets ?? []).filter(({ parked }) => !parked)
  if (wanted.length === 0) return { note: 'nobody left in it' }
  const operations = wanted.flatMap((one) =>
    mailchimp.operationsFor(contactOf(one), one.known_as, one.tags, one.member_id),
  )
  const id = await mailchimp.submitBatch(operations)
  await sql`select private.batch_submitted(${batch_id}, ${id}, private.clock())`
  return { note: `${wanted.length} contacts` }
}
