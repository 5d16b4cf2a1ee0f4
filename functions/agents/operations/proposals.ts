import { z } from 'zod'
import { after, amount, currency, id, limit, type OperationShapes, said, time } from '../shapes.ts'

const state = z
  .enum(['waiting', 'approved', 'carried_out', 'declined', 'expired', 'withdrawn', 'failed'])
  .describe(
    'waiting: for an admin. approved: being carried out. carried_out: done. failed: it could not be done. expired: nobody decided in time. withdrawn: taken back, or its key was revoked.',
  )

/** What was proposed and what became of it, as every operation that proposes answers. */
export const proposal = z
  .strictObject({
    id,
    kind: z
      .enum(['refund', 'cancel_now', 'cancel_at_period_end', 'delete_member'])
      .describe('What is asked for.'),
    state,
    subject: z
      .string()
      .describe(
        'What it is about: the payment (an invoice or a donation), the subscription, or the member.',
      ),
    member: id.nullable().describe('Whom it concerns. null: nobody who is known.'),
    amount: amount.nullable(),
    currency: currency.nullable(),
    reason: said.describe('Why, as this key said.'),
    shows: z
      .looseObject({
        would: z.array(z.string()).describe('What would happen, sentence by sentence.'),
      })
      .describe('Exactly what would happen, as the database worked it out.'),
    why_waiting: z
      .string()
      .nullable()
      .describe('Why an admin has to decide. null: it is within the limits of the key.'),
    sandbox: z.boolean().describe('By a key for practice.'),
    change_set: id.nullable().describe('The task that it belongs to.'),
    created_at: time.describe('When it was proposed.'),
    expires_at: time.describe('When it ends by itself if nobody decides.'),
    decided_at: time.nullable().describe('When it was approved or declined.'),
    decided_by: z
      .enum(['limits', 'admin'])
      .nullable()
      .describe('limits: it was within those of the key. admin: a person decided.'),
    decision_reason: said.nullable().describe('Why, as who decided said.'),
    settled_at: time.nullable().describe('When it came to its end.'),
    provider_id: z.string().nullable().describe('What the payment provider calls the result.'),
    error: z.string().nullable().describe('Why it could not be done.'),
  })
  .describe('A proposal: what would happen, and what became of it.')

const which = z.strictObject({ proposal: id.describe('The id of a proposal of this key.') })

export const proposals = {
  'proposals.list': {
    input: z.strictObject({ state: state.optional(), after, limit }),
    output: z.array(proposal).describe('Newest first.'),
  },
  'proposals.get': { input: which, output: proposal },
  'proposals.withdraw': { input: which, output: proposal },
} satisfies OperationShapes
