import { z } from 'zod'
import {
  after,
  amount,
  currency,
  day,
  id,
  limit,
  type OperationShapes,
  said,
  time,
} from '../shapes.ts'

const state = z
  .enum(['waiting', 'approved', 'carried_out', 'declined', 'expired', 'withdrawn', 'failed'])
  .describe(
    'waiting: for an admin. approved: being carried out. carried_out: done. failed: it could not be done. expired: nobody decided in time. withdrawn: taken back, or its key was revoked.',
  )

/** What of access would change, as private.refund_effect and private.cancel_shows work it out. */
const access = z
  .strictObject({
    until_now: time.nullable().optional().describe('When access ends as things are. null: no end.'),
    until_then: time.nullable().optional().describe('When it would end. null: no end.'),
    effect: z
      .enum(['none', 'stays', 'ends'])
      .optional()
      .describe('Of a refund. none: it was a gift. ends: access would end sooner.'),
    rule: z
      .enum(['refund_full', 'refund_partial'])
      .nullable()
      .optional()
      .describe('Of a refund: the rule by which. null: it was a gift.'),
    if_given_on: day.optional().describe('Of a refund: for which day that holds.'),
    subscription: z.string().optional().describe('Of a refund: the subscription that was paid.'),
    next_payment: time
      .nullable()
      .optional()
      .describe('Of a refund: when that is due again. null: not again.'),
  })
  .describe('What becomes of access.')

/** What each kind of proposal shows, as private.refund_shows, cancel_shows and agent_propose_deletion make it. */
const shows = z
  .strictObject({
    would: z.array(z.string()).describe('What would happen, sentence by sentence.'),
    for: z
      .enum(['dues', 'donation'])
      .optional()
      .describe('Whether it is for membership or a gift.'),
    access: access.optional(),
    payment: z.string().optional().describe('Of a refund: the payment.'),
    paid_at: time.nullable().optional().describe('Of a refund: when that was paid.'),
    paid: amount.optional().describe('Of a refund: how much was paid.'),
    amount: amount.optional().describe('Of a refund: how much would be given back.'),
    currency: currency.optional(),
    already_refunded: amount.optional().describe('Of a refund: what was given back before.'),
    in_other_proposals: amount
      .optional()
      .describe('Of a refund: what other proposals have spoken for.'),
    left_after: amount.optional().describe('Of a refund: what would be left.'),
    subscription: z.string().optional().describe('Of a cancellation: the subscription.'),
    tier: z
      .enum(['monthly', 'annual', 'donor_annual'])
      .nullable()
      .optional()
      .describe('Of a cancellation: what is paid for. null: a gift.'),
    status: z.string().optional().describe("Of a cancellation: Stripe's word for how it stands."),
    when: z
      .enum(['now', 'period_end'])
      .optional()
      .describe('Of a cancellation: when, as it was asked for.'),
    ends_at: time.nullable().optional().describe('Of a cancellation: when it would end.'),
    paid_until: time.nullable().optional().describe('Of a cancellation: through when it is paid.'),
    already_ends_at: time
      .nullable()
      .optional()
      .describe('Of a cancellation: when it ends as things are. null: it renews.'),
    member: id.optional().describe('Of a deletion: who would be erased.'),
  })
  .describe('Exactly what would happen, as the database worked it out.')

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
      .nullable()
      .describe(
        'What it is about: the payment (an invoice or a donation), the subscription, or the member. null: the key has lost the scope that it takes to propose this, and sees only what became of it.',
      ),
    member: id.nullable().describe('Whom it concerns. null: nobody who is known.'),
    amount: amount.nullable(),
    currency: currency.nullable(),
    reason: said.nullable().describe('Why, as this key said.'),
    shows,
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
