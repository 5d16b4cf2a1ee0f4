import { z } from 'zod'
import type { Contact } from '../_shared/providers/mailchimp.ts'

/** What private.audience_target says: what Mailchimp should hold of a member. */
export const target = z.object({
  email: z.string(),
  known_as: z.string().nullable(),
  name: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  /** Whether she may be sent mail: her latest answer, or yes while she gave none. */
  consents: z.boolean(),
  /** Whether her latest answer is a yes. */
  opted_in: z.boolean(),
  tags: z.array(z.object({ name: z.string(), status: z.enum(['active', 'inactive']) })),
  done: z.boolean().nullable(),
  parked: z.boolean(),
  /** When Mailchimp deleted this address for good, because somebody who had it had her account deleted. */
  forgotten_at: z.string().nullable(),
})

export type Target = z.output<typeof target>

/** The contact that a target describes. */
export const contactOf = (wanted: Target): Contact => ({
  email: wanted.email,
  firstName: wanted.first_name,
  lastName: wanted.last_name,
  consents: wanted.consents,
})
