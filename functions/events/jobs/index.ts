import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { applyLumaWebhook } from './apply_luma_webhook.ts'
import { carryToLuma } from './carry_to_luma.ts'
import { forgetGuest } from './forget_guest.ts'
import { lookAtOneGuest } from './look_at_guest.ts'
import { readBack } from './read_back.ts'
import { readLumaEvent } from './read_luma_event.ts'
import { redecideGuests } from './redecide_guests.ts'
import { sweepGuests } from './sweep_guests.ts'
import { tellCanceled } from './tell_canceled.ts'
import { tellLumaDecision } from './tell_luma_decision.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  carry_to_luma: carryToLuma,
  read_luma_event: readLumaEvent,
  read_back: readBack,
  apply_luma_webhook: applyLumaWebhook,
  look_at_guest: lookAtOneGuest,
  tell_luma_decision: tellLumaDecision,
  redecide_guests: redecideGuests,
  sweep_guests: sweepGuests,
  forget_guest: forgetGuest,
  tell_canceled: tellCanceled,
}
