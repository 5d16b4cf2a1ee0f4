import { z } from 'zod'
import { ResendRefusal } from './errors.ts'

/** A mail as it was asked for, in one shape. */
export interface SendRequest {
  from: string
  to: string[]
  subject: string
  html: string | null
  text: string | null
  cc: string[]
  bcc: string[]
  replyTo: string[]
  headers: Record<string, string>
  tags: { name: string; value: string }[]
}

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const body = z.looseObject({
  from: z.string().optional(),
  to: list.optional(),
  subject: z.string().optional(),
  html: z.string().nullish(),
  text: z.string().nullish(),
  cc: list.nullish(),
  bcc: list.nullish(),
  reply_to: list.nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  tags: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
})

// Letters beyond ASCII are not taken: a domain in them is to be written as punycode.
const plain = /^[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/
const named = /^[^<>\r\n]*<([^<>\s]+)>$/
const addressOf = (text: string) => named.exec(text.trim())?.[1] ?? text.trim()
const format =
  'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.'
const word = /^[A-Za-z0-9_-]{1,256}$/

/** Reads a request to send as Resend does, or throws a ResendRefusal. Only mail from `domains` is sent. */
export function readSend(json: unknown, domains: readonly string[]): SendRequest {
  const parsed = body.safeParse(json)
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? 'body')
    throw new ResendRefusal('validation_error', `Invalid \`${field}\` field.`, 422)
  }
  const { data } = parsed
  for (const field of ['from', 'to', 'subject'] as const) {
    if (!data[field]?.length) {
      throw new ResendRefusal('missing_required_field', `Missing \`${field}\` field.`)
    }
  }
  if (!data.html && !data.text && !holds(json, 'template')) {
    throw new ResendRefusal('validation_error', 'Missing `html` or `text` field.', 422)
  }
  const { from = '', to = [], subject = '' } = data
  if (!plain.test(addressOf(from))) {
    throw new ResendRefusal('invalid_from_address', `Invalid \`from\` field. ${format}`)
  }
  const domain = addressOf(from).split('@')[1] ?? ''
  if (!domains.includes(domain)) {
    throw new ResendRefusal(
      'validation_error',
      `The ${domain} domain is not verified. Please, add and verify your domain on https://resend.com/domains`,
      403,
    )
  }
  const lists = { to, cc: data.cc ?? [], bcc: data.bcc ?? [], reply_to: data.reply_to ?? [] }
  for (const [field, addresses] of Object.entries(lists)) {
    if (addresses.length > 50 || !addresses.every((one) => plain.test(addressOf(one)))) {
      throw new ResendRefusal('validation_error', `Invalid \`${field}\` field. ${format}`, 422)
    }
  }
  for (const tag of data.tags ?? []) {
    if (!word.test(tag.name) || !word.test(tag.value)) {
      throw new ResendRefusal(
        'validation_error',
        'Tags should only contain ASCII letters, numbers, underscores, or dashes.',
        422,
      )
    }
  }
  return {
    from,
    to,
    subject,
    html: data.html ?? null,
    text: data.text ?? null,
    cc: lists.cc,
    bcc: lists.bcc,
    replyTo: lists.reply_to,
    headers: data.headers ?? {},
    tags: (data.tags ?? []).map(({ name, value }) => ({ name, value })),
  }
}

const holds = (json: unknown, field: string) =>
  typeof json === 'object' && json !== null && field in json
