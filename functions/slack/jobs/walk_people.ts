import { z } from 'zod'
import { isSaid } from '../../_shared/providers/slack_errors.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ run_id: z.number(), page: z.number() })

/**
 * Reads one page of everybody in the workspace. What it says, where the next one begins and the job that reads that
 * are stored together, so that a crash anywhere repeats at most this page.
 */
export const walkPeople: Handler<JobDeps> = async (job, { sql, slack }) => {
  const { run_id, page } = args.parse(job.args)
  const [row] = await sql<{ cursor: string | null }[]>`
    select private.slack_page_to_read(${run_id}, ${page}) as cursor`
  const cursor = row?.cursor ?? null
  if (cursor === null) return { note: 'nothing left to do' }
  // A token of another workspace would know nobody of ours: whose it is comes first.
  if (cursor === '') {
    const { id, name, url } = await slack.workspace()
    const [entered] = await sql<{ is_ours: boolean }[]>`
      select private.enter_slack_workspace(${run_id}, ${id}, ${name}, ${url}) as is_ours`
    if (!entered?.is_ours) return { note: 'another workspace' }
  }
  try {
    const { items, next } = await slack.people(cursor)
    const [taken] = await sql<{ matched: number | null }[]>`
      select private.take_slack_page(${run_id}, ${page}, ${sql.json(items as never)}, ${next}) as matched`
    return { note: `${items.length} people, ${taken?.matched ?? 'none'} of them members` }
  } catch (error) {
    if (!isSaid(error, 'invalid_cursor') || cursor === '') throw error
    await sql`select private.restart_slack_walk(${run_id}, ${page})`
    return { note: 'the cursor had expired: from the beginning again' }
  }
}
