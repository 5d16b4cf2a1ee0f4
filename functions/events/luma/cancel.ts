import { isGone } from '../../_shared/providers/luma_errors.ts'
import type { Context, Work } from './task.ts'

/**
 * Cancels an event at Luma, which deletes it and tells its guests. Two steps: the first gives a token, so that after a
 * crash both are done again. What is gone already is canceled.
 */
export async function cancelAtLuma(
  work: Work,
  id: string | null,
  { sql, luma, event, signal }: Context,
): Promise<string> {
  let note = 'Luma never had it'
  if (id) {
    try {
      const { token, isPaid } = await luma.requestCancel(id, { signal })
      // Luma wants to be told about refunds only where somebody has paid.
      await luma.cancel(id, token, isPaid ? work.refund : undefined, { signal })
      note = 'canceled'
    } catch (error) {
      if (!isGone(error)) throw error
      note = 'it was gone already'
    }
  }
  await sql`select private.luma_canceled(${event}::uuid, private.clock())`
  return note
}
