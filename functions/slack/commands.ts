import { z } from 'zod'
import { required } from '../_shared/env.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import type { DoorDeps } from './deps.ts'
import { membershipAnswer } from './membership_words.ts'
import { readSigned } from './signed_body.ts'

/** What Slack says of a slash command, of which the person and the command are all that counts. */
const form = z.object({
  command: z.string(),
  user_id: z.string().regex(/^[UW][A-Z0-9]{2,20}$/),
})

/**
 * Answers a slash command, to who typed it and nobody else. One look into the database, no call to Slack: it waits
 * three seconds at most.
 */
export async function slackCommand(c: Ctx, deps: DoorDeps): Promise<Response> {
  const fields = new URLSearchParams(await readSigned(c, deps))
  // Slack looks now and then whether our certificate is good.
  if (fields.get('ssl_check') === '1') return c.body(null, 200)
  const typed = form.safeParse(Object.fromEntries(fields))
  if (!typed.success) throw new Refusal(400, 'This is no slash command')
  const siteUrl = required(deps.env, 'SITE_URL')
  if (typed.data.command !== '/membership') {
    return c.json({ response_type: 'ephemeral', text: 'Try /membership' })
  }
  const [row] = await deps.sql()<{ found: unknown }[]>`
    select private.slack_membership(${typed.data.user_id}, private.clock()) as found`
  return c.json({ response_type: 'ephemeral', ...membershipAnswer(row!.found, siteUrl) })
}
