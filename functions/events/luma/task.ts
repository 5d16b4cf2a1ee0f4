import { z } from 'zod'
import type { AttemptDeps } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const body = z.record(z.string(), z.unknown())

const work = z.object({
  do: z.enum(['create', 'change', 'cancel']),
  claim: z.string(),
  luma_id: z.string().nullable(),
  /** Stands in the description at Luma. */
  marker: z.string(),
  revision: z.number(),
  starts_at: z.string(),
  approval_required: z.boolean(),
  refund: z.boolean(),
  /** What we last told Luma. */
  sent: body,
  /** What Luma should hold, without and with a waitlist there. */
  body,
  body_with_waitlist: body,
  /** The key under which the create is on record, and when it was begun, if ever. */
  effect: z.string(),
  begun_at: z.string().nullable(),
})

/** What private.claim_luma_event says. */
export const task = z.discriminatedUnion('do', [
  work,
  z.object({ do: z.literal('nothing'), note: z.string() }),
  z.object({ do: z.literal('wait'), seconds: z.number() }),
])

export type Work = z.output<typeof work>

export interface Context extends JobDeps, AttemptDeps {
  event: string
  job: number
}
