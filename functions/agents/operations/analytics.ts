import { z } from 'zod'
import { count, id, month, type OperationShapes, said, text, time } from '../shapes.ts'
import { guests } from './events.ts'
import { cell, suppressed } from './numbers.ts'

const from = month.describe('The first month (UTC), such as 2026-11.')
const to = month.describe('The last month (UTC), such as 2026-11.')
const { came, approved, registered } = guests

const months = (most: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .optional()
    .describe('How many of the latest months that are over. Left out: 12.')

export const analytics = {
  'analytics.emails': {
    input: z.strictObject({
      month: month.optional().describe('A month that is over. Left out: the latest.'),
    }),
    output: z.strictObject({
      month,
      mails: z
        .array(
          z.strictObject({
            template: z.string().describe('Which kind of mail.'),
            delivered: cell('arrived'),
            sent: cell('were sent, and nobody has said yet whether they arrived'),
            bounced: cell('came back'),
            complained: cell('were called spam'),
            withheld: cell('were not sent: no consent, or an address that takes no mail'),
            failed: cell('the provider refused for good'),
            waiting: cell('are not sent yet'),
            owed: cell('there were: all of these'),
            suppressed,
          }),
        )
        .describe('A line for each kind of mail.'),
    }),
  },
  'analytics.attendance': {
    input: z.strictObject({
      from: month.optional().describe('The first month. Left out: two before the last.'),
      to: month.optional().describe('The last month, which is over. Left out: the latest.'),
    }),
    output: z.strictObject({
      events: z
        .array(
          z.strictObject({
            month,
            id: id.describe('The id of the event.'),
            title: said,
            starts_at: time.describe('When it began.'),
            region: z.string().nullable().describe('The region that it belongs to.'),
            category: z.string().nullable().describe('The kind of gathering.'),
            capacity: z.int().nullable().describe('How many guests at most. Null: no limit.'),
            ...guests,
          }),
        )
        .describe('Each event, the earliest first.'),
      months: z
        .array(
          z.strictObject({
            month,
            events: count.describe('How many events there were.'),
            came,
            approved,
            registered,
            suppressed,
          }),
        )
        .describe('Each month, the earliest first.'),
    }),
  },
  'analytics.resources': {
    input: z.strictObject({
      topic: text(40).optional().describe('Only those with this topic.'),
    }),
    output: z.array(
      z.strictObject({
        id: id.describe('The id of the resource.'),
        kind: z.enum(['video', 'file', 'link']).describe('What it is.'),
        title: said,
        topics: z.array(z.string()).describe('What it is about.'),
        published_at: time.describe('From when on it is shown.'),
        saved: cell('members saved it'),
        watched: cell('members watched or read it'),
        suppressed,
      }),
    ),
  },
  'analytics.churn': {
    input: z.strictObject({ months: months(60) }),
    output: z.array(
      z.strictObject({
        from,
        to: to.describe(
          'The last month. Months with too few who came or left are told together with those that follow.',
        ),
        members_before: cell('members there were when the first month began'),
        came: cell('became members, or came back'),
        left: cell('left'),
        members_after: cell('members there were when the last month was over'),
        suppressed,
        reasons: z
          .strictObject({
            canceled: cell('left because they canceled'),
            payment_failed: cell('left because dues stayed unpaid'),
            refunded: cell('left because of a refund'),
            other: cell('left for another reason'),
            suppressed,
          })
          .nullable()
          .describe('Why they left. Null: not told.'),
      }),
    ),
  },
  'analytics.cohorts': {
    input: z.strictObject({ months: months(36) }),
    output: z.array(
      z.strictObject({
        from,
        to,
        came: count.describe('How many became members in these months, or came back.'),
        still_members: z
          .array(
            z.strictObject({
              months: count.describe(
                'How many months after the one in which she came. 0: that one itself.',
              ),
              members: cell(
                'still were members at the end of that month at most, without a break: who left is counted in whole fives',
              ),
              suppressed: z.boolean().describe('It is not told: fewer than ten remain.'),
            }),
          )
          .describe('How many of them still were members, month by month.'),
      }),
    ),
  },
} satisfies OperationShapes
