import { z } from 'zod'
import { parseJson } from '../_shared/body.ts'
import type { Ctx } from '../_shared/http.ts'
import { personOf } from '../_shared/providers/slack_shapes.ts'
import type { DoorDeps } from './deps.ts'
import { readSigned } from './signed_body.ts'

/** What Slack sends to this door: the question whether it is ours, and events. */
const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('url_verification'), challenge: z.string().max(1000) }),
  z.object({
    type: z.literal('event_callback'),
    event_id: z.string().min(1).max(100),
    event_time: z.number().int().nonnegative(),
    event: z.looseObject({ type: z.string().min(1).max(100) }),
  }),
])

/**
 * Takes one event of Slack's: verified over the raw bytes, then stored and applied by one SQL call. Of a person only
 * what Commons uses is handed on, and of every other event only that it came.
 */
export async function slackEvents(c: Ctx, deps: DoorDeps): Promise<Response> {
  const said = parseJson(await readSigned(c, deps), message, 400)
  if (said.type === 'url_verification') return c.json({ challenge: said.challenge })

  const { type } = said.event
  const who = type === 'team_join' || type === 'user_change' ? personOf(said.event.user) : null
  const sql = deps.sql()
  const [row] = await sql<{ outcome: string }[]>`
    select private.receive_slack_event(${said.event_id}, ${type}, ${who && sql.json(who as never)}) as outcome`
  const { outcome } = row!
  const retry = c.req.header('x-slack-retry-num')
  c.get('log').info('slack.event', { type, outcome, ...(retry ? { retry } : {}) })
  return c.json({ received: true, outcome })
}
