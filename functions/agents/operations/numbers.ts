/** Numbers of people, as private.tell_numbers tells them: of one to four people null. */
import { z } from 'zod'

export const cell = (what: string) =>
  z
    .int()
    .min(0)
    .nullable()
    .describe(`How many ${what}. Null: not told, because fewer than five could follow from it.`)

export const suppressed = z
  .boolean()
  .describe(
    'Whether any number here is not told: it stands for one to four people, or would give such a number away.',
  )
