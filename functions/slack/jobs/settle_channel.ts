import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { settle } from '../settle.ts'

const args = z.object({ channel_id: z.string(), slack_user_id: z.string() })

/** Brings one person into a channel, or takes her out, because her membership or her role changed. */
export const settleChannel: Handler<JobDeps> = async (job, { sql, slack }) => {
  const { channel_id: channel, slack_user_id: user } = args.parse(job.args)
  const { note } = await settle(
    { channel, user, try: false, correlationId: job.correlationId },
    sql,
    slack,
  )
  return { note }
}
