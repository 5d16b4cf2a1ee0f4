import { z } from 'zod'
import type { SlackClient } from '../_shared/providers/slack.ts'
import { SlackError } from '../_shared/providers/slack_errors.ts'
import type { Sql } from '../_shared/sql.ts'

const state = z
  .object({ wish: z.boolean().nullable(), is_in: z.boolean(), problem: z.string().nullable() })
  .nullable()

/** Not about her: nobody can be moved, or the channel not be read, before an admin mends it. */
export const OF_THE_CHANNEL = [
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'access_denied',
  'channel_not_found',
  'is_archived',
  'restricted_action',
  'method_not_supported_for_channel_type',
  'cant_kick_from_general',
]

export interface Move {
  channel: string
  /** Her number at Slack. */
  user: string
  /** Also when something keeps the app from it: to see whether it still does. */
  try: boolean
  correlationId?: string | undefined
}

/** What came of it. `is_stopped`: nobody can be moved in this channel. */
export interface Moved {
  note: string
  isStopped?: boolean
}

/**
 * Brings one person into a channel, or takes her out, as her right to it is at this moment. Slack's refusals are
 * remembered, for her or for the channel; only what passes by itself is thrown.
 */
export async function settle(move: Move, sql: Sql, slack: SlackClient): Promise<Moved> {
  const { channel, user } = move
  const [row] = await sql<{ state: unknown }[]>`
    select private.slack_channel_to_settle(${channel}, ${user}, ${move.try}, private.clock()) as state`
  const found = state.parse(row?.state ?? null)
  if (!found || found.wish === null || found.wish === found.is_in) {
    return { note: 'nothing left to do' }
  }
  if (found.problem) return { note: `not tried: ${found.problem}`, isStopped: true }

  try {
    const changed = found.wish
      ? await slack.addToChannel(channel, user)
      : await slack.removeFromChannel(channel, user)
    await sql`select private.slack_channel_settled(${channel}, ${user}, ${found.wish}, ${changed},
      ${move.correlationId ?? null}, private.clock())`
    return { note: found.wish ? 'she is in' : 'she is out' }
  } catch (error) {
    if (!(error instanceof SlackError) || error.kind === 'retry') throw error
    const said = error.code ?? ''
    // About an invitation, not_in_channel speaks of the app.
    if (OF_THE_CHANNEL.includes(said) || (found.wish && said === 'not_in_channel')) {
      await sql`select private.slack_channel_problem(${channel}, ${error.message}, private.clock())`
      return { note: `the app may not: ${error.message}`, isStopped: true }
    }
    if (error.kind !== 'refused') throw error
    await sql`select private.slack_channel_refused(${channel}, ${user}, ${error.message}, private.clock())`
    return { note: `Slack refused: ${error.message}` }
  }
}
