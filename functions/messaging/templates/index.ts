import { actionRequired } from './action_required.ts'
import { cardLink } from './card_link.ts'
import { eventCanceled } from './event_canceled.ts'
import { eventMessage } from './event_message.ts'
import { eventThanks } from './event_thanks.ts'
import { graceEnding } from './grace_ending.ts'
import { guestApproved } from './guest_approved.ts'
import { guestDeclined } from './guest_declined.ts'
import { guestPending } from './guest_pending.ts'
import { guestWaitlisted } from './guest_waitlisted.ts'
import { layOut, type Mail, type Reader } from './layout.ts'
import type { Template } from './parts.ts'
import { paymentFailed } from './payment_failed.ts'
import { slackInvited } from './slack_invited.ts'
import { slackNudge } from './slack_nudge.ts'

/** Every mail that this house sends, by the name under which SQL owes it. */
export const templates: Record<string, Template> = {
  guest_approved: guestApproved,
  guest_declined: guestDeclined,
  guest_waitlisted: guestWaitlisted,
  guest_pending: guestPending,
  event_message: eventMessage,
  event_canceled: eventCanceled,
  event_thanks: eventThanks,
  slack_invited: slackInvited,
  slack_nudge: slackNudge,
  payment_failed: paymentFailed,
  action_required: actionRequired,
  grace_ending: graceEnding,
  card_link: cardLink,
}

/** Writes one mail. Throws for a template that does not exist, and for data that it cannot be filled with. */
export function render(name: string, data: unknown, reader: Reader): Mail {
  const template = templates[name]
  if (!template) throw new Error(`There is no template "${name}"`)
  return layOut(template.compose(data), reader)
}
