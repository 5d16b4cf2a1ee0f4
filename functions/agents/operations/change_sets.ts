import { z } from 'zod'
import { count, id, type OperationShapes, said, text, time } from '../shapes.ts'

const changeSet = id.describe('The id of the change set.')

const written = {
  write: z.int().describe('Its number.'),
  action: z.string().describe('What was done, such as members.profile_corrected.'),
  target_type: z.string().describe('What kind of thing it was done to.'),
  target: z.string().describe('Which one.'),
}
const whyNot = z
  .string()
  .nullable()
  .describe('Why it cannot be, or was not, or is not yet taken back.')

export const changeSets = {
  'change_sets.open': {
    input: z.strictObject({
      task: text(300).describe('What the task is, in a sentence that names nobody.'),
    }),
    output: z.strictObject({
      change_set: changeSet,
      opened_at: time,
    }),
  },
  'change_sets.get': {
    input: z.strictObject({ change_set: changeSet }),
    output: z.strictObject({
      change_set: changeSet,
      task: said,
      opened_at: time,
      undone_at: time.nullable().describe('When it was undone. Null: it was not.'),
      count: count.describe('How many changes there are.'),
      writes: z
        .array(
          z.strictObject({
            ...written,
            operation: z.string().describe('The operation that did it.'),
            at: time,
            undone_at: time.nullable().describe('When it was taken back.'),
            can_be_undone: z.boolean().describe('Whether it can be tried to take it back.'),
            why_not: whyNot,
          }),
        )
        .describe('What was written, newest first: the last 200.'),
    }),
  },
  'change_sets.undo': {
    input: z.strictObject({ change_set: changeSet }),
    output: z.strictObject({
      change_set: changeSet,
      undone_at: time,
      undone: count.describe('How many changes were taken back.'),
      left: count.describe('How many were left as they are.'),
      writes: z
        .array(
          z.strictObject({
            ...written,
            is_undone: z.boolean().describe('Whether it was taken back.'),
            why_not: whyNot,
          }),
        )
        .describe('All changes of the task, newest first.'),
    }),
  },
} satisfies OperationShapes
