import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ run_id: z.number() })
const next = z.object({ cursor: z.string().nullable() }).nullable()

/**
 * Reads one page of all events at Luma. Where the next one begins is kept with what came of this one, so that a run
 * goes on where it stopped; its last page has SQL look for what is not there any more.
 */
export const readBack: Handler<JobDeps> = async (job, { sql, luma, signal }) => {
  const { run_id } = args.parse(job.args)
  const [row] = await sql<{ next: unknown }[]>`select private.read_back_at(${run_id}) as next`
  const place = next.parse(row?.next ?? null)
  if (!place) return { note: 'nothing left to do' }

  const [asked] = await sql<{ at: string }[]>`select private.clock()::text as at`
  const page = await luma.listEvents({ cursor: place.cursor }, { urgency: 'bulk', signal })
  const [kept] = await sql<{ note: string }[]>`
    select private.read_back_page(${run_id}, ${place.cursor}, ${sql.json(page.entries as never)}, ${page.cursor},
      ${asked!.at}::timestamptz, private.clock()) as note`
  return { note: kept!.note }
}
