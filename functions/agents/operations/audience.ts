import { z } from 'zod'
import { after, id, limit, type OperationShapes, reason, said, text, time } from '../shapes.ts'

const draft = id.describe('The id of the draft.')
const state = z
  .enum(['draft', 'used', 'dismissed', 'discarded'])
  .describe(
    'draft: an admin may look at it. used: she took the text. dismissed: she does not want it. discarded: its key took it back.',
  )

const choices = {
  tier: z.enum(['monthly', 'annual', 'donor_annual']).describe('Only members of this tier.'),
  status: z
    .enum(['active', 'past_due', 'alumni'])
    .describe('Members now, those of them whose dues are unpaid, or those who left.'),
  topic: text(40).describe('Only those who are interested in this topic.'),
  joined: z
    .enum(['last_month', 'last_quarter', 'last_year', 'earlier'])
    .describe(
      'When they joined: in the latest one, three or twelve months that are over, or earlier.',
    ),
}
const segment = z
  .strictObject({
    tier: choices.tier.optional(),
    status: choices.status,
    topic: choices.topic.optional(),
    joined: choices.joined.optional(),
  })
  .describe('To whom it might go.')

export const audience = {
  'audience.list': {
    input: z.strictObject({ after, limit }),
    output: z.array(
      z.strictObject({
        id: draft,
        subject: said,
        body: said,
        segment,
        why: said,
        state,
        created_at: time.describe('When it was drafted.'),
        decided_at: time.nullable().describe('When it was used, dismissed or discarded.'),
      }),
    ),
  },
  'audience.draft': {
    input: z.strictObject({
      subject: text(150).describe('The subject of the campaign.'),
      body: text(20_000).describe('What it says, as plain text.'),
      segment: segment
        .extend({
          status: choices.status
            .optional()
            .describe(`${choices.status.description} Left out: active.`),
        })
        .describe('To whom it might go. {"status": "active"} is every member.'),
      why: reason.describe('Why it is a good idea, for the admin who reads it.'),
    }),
    output: z.strictObject({
      id: draft,
      state: z.literal('draft').describe('An admin may look at it. Nothing is sent.'),
      segment,
      about: z
        .int()
        .nullable()
        .describe('How many it would reach, in whole fives. Null: fewer than five.'),
    }),
  },
  'audience.discard': {
    input: z.strictObject({ draft }),
    output: z.strictObject({
      id: draft,
      state: z.literal('discarded').describe('It is taken back.'),
    }),
  },
} satisfies OperationShapes
