/**
 * Examples, made of the shapes themselves, so that none is ever out of date: each field shows a value that fits it, by
 * its name where the name says more, and example_answers.ts tells what a shape cannot know.
 */
import { type OperationName, operationOf } from './catalogue.ts'
import { told } from './example_answers.ts'
import { ids, NOW, PAID } from './example_cast.ts'
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

/** Plain texts, numbers, times and answers, by the name of their field. null: mostly there is none. */
const values: Record<string, unknown> = {
  ...ids,
  access_until: null,
  action: 'members.profile_corrected',
  actions_a_member: 3,
  amount: 1000,
  amount_due: 1000,
  amount_paid: 1000,
  amount_refunded: 0,
  attempts: 1,
  cancel_at_period_end: false,
  cancel_reason: null,
  canceled_at: null,
  cancels_a_day: 10,
  cancels: 10,
  capacity: 120,
  created_at: NOW,
  currency: 'usd',
  decided_at: null,
  decided_by: null,
  decision_reason: null,
  email: 'grace@example.org',
  ends_at: '2026-12-04T20:00:00Z',
  error: null,
  expires_at: '2026-11-24T18:00:00Z',
  failure_reason: null,
  from: '2026-11-01',
  invoice: 'in_1SVx2kQ4',
  is_own: false,
  kind: 'video',
  known_since: '2026-01-12T09:30:00Z',
  lacks: null,
  limit: 25,
  member_since: '2026-01-12T09:30:00Z',
  month: '2026-10',
  name: 'support-agent',
  next_try: null,
  opened_at: '2026-11-21T17:55:00Z',
  operation: 'members.update',
  page_url: 'https://events.example.org/reading-circle',
  paid_at: PAID,
  payment: 'in_1SVx2kQ4',
  provider_id: null,
  published_at: PAID,
  queue: 'audience',
  refund: 're_1SVx3mQ4',
  refund_each: 5000,
  refunds_a_day: 3,
  refunds: 3,
  resets_at: '2026-11-22T00:00:00Z',
  review_by: '2027-05-21',
  sandbox: false,
  series: null,
  settled_at: null,
  starts_at: '2026-12-04T18:00:00Z',
  status: 'active',
  subscription: 'sub_1SVx2kQ4',
  suppressed: false,
  target: ids.member,
  target_type: 'member',
  time_zone: 'America/Los_Angeles',
  to: '2026-11-30',
  topic: 'ethics',
  topics: 'ethics',
  undone_at: null,
  updated_at: PAID,
  url: 'https://example.org/guide',
  video_url: 'https://vimeo.com/76979871',
  why_not: null,
  write: 41,
}

/** What people may have written, by the name of its field. */
const texts: Record<string, string> = {
  bio: 'I help librarians choose, test and sometimes refuse AI tools.',
  body: 'Three gatherings this month, and one for those who are new.',
  description: 'We read one paper and ask what it would change on Monday.',
  headline: 'Product manager, AI for public libraries',
  location: 'Oakland, California',
  name: 'Ada Park',
  offers: 'An hour on how to test AI tools.',
  seeks: 'Somebody who ended a pilot.',
  subject: 'What we are up to in December',
  summary: 'How to measure a model before you trust it.',
  task: 'Refunds that were asked for this week',
  title: 'Reading circle: evaluating models',
  why: 'Five members asked for it in their profiles.',
}

const formats: Record<string, string> = { uuid: ids.any, 'date-time': NOW, date: '2026-11-21' }

type Known = Record<string, unknown>

/** What callers write is mostly for people; what is answered plainly never is. */
const sent: Known = { ...values, ...texts }
const answered: Known = { ...texts, ...values }

const isNullable = ({ type }: Schema) => [type].flat().includes('null')
const typeOf = ({ type }: Schema) =>
  Array.isArray(type) ? type.find((each) => each !== 'null') : type

function textOf({ format = '', pattern = '' }: Schema, name: string, known: Known): string {
  const fits = (value: unknown) => typeof value === 'string' && new RegExp(pattern).test(value)
  // What a pattern asks for is a month or a currency.
  const byName = format === 'uuid' ? (ids as Known)[name] : known[name]
  const tried = [byName, formats[format], ...(pattern ? [values.month, values.currency] : [])]
  return (tried.find(fits) as string | undefined) ?? name.replaceAll('_', ' ')
}

function numberOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema, given: unknown) {
  return Math.min(Math.max(typeof given === 'number' ? given : 12, minimum), maximum)
}

/** A value that fits the schema. */
function sample(schema: Schema, name: string, known: Known): unknown {
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum.find((each) => each === known[name]) ?? schema.enum[0]
  const choices = schema.anyOf ?? schema.oneOf
  if (known[name] === null && [schema, ...(choices ?? [])].some(isNullable)) return null
  const choice = choices?.find((each) => !isNullable(each))
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
  const { properties, required = [], additionalProperties } = schema
  if (properties?.written_by_people) return { written_by_people: texts[name] ?? texts.title }
  if (properties) {
    return Object.fromEntries(
      required.map((each) => [
        each,
        // The id of a member, say, is one that everything else about her has too.
        sample(properties[each]!, each === 'id' && name in ids ? name : each, known),
      ]),
    )
  }
  return typeof additionalProperties === 'object'
    ? { [name]: sample(additionalProperties, name, known) }
    : {}
}

/** Parameters that only make sense after another answer. */
const followUps = ['after', 'revision']

/** What is told of an answer, and besides what its shape alone says. */
function besides(sampled: unknown, more: unknown): unknown {
  if (more === undefined) return sampled
  if (Array.isArray(more)) {
    const [one] = Array.isArray(sampled) ? sampled : []
    return more.map((each) => besides(one, each))
  }
  if (typeof more !== 'object' || more === null) return more
  const under = typeof sampled === 'object' && sampled !== null ? (sampled as Known) : {}
  const over = Object.entries(more).map(([name, each]) => [name, besides(under[name], each)])
  return { ...under, ...Object.fromEntries(over) }
}

/** A good call: as it is told, or what must be there, or else two things that may be. */
export function exampleInput(operation: OperationName): Record<string, unknown> {
  const { input } = told[operation] ?? {}
  if (input) return input
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
  besides(
    sample(schemaOf(shapes[operation].output, 'output') as Schema, operation, answered),
    told[operation]?.data,
  )
