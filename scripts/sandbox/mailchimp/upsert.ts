import { z } from 'zod'
import { type FieldError, invalid, notFound, Problem } from './problems.ts'
import { upemailData, webhookData } from './shapes.ts'
import {
  type Audience,
  type Contact,
  findContact,
  type Status,
  stamp,
  statuses,
  subscriberHash,
  type WebhookType,
} from './state.ts'

const status = z.enum(statuses)

const fields = {
  status: status.optional(),
  merge_fields: z.record(z.string(), z.unknown()).optional(),
  interests: z.record(z.string(), z.boolean()).optional(),
  language: z.string().optional(),
  vip: z.boolean().optional(),
  timestamp_opt: z.string().optional(),
}

/** The bodies of POST, PUT and PATCH. What the sandbox does not keep is let through. */
export const createBody = z.looseObject({
  ...fields,
  email_address: z.string(),
  status,
  tags: z.array(z.string()).optional(),
})
export const putBody = z.looseObject({
  ...fields,
  email_address: z.string(),
  status_if_new: status,
})
export const patchBody = z.looseObject({ ...fields, email_address: z.string().optional() })

type Changes = z.output<typeof patchBody>
interface Wish {
  /** Hash, address or contact id from the path. */
  key: string
  changes: Changes
  /** Missing on PATCH, which never creates. */
  statusIfNew?: Status | undefined
  skipMergeValidation: boolean
}

/**
 * Addresses that the sandbox takes for made up: everything under `.invalid`, and everybody whose
 * name starts with "fake".
 */
function checkAddress(email: string) {
  const plausible = z.email().safeParse(email.trim()).success
  if (plausible && !/^fake|\.invalid$/i.test(email.trim())) return
  const detail = 'Please provide a valid email address.'
  if (!plausible) throw new Problem('Invalid Resource', detail)
  throw new Problem(
    'Invalid Resource',
    `${email} looks fake or invalid, please enter a real email address.`,
  )
}

function checkMergeFields(audience: Audience, merged: Record<string, unknown>) {
  const missing: FieldError[] = audience.mergeFields
    .filter((field) => field.required && !merged[field.tag])
    .map((field) => ({ field: field.tag, message: 'Please enter a value' }))
  if (missing.length)
    throw new Problem('Invalid Resource', 'Your merge fields were invalid.', missing)
}

const refuseCompliance = (email: string) =>
  new Problem(
    'Member In Compliance State',
    `${email} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.`,
  )

const refuseForgotten = (email: string) =>
  new Problem(
    'Forgotten Email Not Subscribed',
    `${email} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list.`,
  )

/** Creates or changes a contact and notes it in the ledger. Throws the provider's errors. */
export function upsert(audience: Audience, wish: Wish): { contact: Contact; created: boolean } {
  const { changes, statusIfNew } = wish
  const known = findContact(audience, wish.key)
  if (changes.email_address !== undefined) checkAddress(changes.email_address)
  const email = changes.email_address?.trim() ?? known?.email
  if (email === undefined || (!known && !statusIfNew)) throw notFound()
  const hash = subscriberHash(email)
  const holder = audience.contacts.get(hash)
  if (!known && holder) {
    const detail = `${email} is already a list member. Use PUT to insert or update list members.`
    throw new Problem('Member Exists', detail)
  }
  if (holder && holder !== known) {
    const message = `"${email}" is already in this list with a status of "${holder.status}".`
    throw invalid({ field: 'email_address', message })
  }
  if (!holder && audience.forgotten.has(hash)) throw refuseForgotten(email)
  const merged = pickMergeFields(audience, known?.mergeFields ?? {}, changes.merge_fields ?? {})
  if (!wish.skipMergeValidation) checkMergeFields(audience, merged)
  const status = nextStatus(known, changes.status, statusIfNew, email)

  const contact = known ?? newContact(audience, email)
  const formerStatus = known && !known.archived ? known.status : undefined
  const before = snapshot(contact)
  const formerEmail = contact.email
  audience.contacts.delete(subscriberHash(formerEmail))
  contact.email = email
  audience.contacts.set(hash, contact)
  audience.byContactId.set(contact.contactId, contact)
  contact.mergeFields = merged
  contact.status = status
  // Only a status brings an archived contact back: PATCH of a name leaves it where it is.
  if (changes.status ?? statusIfNew) contact.archived = false
  if (status === 'subscribed') contact.unsubscribeReason = ''
  Object.assign(contact.interests, changes.interests)
  contact.language = changes.language ?? contact.language
  contact.vip = changes.vip ?? contact.vip
  contact.optedInAt = changes.timestamp_opt ?? contact.optedInAt
  const changed = !known || before !== snapshot(contact)
  if (changed) contact.lastChanged = stamp(audience.clock)
  audience.ledger.add('member.upserted', hash, {
    email,
    status,
    created: !known,
    changed,
    ...(formerEmail === email ? {} : { former_email: formerEmail }),
  })
  if (formerEmail !== email) {
    audience.announce('upemail', 'api', upemailData(contact, formerEmail, audience.listId))
  } else if (changed) {
    const type = status === formerStatus ? 'profile' : announced[status]
    if (type) audience.announce(type, 'api', webhookData(contact, audience.listId))
  }
  return { contact, created: !known }
}

/** What a change to a status is called in a webhook; `pending` and `transactional` are not told. */
const announced: Partial<Record<Status, WebhookType>> = {
  subscribed: 'subscribe',
  unsubscribed: 'unsubscribe',
  cleaned: 'cleaned',
}

/** Who unsubscribed or bounced is never subscribed by the API; `pending` asks them to confirm. */
function nextStatus(
  known: Contact | undefined,
  asked: Status | undefined,
  ifNew: Status | undefined,
  email: string,
): Status {
  if (!known) return asked ?? ifNew!
  const left = known.status === 'unsubscribed' || known.status === 'cleaned'
  if (left && asked === 'subscribed') throw refuseCompliance(email)
  if (asked) return asked
  return known.archived && ifNew && !left ? ifNew : known.status
}

/** Values of unknown merge tags are dropped without a word, as the real service does. */
function pickMergeFields(audience: Audience, old: object, wanted: Record<string, unknown>) {
  const blank = Object.fromEntries(audience.mergeFields.map((f) => [f.tag, f.default_value]))
  const tags = new Set(audience.mergeFields.map((field) => field.tag))
  const known = Object.entries(wanted).filter(([tag]) => tags.has(tag))
  return { ...blank, ...old, ...Object.fromEntries(known) }
}

function newContact(audience: Audience, email: string): Contact {
  const id = audience.nextId()
  const now = stamp(audience.clock)
  const hex = (salt: string) => subscriberHash(`${salt}${id}`)
  return {
    contactId: hex('contact'),
    uniqueEmailId: hex('email').slice(0, 10),
    webId: id,
    email,
    status: 'subscribed',
    archived: false,
    mergeFields: {},
    interests: {},
    language: 'en',
    vip: false,
    signedUpAt: now,
    optedInAt: now,
    lastChanged: now,
    unsubscribeReason: '',
    tags: new Map(),
    events: [],
    activity: [],
    journeys: new Set(),
  }
}

const snapshot = ({ email, status, archived, mergeFields, interests, language, vip }: Contact) =>
  JSON.stringify([email, status, archived, mergeFields, interests, language, vip])
