import { z } from 'zod'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import type { DoorDeps } from './deps.ts'
import { APPROVE, DECLINE } from './messages/agent_proposal.ts'
import { message, paragraph } from './messages/blocks.ts'
import { readSigned } from './signed_body.ts'

/** What Slack says when somebody pressed a button: who, under which message, and what the button carries. */
const press = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().regex(/^[UW][A-Z0-9]{2,20}$/), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  container: z.object({ channel_id: z.string().max(30), message_ts: z.string().max(30) }),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().optional() }))
    .min(1)
    .max(25),
})
const value =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const outcome = z.object({ decided: z.boolean(), words: z.string() })

/**
 * A button was pressed. One call decides in the database, and Slack has its answer within its three seconds. The
 * message itself is brought up to date by a job; who could not decide is told why, and nobody else sees it.
 */
export async function slackInteraction(c: Ctx, deps: DoorDeps): Promise<Response> {
  const said = press.safeParse(payloadOf(await readSigned(c, deps)))
  // Every button that leads to a page is told of too, and so are dialogs that we never open.
  if (!said.success) return c.body(null, 200)
  const { user, team, container, actions } = said.data
  const action = actions.find((one) => one.action_id === APPROVE || one.action_id === DECLINE)
  if (!action) return c.body(null, 200)
  const [, proposal, mark] = value.exec(action.value ?? '') ?? []
  if (!proposal || !mark) throw new Refusal(400, 'This button carries nothing that we gave it')

  const { channel_id: channel, message_ts: ts } = container
  const [row] = await deps.sql()<{ outcome: unknown }[]>`
    select private.press_proposal(${user.id}, ${user.team_id ?? team?.id ?? null}, ${channel}, ${ts},
      ${proposal}::uuid, ${mark}::uuid, ${action.action_id === APPROVE}, private.clock()) as outcome`
  const { decided, words } = outcome.parse(row!.outcome)
  c.get('log').info('slack.pressed', { proposal_id: proposal, decided })
  if (!decided) {
    const answer = message(words, paragraph(words))
    deps.waitUntil(whisper(c, deps, user.id, { channel, ...answer }))
  }
  return c.body(null, 200)
}

/** Through Slack's own method and never to an address that came with the request. */
async function whisper(
  c: Ctx,
  deps: DoorDeps,
  user: string,
  answer: { channel: string; text: string; blocks: object[] },
): Promise<void> {
  try {
    await deps.slack().whisper(user, answer)
  } catch (error) {
    c.get('log').warn('slack.not_answered', { error })
  }
}

function payloadOf(body: string): unknown {
  try {
    return JSON.parse(new URLSearchParams(body).get('payload') ?? '')
  } catch {
    throw new Refusal(400, 'This is no interaction')
  }
}
