import { z } from 'zod'
import {
  after,
  amount,
  count,
  currency,
  id,
  limit,
  month,
  type OperationShapes,
  reason,
  said,
  text,
  time,
} from '../shapes.ts'
import { proposal } from './proposals.ts'

const member = z
  .strictObject({ id: id.describe('The id of the member.'), name: said })
  .nullable()
  .describe('Whose payment it is. null: nobody who is known here.')

const ofMember = id.optional().describe('Only those of this member.')
const ofMonth = month.optional().describe('Only those of this month (UTC), such as 2026-11.')

const invoice = z.string().describe("The invoice's id, such as in_…")
const subscription = z.string().describe("The subscription's id, such as sub_…")
const purpose = z.enum(['dues', 'donation']).describe('Whether it is for membership or a gift.')
const payment = z
  .string()
  .nullable()
  .describe('The payment: an invoice (in_…) or the id of a gift. null: it is not known which.')

const invoiceStatus = z
  .enum(['draft', 'open', 'paid', 'uncollectible', 'void'])
  .describe('How the invoice stands: open is unpaid.')

const sum = z
  .strictObject({
    count: count.describe('How many movements.'),
    amount: amount.describe('What moved, before fees.'),
    fee: amount.describe("Stripe's fees."),
    net: amount.describe('What it did to the balance: amount less fee.'),
  })
  .describe('What the movements of one kind come to.')

const totals = z.strictObject({
  currency,
  charges: sum,
  refunds: sum,
  disputes: sum,
  adjustments: sum,
  fees: sum,
  payouts: sum,
  total: sum.describe('All of them together: to the cent what Stripe booked.'),
})

const books = z.strictObject({
  currency,
  dues: amount.describe('Paid invoices of memberships.'),
  donations: amount.describe('Gifts, single and monthly.'),
  refunds: amount.describe('What was given back, below zero.'),
  sum: amount.describe('What that comes to.'),
})

const difference = z.strictObject({
  what: z
    .enum(['not_here', 'not_at_stripe', 'amount_differs'])
    .describe('Stripe has it and we do not, or the reverse, or the sums are not the same.'),
  movement: z.string().nullable().describe("Stripe's movement (txn_…)."),
  payment,
  refund: z.string().nullable().describe('The refund (re_…).'),
  currency,
  ours: amount.nullable().describe('The sum here.'),
  stripe: amount.nullable().describe('The sum at Stripe.'),
})

const movement = z.strictObject({
  movement: z.string().describe("Stripe's id of it (txn_…)."),
  kind: z
    .enum(['charges', 'refunds', 'disputes', 'adjustments', 'fees', 'payouts'])
    .describe('What kind it counts as.'),
  category: z.string().describe("Stripe's reporting category."),
  source: z.string().nullable().describe('What moved it: a charge, refund, dispute or payout.'),
  payment,
  amount,
  fee: amount,
  net: amount,
  currency,
  status: z.string().describe("Stripe's word: pending or available."),
  created_at: time.describe('When Stripe booked it.'),
  available_on: time.nullable().describe('When it can be paid out.'),
})

export const payments = {
  'payments.invoices': {
    input: z.strictObject({
      member: ofMember,
      month: ofMonth,
      status: invoiceStatus.optional(),
      after,
      limit,
    }),
    output: z
      .array(
        z.strictObject({
          invoice,
          for: purpose,
          member,
          subscription: subscription.nullable(),
          status: invoiceStatus,
          amount_due: amount,
          amount_paid: amount,
          amount_refunded: amount.describe('What was given back of it.'),
          currency,
          attempts: count.describe('How often Stripe has tried the card.'),
          next_try: time.nullable().describe('When Stripe tries again.'),
          created_at: time,
          paid_at: time.nullable(),
        }),
      )
      .describe('The newest first.'),
  },
  'payments.refunds': {
    input: z.strictObject({ member: ofMember, month: ofMonth, after, limit }),
    output: z
      .array(
        z.strictObject({
          refund: z.string().describe("The refund's id (re_…)."),
          payment,
          member,
          amount,
          currency,
          status: z
            .string()
            .describe("Stripe's word: pending, requires_action, succeeded, failed or canceled."),
          reason: z.string().nullable().describe('Why, as Stripe files it.'),
          failure_reason: z.string().nullable().describe('Why it did not arrive.'),
          proposal: id.nullable().describe('The proposal of an agent that it carried out.'),
          created_at: time,
        }),
      )
      .describe('The newest first.'),
  },
  'payments.failed': {
    input: z.strictObject({ after, limit }),
    output: z
      .array(
        z.strictObject({
          member,
          subscription,
          tier: z.enum(['monthly', 'annual', 'donor_annual']).describe('What she pays for.'),
          invoice: invoice.nullable(),
          amount_due: amount.nullable(),
          currency,
          since: time.describe('Since when it is unpaid.'),
          days: count.describe('For how many whole days.'),
          attempts: count.nullable().describe('How often Stripe has tried the card.'),
          next_try: time.nullable().describe('When Stripe tries again. null: it will not.'),
          retries_over_at: time.nullable().describe('When Stripe gave up trying.'),
          access_until: time.nullable().describe('Until when she has access.'),
        }),
      )
      .describe('The longest unpaid first.'),
  },
  'payments.ledger': {
    input: z.strictObject({
      month,
      detail: z
        .boolean()
        .optional()
        .describe('true: the movements one by one, in pages, instead of sums.'),
      after,
      limit,
    }),
    output: z.strictObject({
      month,
      read_through: time
        .nullable()
        .describe("Until when Stripe's books are read. null: not at all yet."),
      is_complete: z.boolean().describe('Whether the whole month is read.'),
      movements: count.optional().describe('How many movements there are.'),
      stripe: z.array(totals).optional().describe("Stripe's own sums, by currency."),
      ours: z.array(books).optional().describe('The month by our own books, by currency.'),
      differences: z
        .strictObject({
          count,
          list: z.array(difference).describe('A hundred of them at most.'),
        })
        .optional()
        .describe('Where the two books do not agree.'),
      detail: z.array(movement).optional().describe('With detail: the newest first.'),
    }),
  },
  'payments.propose_refund': {
    input: z.strictObject({
      payment: text(100).describe('An invoice (in_…) or the id of a gift.'),
      amount: z
        .int()
        .min(1)
        .max(100_000_000)
        .optional()
        .describe('How much, in the smallest unit. Left out: all that is left of it.'),
      currency: currency
        .optional()
        .describe('The currency that you mean: refused when the payment was in another.'),
      reason,
    }),
    output: proposal,
  },
  'payments.propose_cancel': {
    input: z.strictObject({
      member: id.describe('Whose subscription it is.'),
      subscription: text(100)
        .optional()
        .describe('Which subscription (sub_…). Left out: the only one that runs.'),
      when: z
        .enum(['now', 'period_end'])
        .describe('At once, or at the end of what is paid, which can be taken back until then.'),
      reason,
    }),
    output: proposal,
  },
} satisfies OperationShapes
