import { actionRequired } from './action_required.ts'
import { agentProposal } from './agent_proposal.ts'
import { alerts } from './alerts.ts'
import type { Template } from './blocks.ts'
import { cardLink } from './card_link.ts'
import { eventCanceled } from './event_canceled.ts'
import { eventMessage } from './event_message.ts'
import { eventThanks } from './event_thanks.ts'
import { graceEnding } from './grace_ending.ts'
import { guestApproved } from './guest_approved.ts'
import { guestDeclined } from './guest_declined.ts'
import { guestPending } from './guest_pending.ts'
import { guestWaitlisted } from './guest_waitlisted.ts'
import { paymentFailed } from './payment_failed.ts'
import { slackWelcome } from './slack_welcome.ts'

/** Every message that can be owed, by the name under which SQL owes it. */
export const messages: Record<string, Template> = {
  action_required: actionRequired,
  agent_proposal: agentProposal,
  alerts,
  card_link: cardLink,
  event_canceled: eventCanceled,
  event_message: eventMessage,
  event_thanks: eventThanks,
  grace_ending: graceEnding,
  guest_approved: guestApproved,
  guest_declined: guestDeclined,
  guest_pending: guestPending,
  guest_waitlisted: guestWaitlisted,
  payment_failed: paymentFailed,
  slack_welcome: slackWelcome,
}
