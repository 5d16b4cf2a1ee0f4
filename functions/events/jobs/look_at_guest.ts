import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { type GuestPlace, lookAtGuest } from '../guests.ts'

const args = z.object({ guest_id: z.number() })

/** Looks one guest up at Luma, because what was heard of her contradicts what is known. */
export const lookAtOneGuest: Handler<JobDeps> = async (job, deps) => {
  const { guest_id } = args.parse(job.args)
  const [row] = await deps.sql<{ place: GuestPlace | null }[]>`
    select private.guest_to_look_at(${guest_id}, private.clock()) as place`
  if (!row?.place) return { note: 'nothing left to do' }
  const call = { urgency: 'interactive', signal: deps.signal } as const
  return { note: await lookAtGuest(deps, row.place, job.correlationId, call) }
}
