import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import { isGone } from '../../_shared/providers/luma_errors.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { bringUpToDate } from '../luma/bring.ts'
import { cancelAtLuma } from '../luma/cancel.ts'
import { createAtLuma } from '../luma/create.ts'
import { task } from '../luma/task.ts'

const args = z.object({ event_id: z.string() })

/**
 * Carries one event to Luma: created once, changed or canceled. SQL says what is to do and gives a claim, so that
 * no two workers are at one event. Each step is recorded before the next; after a crash the next attempt goes on.
 */
export const carryToLuma: Handler<JobDeps> = async (job, deps) => {
  const { event_id } = args.parse(job.args)
  const { sql, signal } = deps
  const [row] = await sql<{ task: unknown }[]>`
    select private.claim_luma_event(${event_id}::uuid, ${job.id}, private.clock()) as task`
  const work = task.parse(row!.task)
  if (work.do === 'nothing') return { note: work.note }
  if (work.do === 'wait') {
    throw new ProviderError('Luma', 'retry', 'Another attempt is still at it', {
      retryAfter: work.seconds,
    })
  }

  const context = { ...deps, event: event_id, job: job.id, signal }
  try {
    const lumaId = work.luma_id ?? (await createAtLuma(work, context))
    if (work.do === 'cancel') return { note: await cancelAtLuma(work, lumaId, context) }
    // createAtLuma finds nothing only for an event that is canceled.
    if (!lumaId) throw new Error('Nothing was created')
    return { note: await bringUpToDate(work, lumaId, context) }
  } catch (error) {
    if (work.luma_id && isGone(error)) {
      const [gone] = await sql<{ outcome: string }[]>`
        select private.luma_event_gone(${work.luma_id}, private.clock()) as outcome`
      return { note: gone!.outcome }
    }
    const kind = error instanceof ProviderError ? error.kind : 'retry'
    const said = error instanceof Error ? error.message : String(error)
    await sql`select private.luma_failed(${event_id}::uuid, ${work.claim}::uuid, ${kind}, ${said}, private.clock())`
    // A refusal stands with the event, in words for its leader, and is tried again by the schedule.
    if (kind !== 'retry') return { note: `${kind}: ${said}` }
    throw error
  }
}
