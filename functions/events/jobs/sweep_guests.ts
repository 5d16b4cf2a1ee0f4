import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { storable } from '../guests.ts'

const args = z.object({ run_id: z.number(), event_id: z.string() })
const page = z
  .object({ luma_event_id: z.string(), cursor: z.string().nullable(), at: z.string() })
  .nullable()

/** Milliseconds after which a job leaves the rest to its next attempt, well before its lease ends. */
const SLICE_MS = 15_000

/**
 * Reads an event's guest list page by page. Each page is kept and decided with one call, together with where the next
 * one begins, so that a sweep that has to wait for Luma, or whose worker stops, goes on where it was.
 */
export const sweepGuests: Handler<JobDeps> = async (job, { sql, luma, now, signal }) => {
  const { run_id, event_id } = args.parse(job.args)
  const until = now().getTime() + SLICE_MS
  for (let pages = 0; ; pages++) {
    signal.throwIfAborted()
    if (pages > 0 && now().getTime() > until) {
      // Put off, not failed: where the next page begins is kept with the run.
      throw new ProviderError('Luma', 'retry', `${pages} pages read, and more to come`, {
        retryAfter: 0,
      })
    }
    const [row] = await sql<{ page: unknown }[]>`
      select private.guest_page_to_read(${run_id}, ${event_id}::uuid, private.clock()) as page`
    const wanted = page.parse(row?.page ?? null)
    if (!wanted) return { note: pages ? `${pages} pages` : 'nothing left to do' }
    try {
      const { entries, cursor } = await luma.listGuests(wanted.luma_event_id, wanted.cursor, {
        urgency: 'bulk',
        signal,
      })
      await sql`
        select private.apply_guest_page(${run_id}, ${event_id}::uuid, ${wanted.cursor}, ${sql.json(storable(entries) as never)},
          ${cursor}, ${wanted.at}::timestamptz, private.clock())`
    } catch (error) {
      if (error instanceof ProviderError && error.kind !== 'retry') {
        // The other events go on; the run says which list could not be read.
        await sql`select private.finish_guest_list(${run_id}, ${event_id}::uuid, private.clock(), ${error.message})`
      }
      throw error
    }
  }
}
