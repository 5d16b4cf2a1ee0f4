import { beginEffect, dropEffect } from '../../_shared/effect.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { surelyNothingHappened } from '../../_shared/providers/luma_errors.ts'
import type { Context, Work } from './task.ts'

/** How long Luma may take to list what it has created, in seconds. Only then "not there" is believed. */
const SETTLES = 30
const HOUR = 3_600_000

/**
 * Creates an event at Luma, once. Luma has no idempotency: the call is on record before it is made, and one whose end
 * nobody knows is looked up before it is made again. Returns Luma's id; null when the event was canceled meanwhile
 * and nothing is there.
 */
export async function createAtLuma(work: Work, context: Context): Promise<string | null> {
  const { sql, luma, event, job, signal } = context
  if (work.begun_at) {
    // Before the look: however long that takes, what came up behind it was not there to be seen.
    const looked = context.now().getTime()
    const found = await lookUp(work, context)
    // Its leader may have edited it since: as if Luma had been told nothing, so that everything is told now.
    if (found) return await record(found, {}, context)
    const age = (looked - Date.parse(work.begun_at)) / 1000
    if (age < SETTLES) {
      throw new ProviderError('Luma', 'retry', 'It may have been created: looking again shortly', {
        retryAfter: SETTLES - age,
      })
    }
    await dropEffect(sql, work.effect)
  }
  if (work.do === 'cancel') return null

  await beginEffect(sql, work.effect, job, 'luma')
  let id: string
  try {
    id = await luma.createEvent(first(work), { signal })
  } catch (error) {
    if (surelyNothingHappened(error)) await dropEffect(sql, work.effect)
    throw error
  }
  context.log.info('luma.created', { event, luma_id: id })
  return await record(id, first(work), context)
}

/** Nobody is let in unasked, not even for a second: where hosts approve it is hidden until Luma knows that. */
const first = (work: Work) =>
  work.approval_required ? { ...work.body, visibility: 'private' } : work.body

/** Finds an event of ours by the marker in its description, whatever its name and time are by now. */
async function lookUp(work: Work, { luma, signal }: Context): Promise<string | undefined> {
  const wanted = new RegExp(`Reference: ${work.marker}\\b`)
  // Around the start that was sent; a leader may have moved it since, so the new one as well.
  const starts = [work.starts_at, String(work.sent.start_at ?? work.starts_at)].map(Date.parse)
  const after = new Date(Math.min(...starts) - 24 * HOUR).toISOString()
  const before = new Date(Math.max(...starts) + 24 * HOUR).toISOString()
  for (const where of [{ after, before }, {}]) {
    let cursor: string | null = null
    do {
      const page = await luma.listEvents({ ...where, cursor }, { signal })
      const found = page.entries.find((entry) => wanted.test(String(entry.description_md ?? '')))
      if (found) return found.id
      cursor = page.cursor
    } while (cursor)
  }
  return undefined
}

/** Keeps the id at once: from here on the event is known, whatever happens next. */
async function record(
  id: string,
  sent: Record<string, unknown>,
  { sql, event }: Context,
): Promise<string> {
  const [row] = await sql<{ outcome: string; luma_id: string }[]>`
    select private.luma_created(${event}::uuid, ${id}, ${sql.json(sent as never)}) as outcome,
           (select l.luma_id from private.luma_events l where l.event_id = ${event}::uuid) as luma_id`
  if (row!.outcome === 'twin') {
    throw new ProviderError('Luma', 'retry', `${id} stands there besides an event that is known`)
  }
  return id
}
