import { createHash } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { Ledger } from '../lib/ledger.ts'

export const statuses = [
  'subscribed',
  'unsubscribed',
  'cleaned',
  'pending',
  'transactional',
] as const
export type Status = (typeof statuses)[number]

export interface Tag {
  id: number
  name: string
  date_added: string
}

export interface ContactEvent {
  name: string
  occurred_at: string
  properties: Record<string, string>
}

/** One contact of the audience, as the sandbox keeps it. */
export interface Contact {
  /** Stays the same when the address changes. */
  contactId: string
  uniqueEmailId: string
  webId: number
  email: string
  status: Status
  /** An archived contact keeps its status underneath. */
  archived: boolean
  mergeFields: Record<string, unknown>
  interests: Record<string, boolean>
  language: string
  vip: boolean
  signedUpAt: string
  optedInAt: string
  lastChanged: string
  unsubscribeReason: string
  tags: Map<string, Tag>
  events: ContactEvent[]
  activity: Record<string, unknown>[]
  /** `journey/step` of the journeys entered. */
  journeys: Set<string>
}

export interface MergeField {
  merge_id: number
  tag: string
  name: string
  type: string
  required: boolean
  default_value: string
  public: boolean
  display_order: number
  help_text: string
}

/** One audience with everything that belongs to it, in memory. */
export interface Audience {
  listId: string
  clock: Clock
  ledger: Ledger
  /** By subscriber hash. */
  contacts: Map<string, Contact>
  byContactId: Map<string, Contact>
  /** Hashes of permanently deleted addresses. */
  forgotten: Set<string>
  tagIds: Map<string, number>
  mergeFields: MergeField[]
  nextId(): number
  /** Tells the audience's webhooks of a change; the server connects it. */
  announce: Announce
  reset(): void
}

export type WebhookType =
  | 'subscribe'
  | 'unsubscribe'
  | 'profile'
  | 'cleaned'
  | 'upemail'
  | 'campaign'
export type WebhookSource = 'user' | 'admin' | 'api'
export type Announce = (
  type: WebhookType,
  source: WebhookSource,
  data: Record<string, unknown>,
) => void

/** `md5(lower(trim(address)))`, in hex: how the provider names a contact. */
export const subscriberHash = (email: string) =>
  createHash('md5').update(email.trim().toLowerCase()).digest('hex')

/** ISO time without milliseconds, as the provider writes it. */
export const stamp = (clock: Clock) =>
  clock
    .now()
    .toISOString()
    .replace(/\.\d{3}Z$/, '+00:00')

const mergeField = (merge_id: number, tag: string, name: string): MergeField => ({
  merge_id,
  tag,
  name,
  type: 'text',
  required: false,
  default_value: '',
  public: true,
  display_order: merge_id + 1,
  help_text: '',
})

/** Creates an empty audience with the two merge fields that every audience has. */
export function createAudience(listId: string, clock: Clock, ledger: Ledger): Audience {
  let lastId = 1000
  const audience: Audience = {
    listId,
    clock,
    ledger,
    contacts: new Map(),
    byContactId: new Map(),
    forgotten: new Set(),
    tagIds: new Map(),
    mergeFields: [],
    nextId: () => ++lastId,
    announce: () => {},
    reset() {
      lastId = 1000
      audience.contacts.clear()
      audience.byContactId.clear()
      audience.forgotten.clear()
      audience.tagIds.clear()
      audience.mergeFields = [
        mergeField(1, 'FNAME', 'First Name'),
        mergeField(2, 'LNAME', 'Last Name'),
      ]
    },
  }
  audience.reset()
  return audience
}

/** Finds a contact by hash, address or contact id; undefined when there is none. */
export function findContact(audience: Audience, key: string): Contact | undefined {
  const byHash = audience.contacts.get(key.toLowerCase())
  if (byHash) return byHash
  if (key.includes('@')) return audience.contacts.get(subscriberHash(key))
  return audience.byContactId.get(key)
}
