import { z } from 'zod'
import { isSaid } from '../../_shared/providers/slack_errors.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { OF_THE_CHANNEL } from '../settle.ts'

const args = z.object({ channel_id: z.string(), run: z.string(), cursor: z.string() })

/** Reads one page of who is in a channel that a right opens; after the last, what differs is owed. */
export const walkChannel: Handler<JobDeps> = async (job, { sql, slack }) => {
  const { channel_id: channel, run, cursor } = args.parse(job.args)
  try {
    const { items, next } = await slack.membersOf(channel, cursor)
    const [row] = await sql<{ is_current: boolean }[]>`
      select private.slack_channel_page(${channel}, ${run}::uuid, ${items}, private.clock()) as is_current`
    if (!row!.is_current) return { note: 'a newer reading has begun' }
    if (next) {
      await sql`select private.continue_channel_walk(${channel}, ${run}::uuid, ${next})`
      return { note: `${items.length} people` }
    }
    await sql`select private.slack_channel_walked(${channel}, ${run}::uuid, private.clock())`
    return { note: `${items.length} people, the last page` }
  } catch (error) {
    // What an admin has to mend is remembered; a page that Slack forgot is read again tomorrow, with all the others.
    if (isSaid(error, 'invalid_cursor')) return { note: 'Slack forgot where we were' }
    if (!isSaid(error, ...OF_THE_CHANNEL, 'not_in_channel')) throw error
    await sql`select private.slack_channel_problem(${channel}, ${error.message}, private.clock())`
    return { note: `the app may not: ${error.message}` }
  }
}
