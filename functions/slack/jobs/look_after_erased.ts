import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ offboarding_id: z.number() })

/** Asks Slack whether somebody who was erased here still has an account there; if not, her line goes for good. */
export const lookAfterErased: Handler<JobDeps> = async (job, { sql, slack }) => {
  const { offboarding_id: id } = args.parse(job.args)
  const [row] = await sql<{ slack_user_id: string }[]>`
    select o.slack_user_id from private.slack_offboarding o
     where o.id = ${id} and o.reason = 'erased' and o.closed_at is null`
  if (!row) return { note: 'nothing left to do' }
  const person = await slack.personById(row.slack_user_id)
  const isThere = person !== null && person.status !== 'deactivated'
  await sql`select private.slack_offboarding_seen(${id}, ${isThere}, private.clock())`
  return { note: isThere ? 'she is still there' : 'her account is off' }
}
