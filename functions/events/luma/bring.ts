import type { Context, Work } from './task.ts'

type Body = Record<string, unknown>

/**
 * Brings an event that is at Luma to what it should be: who is asked before guests get in, then each field that
 * differs from what Luma was last told, so that edits made there in other fields stay. Returns its state.
 */
export async function bringUpToDate(work: Work, id: string, context: Context): Promise<string> {
  const { sql, luma, event, signal } = context
  await setApproval(work, id, context)

  let answer = await luma.getEvent(id, { signal })
  const wanted = answer.waitlist_status === 'enabled' ? work.body_with_waitlist : work.body
  const sent = await toldOf(work, context)
  const change = difference(wanted, sent)
  if (Object.keys(change).length > 0) {
    // Guests are told of a new name, time or place, but not of an event that nobody could see yet.
    await luma.updateEvent(
      id,
      work.luma_id ? change : { ...change, suppress_notifications: true },
      {
        signal,
      },
    )
    answer = await luma.getEvent(id, { signal })
  }
  // Nothing that Luma says of an event that we just made is an edit of somebody's.
  const ours = Object.keys(work.do === 'create' ? wanted : change)
  const [row] = await sql<{ state: string }[]>`
    select private.luma_synced(${event}::uuid, ${work.claim}::uuid, ${work.revision}, ${sql.json(wanted as never)},
      ${ours}::text[], ${sql.json(answer as never)}, ${work.approval_required}, private.clock()) as state`
  return row!.state
}

/** Luma keeps with each kind of ticket whether hosts approve. */
async function setApproval(work: Work, id: string, { luma, signal }: Context): Promise<void> {
  for (const type of await luma.ticketTypes(id, { signal })) {
    if ((type.require_approval ?? false) !== work.approval_required) {
      await luma.requireApproval(type.id, work.approval_required, { signal })
    }
  }
}

/** What Luma was last told: by the claim's time, or by a create of this very attempt. */
async function toldOf(work: Work, { sql, event }: Context): Promise<Body> {
  if (work.luma_id) return work.sent
  const [row] = await sql<{ sent: Body }[]>`
    select sent from private.luma_events where event_id = ${event}::uuid`
  return row!.sent
}

/** The fields that differ. A place cannot be taken away at Luma, an address for joining can. */
export function difference(wanted: Body, sent: Body): Body {
  const change: Body = {}
  for (const [name, value] of Object.entries(wanted)) {
    if (!same(value, sent[name])) change[name] = value
  }
  if ('meeting_url' in sent && !('meeting_url' in wanted) && sent.meeting_url !== '') {
    change.meeting_url = ''
  }
  return change
}

const same = (one: unknown, other: unknown) =>
  JSON.stringify(sorted(one ?? null)) === JSON.stringify(sorted(other ?? null))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}
