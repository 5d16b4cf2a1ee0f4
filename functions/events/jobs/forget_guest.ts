import { z } from 'zod'
import { isGone } from '../../_shared/providers/luma_errors.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ erasure_id: z.number() })

/**
 * Takes somebody who had her data deleted off a guest list that is still to be used. Luma cannot delete a guest, so
 * she is declined there, without a mail to her.
 */
export const forgetGuest: Handler<JobDeps> = async (job, { sql, luma, signal }) => {
  const { erasure_id } = args.parse(job.args)
  const [owed] = await sql<{ subject: string | null; guest: Record<string, string> | null }[]>`
    select private.erasure_owed(${erasure_id}) as subject, private.guest_to_forget(${erasure_id}, private.clock()) as guest`
  if (!owed?.subject) return { note: 'nothing left to do' }
  let outcome = 'The event is over or gone'
  if (owed.guest) {
    const { luma_event_id, luma_guest_id } = owed.guest
    try {
      await luma.updateGuestStatus(
        luma_event_id!,
        luma_guest_id!,
        'declined',
        { sendEmail: false },
        { signal },
      )
      outcome = 'Taken off the guest list'
    } catch (error) {
      if (!isGone(error)) throw error
      outcome = 'Luma did not know her any more'
    }
  }
  await sql`select private.guest_forgotten(${erasure_id}, ${outcome}, private.clock())`
  return { note: outcome }
}
