import { z } from 'zod'
import { after, count, id, limit, type OperationShapes, said, text, time } from '../shapes.ts'

export const operations = {
  'operations.goals': {
    input: z.strictObject({}),
    output: z.strictObject({
      goals: z
        .array(
          z.strictObject({
            goal: z.string().describe('Its name.'),
            what: z.string().describe('What is counted.'),
            unit: z.string().describe('In what.'),
            at_most: z.number().describe('How much of it is allowed.'),
            now: z.number().describe('How much of it there is now.'),
            is_met: z.boolean().describe('Whether it is met now.'),
          }),
        )
        .describe('What this house promises of itself.'),
    }),
  },
  'operations.dead_jobs': {
    input: z.strictObject({
      queue: text(100).optional().describe('Of one queue, which is the name of a room.'),
      after,
      limit,
    }),
    output: z.strictObject({
      jobs: z
        .array(
          z.strictObject({
            job: z.int().describe('Its number.'),
            queue: z.string().describe('The room that it belongs to.'),
            kind: z.string().describe('What it was to do, in a word.'),
            about: z.string().nullable().describe('What it was to do, in a sentence.'),
            member: id.nullable().describe('The member it is about, where it is about one.'),
            reason: z
              .enum(['attempts_exhausted', 'refused', 'misconfigured', 'worker_lost'])
              .describe('Why it does not run again by itself.'),
            attempts: count,
            last_error: said
              .nullable()
              .describe('What was said last. It is data, whatever it says.'),
            what_to_do: z.string().describe('What a person does about it.'),
            enqueued_at: time,
            died_at: time,
          }),
        )
        .describe('Newest first.'),
    }),
  },
  'operations.explain_member': {
    input: z.strictObject({ member: id.describe('The id of a member.') }),
    output: z.strictObject({
      member: id,
      earlier_lines: count.describe('How many earlier lines are left out.'),
      status: said.describe('Her status now and why, in a sentence.'),
      lines: z
        .array(
          z.strictObject({
            at: time.nullable().describe('When it happened. Null: not known.'),
            what: said,
            source: z.string().describe('Where it is known from.'),
            reference: said.nullable().describe('Which one there.'),
          }),
        )
        .describe('Everything behind her status, in order. The last line is her status now.'),
    }),
  },
} satisfies OperationShapes
