import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

interface Route {
  query?: z.core.JSONSchema.JSONSchema
  body?: z.core.JSONSchema.JSONSchema
  answer: z.core.JSONSchema.JSONSchema
}

interface Spec {
  routes: Record<string, Route>
  webhooks: Record<string, z.core.JSONSchema.JSONSchema>
}

const spec = JSON.parse(readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8')) as Spec

const made = new Map<object, z.ZodType>()
const schemaOf = (json: z.core.JSONSchema.JSONSchema): z.ZodType => {
  let schema = made.get(json)
  if (!schema) {
    schema = z.fromJSONSchema(json)
    made.set(json, schema)
  }
  return schema
}

/** Whether Luma's own description knows this method and path. */
export const isDescribed = (route: string): boolean => route in spec.routes

/** The first thing that Luma's description has against a request; undefined when it has nothing. */
export function complaint(route: string, part: 'query' | 'body', value: unknown) {
  const schema = spec.routes[route]?.[part]
  return schema && firstIssue(schemaOf(schema), value)
}

/** The first thing that Luma's description has against an answer of ours. */
export const answerComplaint = (route: string, value: unknown) =>
  firstIssue(schemaOf(spec.routes[route]!.answer), value)

/** The first thing that Luma's description has against a webhook of ours. */
export const webhookComplaint = (type: string, value: unknown) =>
  firstIssue(schemaOf(spec.webhooks[type]!), value)

function firstIssue(schema: z.ZodType, value: unknown): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0]
  return issue && `${issue.path.join('.') || 'body'}: ${issue.message}`
}
