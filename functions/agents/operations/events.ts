import { z } from 'zod'
import { after, day, id, limit, type OperationShapes, reason, said, text, time } from '../shapes.ts'
import { cell, suppressed } from './numbers.ts'

const region = z.string().describe('One of the regions that the community sorts events by.')
const category = z.string().describe('One of the kinds of gatherings, such as Dinner or Talk.')

/** What guests are, as numbers: never who. */
export const guests = {
  came: cell('were checked in'),
  not_checked_in: cell('were approved, and were not checked in (yet)'),
  pending: cell('wait for a decision'),
  waitlist: cell('are on the waitlist'),
  declined: cell('were declined, or took it back'),
  approved: cell('were approved: came and not_checked_in'),
  registered: cell('registered: all of them'),
  suppressed,
}

const listed = {
  id: id.describe('The id of the event.'),
  title: said,
  starts_at: time.describe('When it begins.'),
  ends_at: time.describe('When it is over.'),
  time_zone: z.string().describe('The zone of the place, such as Europe/Lisbon.'),
  place: said.nullable().describe('Where it is, in words. Null: not said.'),
  region: region.nullable(),
  category: category.nullable(),
  visibility: z.enum(['public', 'member']).describe('Who sees it: everybody, or members.'),
  state: z.enum(['published', 'canceled']).describe('Whether it takes place.'),
  capacity: z.int().nullable().describe('How many guests at most. Null: no limit.'),
  guests: z.strictObject(guests).describe('How many guests are what.'),
}

export const events = {
  'events.list': {
    input: z.strictObject({
      from: day.optional().describe('The first day (UTC). Left out: today.'),
      to: day.optional().describe('The last day (UTC). Left out: no end.'),
      state: z
        .enum(['published', 'canceled'])
        .optional()
        .describe('Those that take place, or those that were canceled. Left out: published.'),
      after,
      limit,
    }),
    output: z.array(z.strictObject(listed)),
  },
  'events.get': {
    input: z.strictObject({ event: id.describe('The id of the event.') }),
    output: z.strictObject({
      ...listed,
      description: said.nullable(),
      approval_required: z.boolean().describe('Whether guests are let in one by one.'),
      series: id.nullable().describe('The series that it belongs to.'),
      page_url: z.string().nullable().describe('Its own page at Luma, where one registers.'),
      canceled_at: time.nullable().describe('When it was canceled.'),
      cancel_reason: said.nullable(),
    }),
  },
  'events.propose': {
    input: z.strictObject({
      title: text(160).describe('What people would see in the list.'),
      description: text(5000).optional().describe('What happens there.'),
      starts_at: time.describe('When it would begin: to come, within two years.'),
      ends_at: time.describe('When it would be over: within two weeks of its start.'),
      time_zone: text(60).optional().describe('The zone of the place. Left out: UTC.'),
      region: text(60).optional().describe('One of the regions that there are.'),
      category: text(60).optional().describe('One of the categories that there are.'),
      why: reason.describe('Why it is a good idea, for the leaders who read it.'),
    }),
    output: z.strictObject({
      id: id.describe('The id of the idea.'),
      state: z.literal('open').describe('It waits for the leaders.'),
      starts_at: time.describe('When it would begin.'),
    }),
  },
} satisfies OperationShapes
