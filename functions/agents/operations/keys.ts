import { z } from 'zod'
import { amount, count, currency, id, type OperationShapes, time } from '../shapes.ts'

const rate = z
  .strictObject({
    capacity: count.describe('How many calls at once.'),
    seconds: count.describe('In how many seconds as many come back.'),
  })
  .describe('How often.')

export const keys = {
  'keys.me': {
    input: z.strictObject({}),
    output: z.strictObject({
      key: id.describe('The id of this key.'),
      name: z.string().describe('Its name: it stands in the audit log as agent:<name>.'),
      scopes: z.array(z.string()).describe('What its row allows.'),
      sandbox: z.boolean().describe('Whether it is for practice.'),
      expires_at: time,
      limits: z
        .strictObject({
          refund_each: amount.describe('The largest refund without asking.'),
          refund_currency: currency,
          refunds_a_day: count.describe('Refunds a day without asking.'),
          cancels_a_day: count.describe('Cancellations a day without asking.'),
          actions_a_member: count.describe('Refunds and cancellations a day for one member.'),
        })
        .describe('What it may do without asking an admin.'),
      left_today: z
        .strictObject({
          refunds: count.describe('Refunds.'),
          cancels: count.describe('Cancellations.'),
          resets_at: time.describe('When the day is over.'),
        })
        .describe('What is left of that today (UTC).'),
      rates: z
        .strictObject({ read: rate, write: rate, destructive: rate })
        .describe('Its pace, by risk.'),
      operations: z
        .array(z.string())
        .describe('What its scopes open, or those of the token that asks.'),
    }),
  },
} satisfies OperationShapes
