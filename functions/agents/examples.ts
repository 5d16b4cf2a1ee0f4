/**
 * Examples, made of the shapes themselves, so that none is ever out of date: each field shows a value that fits it, by
 * its name where the name says more.
 */
import { type OperationName, operationOf } from './catalogue.ts'
import { shapes } from './operations/index.ts'
import { schemaOf } from './schema.ts'

interface Schema {
  type?: string | string[]
  format?: string
  pattern?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  minimum?: number
  maximum?: number
}

/** Plain texts, numbers and answers, by the name of their field. */
const values: Record<string, unknown> = {
  action: 'members.profile_corrected',
  actions_a_member: 3,
  amount: 1250,
  amount_due: 1000,
  amount_paid: 1000,
  amount_refunded: 0,
  at_most: 60,
  batch: 20,
  cancel_at_period_end: false,
  cancels: 10,
  cancels_a_day: 10,
  capacity: 120,
  currency: 'usd',
  email: 'grace@example.org',
  fee: 59,
  field: 'headline',
  from: '2026-11-01',
  goal: 'paid_to_tagged',
  invoice: 'in_1SVx2kQ4',
  key: '5c1b4bd0-8e43-4c0e-9a0b-6a0f5e7f2c11',
  kind: 'video',
  limit: 25,
  month: '2026-11',
  most: 20,
  name: 'support-agent',
  net: 941,
  next: 'WyJBZGEiXQ',
  now: 41,
  operation: 'members.update',
  operations: 'members.list',
  payment: 'in_1SVx2kQ4',
  queue: 'audience',
  refund: 're_1SVx3mQ4',
  refund_each: 5000,
  refunds: 3,
  refunds_a_day: 3,
  revision: '2026-11-20T09:30:00Z',
  sandbox: false,
  scopes: 'members:read',
  search: 'ada',
  seconds: 60,
  source: 'stripe',
  subscription: 'sub_1SVx2kQ4',
  suppressed: false,
  target_type: 'member',
  time_zone: 'America/Los_Angeles',
  to: '2026-11-30',
  unit: 'seconds',
  url: 'https://example.org/guide',
  video_url: 'https://vimeo.com/76979871',
}

/** What people may have written, by the name of its field. */
const texts: Record<string, string> = {
  bio: 'I help librarians choose, test and sometimes refuse AI tools.',
  body: 'Three gatherings this month, and one for those who are new.',
  description: 'We read one paper and ask what it would change on Monday.',
  headline: 'Product manager, AI for public libraries',
  location: 'Oakland, California',
  name: 'Ada Park',
  reason: 'Charged twice in November; she asked for the second one back.',
  status: 'Member until 12 December 2026.',
  subject: 'What we are up to in December',
  summary: 'How to measure a model before you trust it.',
  task: 'Refunds that were asked for this week',
  title: 'Reading circle: evaluating models',
  what: 'Paid 10.00 for a month of membership.',
  why: 'Five members asked for it in their profiles.',
}

const AT = '2026-11-21T18:00:00Z'
const ID = '3f2a9c64-1b7e-4d52-9c1e-7a5b0c8d4e21'
const formats: Record<string, string> = { uuid: ID, 'date-time': AT, date: '2026-11-21' }

type Known = Record<string, unknown>

/** What callers write is mostly for people; what is answered plainly never is. */
const sent: Known = { ...values, ...texts }
const answered: Known = { ...texts, ...values }

const typeOf = ({ type }: Schema) =>
  Array.isArray(type) ? type.find((each) => each !== 'null') : type

function textOf({ format = '', pattern = '' }: Schema, name: string, known: Known): string {
  const fits = (value: unknown) => typeof value === 'string' && new RegExp(pattern).test(value)
  // What a pattern asks for is a month or a currency.
  const tried = [formats[format], known[name], ...(pattern ? [values.month, values.currency] : [])]
  return (tried.find(fits) as string | undefined) ?? name.replaceAll('_', ' ')
}

function numberOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema, given: unknown) {
  return Math.min(Math.max(typeof given === 'number' ? given : 12, minimum), maximum)
}

/** A value that fits the schema. */
function sample(schema: Schema, name: string, known: Known): unknown {
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum[0]
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== 'null')
  if (choice) return sample(choice, name, known)
  switch (typeOf(schema)) {
    case 'array':
      return [sample(schema.items ?? {}, name, known)]
    case 'boolean':
      return known[name] ?? true
    case 'integer':
    case 'number':
      return numberOf(schema, known[name])
    case 'string':
      return textOf(schema, name, known)
    case 'object':
      return objectOf(schema, name, known)
    default:
      return null
  }
}

function objectOf(schema: Schema, name: string, known: Known): Record<string, unknown> {
  const { properties, additionalProperties } = schema
  if (properties?.written_by_people) return { written_by_people: texts[name] ?? texts.title }
  if (properties) {
    return Object.fromEntries(
      Object.entries(properties).map(([each, inner]) => [each, sample(inner, each, known)]),
    )
  }
  return typeof additionalProperties === 'object'
    ? { [name]: sample(additionalProperties, name, known) }
    : {}
}

/** Parameters that only make sense after another answer. */
const followUps = ['after', 'revision']

/** A good call: what must be there, or else two things that may be. */
export function exampleInput(operation: OperationName): Record<string, unknown> {
  const { properties = {}, required = [] } = schemaOf(shapes[operation].input, 'input') as Schema
  const names = Object.keys(properties)
  const { path } = operationOf(operation)
  const isSaid = required.some((name) => !path.includes(`{${name}}`))
  const optional = names.filter((name) => !required.includes(name) && !followUps.includes(name))
  const chosen = [...required, ...(isSaid ? [] : optional.slice(-2))]
  return Object.fromEntries(
    names
      .filter((name) => chosen.includes(name))
      .map((name) => [name, sample(properties[name]!, name, sent)]),
  )
}

/** What it answers as `data`. */
export const exampleData = (operation: OperationName): unknown =>
  sample(schemaOf(shapes[operation].output, 'output') as Schema, operation, answered)
