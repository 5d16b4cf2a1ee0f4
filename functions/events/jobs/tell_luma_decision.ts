import { z } from 'zod'
import { beginEffect, dropEffect } from '../../_shared/effect.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { isGone, surelyNothingHappened } from '../../_shared/providers/luma_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { lookAtGuest } from '../guests.ts'

const args = z.object({ decision_id: z.number() })
const task = z
  .object({
    luma_event_id: z.string(),
    luma_guest_id: z.string(),
    status: z.enum(['approved', 'declined', 'pending_approval', 'waitlist']),
    urgency: z.enum(['interactive', 'bulk']),
    look_first: z.boolean(),
    at: z.string(),
  })
  .nullable()

/** Seconds in which another job that began may still be at work. */
const AT_WORK = 10

/**
 * Tells Luma what was decided about a guest, without a mail of Luma's: she hears of it from us, once, when Luma has
 * it. Telling twice changes nothing there; but after an attempt whose end nobody knows, and before a decline, Luma is
 * read first, so that what people did there meanwhile is never overturned.
 */
export const tellLumaDecision: Handler<JobDeps> = async (job, deps) => {
  const { decision_id } = args.parse(job.args)
  const { sql, luma, signal } = deps
  let told = await toTell(sql, decision_id)
  if (!told) return { note: 'nothing left to do' }

  const { urgency } = told
  const begun = await beginTelling(deps, decision_id, job.id)
  // Another worker may have told it between the two looks.
  told = await toTell(sql, decision_id)
  if (!told) {
    if (begun === 'go') await dropEffect(sql, `guest:${decision_id}`)
    return { note: 'nothing left to do' }
  }
  try {
    if (told.look_first || begun === 'ambiguous') {
      const found = await lookAtGuest(deps, told, job.correlationId, { urgency, signal })
      told = await toTell(sql, decision_id)
      if (!told) return { note: `looked first: ${found}` }
    }
    const { luma_event_id, luma_guest_id, status } = told
    await luma.updateGuestStatus(
      luma_event_id,
      luma_guest_id,
      status,
      { sendEmail: false },
      { urgency, signal },
    )
  } catch (error) {
    const isRefused = error instanceof ProviderError && error.kind === 'refused'
    if (isRefused && told?.status === 'waitlist' && !isGone(error)) {
      // Luma keeps a line only where that is switched on in its own pages. Ours needs none there.
      await sql`select private.kept_in_line(${decision_id}, private.clock())`
      return { note: 'in line here, pending at Luma' }
    }
    if (error instanceof ProviderError && error.kind !== 'retry') {
      await sql`select private.decision_failed(${decision_id}, ${error.message})`
    } else if (surelyNothingHappened(error)) {
      await dropEffect(sql, `guest:${decision_id}`)
    }
    throw error
  }
  await sql`select private.decision_told(${decision_id}, private.clock())`
  return { note: told.status }
}

async function toTell(sql: Sql, decision: number) {
  const [row] = await sql<{ told: unknown }[]>`
    select private.decision_to_tell(${decision}, private.clock()) as told`
  return task.parse(row?.told ?? null)
}

/**
 * Notes that Luma is about to be told. Throws a retry while another job is telling it: a job of the same number is
 * the one whose worker stopped.
 */
async function beginTelling({ sql, now }: JobDeps, decision: number, job: number) {
  const effect = await beginEffect(sql, `guest:${decision}`, job, 'luma')
  if (effect.state !== 'ambiguous') return effect.state
  const { at, by_another } = effect.began
  if (by_another && now().getTime() - at.getTime() < AT_WORK * 1000) {
    const words = 'Another worker is telling it'
    throw new ProviderError('Luma', 'retry', words, { retryAfter: AT_WORK / 2 })
  }
  return effect.state
}
