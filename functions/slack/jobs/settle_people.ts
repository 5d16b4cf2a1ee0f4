import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { settle } from '../settle.ts'

const args = z.object({ channel_id: z.string(), try: z.boolean().optional() })

/**
 * Brings the next people into a channel, or takes them out, until nobody differs. One after the other: Slack takes
 * about fifty of these calls a minute, and says so when it is too much.
 */
export const settlePeople: Handler<JobDeps> = async (job, { sql, slack, signal }) => {
  const { channel_id: channel, try: trying = false } = args.parse(job.args)
  const [row] = await sql<{ people: string[] }[]>`
    select private.slack_people_to_settle(${channel}, ${trying}, private.clock()) as people`
  let done = 0
  for (const user of row!.people) {
    if (signal.aborted) break
    const { note, isStopped } = await settle({ channel, user, try: trying }, sql, slack)
    if (isStopped) return { note }
    done += 1
  }
  if (done > 0) await sql`select private.continue_settling(${channel}, false)`
  return { note: `${done} people` }
}
