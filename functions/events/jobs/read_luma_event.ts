import { z } from 'zod'
import type { LumaClient } from '../../_shared/providers/luma.ts'
import { isForeign, isGone } from '../../_shared/providers/luma_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ luma_id: z.string(), unless_known: z.boolean().default(false) })

/** Whether hosts are asked before anybody gets in: Luma keeps that with each kind of ticket. */
export async function asksHosts(luma: LumaClient, id: string, signal: AbortSignal) {
  const types = await luma.ticketTypes(id, { signal })
  return types.length > 0 && types.every(({ require_approval }) => require_approval === true)
}

/** Reads one event from Luma: what was made or edited there is taken over, what is gone there is canceled here. */
export const readLumaEvent: Handler<JobDeps> = async (job, { sql, luma, signal }) => {
  const { luma_id, unless_known } = args.parse(job.args)
  if (unless_known && (await isKnown(sql, luma_id))) return { note: 'nothing left to do' }
  const correlation = job.correlationId ?? null
  // SQL's clock, and before the question: whatever is written meanwhile is newer than this answer.
  const [asked] = await sql<{ at: string }[]>`select private.clock()::text as at`
  try {
    const event = await luma.getEvent(luma_id, { signal })
    const approval = await asksHosts(luma, luma_id, signal)
    const hosts = (event.hosts ?? []).flatMap(({ email }) => email ?? [])
    const [row] = await sql<{ outcome: string }[]>`
      select private.adopt_luma_event(${sql.json(event as never)}, ${approval}, ${hosts}::text[],
        ${asked!.at}::timestamptz, ${correlation}, private.clock()) as outcome`
    return { note: row!.outcome }
  } catch (error) {
    if (isForeign(error) && !(await isKnown(sql, luma_id))) return { note: 'not ours to manage' }
    if (!isGone(error)) throw error
    const [row] = await sql<{ outcome: string }[]>`
      select private.luma_event_gone(${luma_id}, private.clock()) as outcome`
    return { note: row!.outcome }
  }
}

/** An event that somebody else manages may stand on our calendar too. One that we know is another matter. */
async function isKnown(sql: Sql, lumaId: string): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (select from private.luma_events l where l.luma_id = ${lumaId}) as known`
  return row!.known
}
