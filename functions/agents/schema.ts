import { z } from 'zod'

const formats = ['uuid', 'date-time', 'date']

/** Leaves out what says nothing more: every whole number is a safe one, and a format says what its pattern does. */
export function tidy(json: Record<string, unknown>): void {
  if (formats.includes(json.format as string)) delete json.pattern
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum
}

/** A shape as JSON Schema (2020-12). */
export function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(shape, {
    io,
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  })
  return json
}
