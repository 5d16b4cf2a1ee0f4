import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Env, optional, required } from '../env.ts'
import { mailchimpFailure } from './mailchimp_errors.ts'
import { connect, type Operation } from './mailchimp_sdk.ts'

export interface Tag {
  name: string
  status: 'active' | 'inactive'
}

export interface Contact {
  email: string
  firstName: string
  lastName: string
  /** Whether somebody who is new there joins as subscribed. It never changes who is there already. */
  consents: boolean
}

export interface MembersPage {
  contacts: { email: string; status: string; tags: string[] }[]
  total: number
}

/** Mailchimp in the few words that we use. Every verb throws ProviderError and ends within 10 seconds. */
export interface MailchimpClient {
  /** Creates or updates a contact; whoever left stays away. Returns the status that she has there. */
  upsertContact(contact: Contact): Promise<string>
  /** Moves a contact to a new address. Returns her status. */
  changeAddress(from: string, contact: Contact): Promise<string>
  unsubscribe(email: string): Promise<void>
  setTags(email: string, tags: Tag[]): Promise<void>
  /** Starts the welcome journey. */
  startJourney(email: string): Promise<void>
  /** Archives a contact; one who is not there counts as archived. */
  archive(email: string): Promise<void>
  /** Deletes a contact for good, by her subscriber hash. False when Mailchimp did not know her. */
  forget(hash: string): Promise<boolean>
  /** Up to 1,000 calls at once; returns the batch's id. */
  submitBatch(operations: Operation[]): Promise<string>
  batch(id: string): Promise<{ finished: boolean; errored: number }>
  /** One page of the list, without the archived; with `since` only of who changed from then on. */
  membersPage(offset: number, count: number, since?: Date): Promise<MembersPage>
  /** The status that a contact has; undefined when she is not there. */
  statusOf(email: string): Promise<string | undefined>
  ping(timeoutMs?: number): Promise<void>
  /** The calls that bring one contact to her target, for submitBatch. */
  operationsFor(contact: Contact, knownAs: string | null, tags: Tag[], id: string): Operation[]
}

const TIMEOUT_MS = 10_000

/** Mailchimp's key of a contact: MD5 of her address in lower case. */
export const subscriberHash = (email: string): string =>
  createHash('md5').update(email.trim().toLowerCase()).digest('hex')

const member = z.object({ status: z.string() })
const membersPage = z.object({
  members: z.array(
    z.object({
      email_address: z.string(),
      status: z.string(),
      tags: z.array(z.object({ name: z.string() })).default([]),
    }),
  ),
  total_items: z.number(),
})

/** Connects the official SDK. MAILCHIMP_API_BASE points elsewhere than <dc>.api.mailchimp.com, for tests and the sandbox. */
export function createMailchimp(env: Env, timeoutMs = TIMEOUT_MS): MailchimpClient {
  const apiKey = required(env, 'MAILCHIMP_API_KEY')
  const list = required(env, 'MAILCHIMP_LIST_ID')
  const dataCenter = apiKey.slice(apiKey.lastIndexOf('-') + 1)
  const base = optional(env, 'MAILCHIMP_API_BASE') ?? `https://${dataCenter}.api.mailchimp.com`
  const api = connect(apiKey, base, timeoutMs)

  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw mailchimpFailure(error)
    }
  }
  const silently = (work: () => Promise<unknown>) =>
    call(async () => {
      await work()
    })
  const loose = { skipMergeValidation: true }

  return {
    upsertContact: (contact) =>
      call(async () => {
        const body = { ...fieldsOf(contact), status_if_new: statusOf(contact) }
        const hash = subscriberHash(contact.email)
        return member.parse(await api.lists.setListMember(list, hash, body, loose)).status
      }),
    changeAddress: (from, contact) =>
      call(async () => {
        const hash = subscriberHash(from)
        return member.parse(await api.lists.updateListMember(list, hash, fieldsOf(contact), loose))
          .status
      }),
    unsubscribe: (email) =>
      silently(() =>
        api.lists.updateListMember(list, subscriberHash(email), { status: 'unsubscribed' }, loose),
      ),
    setTags: (email, tags) =>
      silently(() => api.lists.updateListMemberTags(list, subscriberHash(email), { tags })),
    startJourney: (email) =>
      silently(() =>
        api.customerJourneys.trigger(
          required(env, 'MAILCHIMP_WELCOME_JOURNEY_ID'),
          required(env, 'MAILCHIMP_WELCOME_STEP_ID'),
          { email_address: email },
        ),
      ),
    archive: async (email) => {
      try {
        await silently(() => api.lists.deleteListMember(list, subscriberHash(email)))
      } catch (error) {
        if (!isGone(error)) throw error
      }
    },
    forget: async (hash) => {
      try {
        await silently(() => api.lists.deleteListMemberPermanent(list, hash))
        return true
      } catch (error) {
        if ((error as { title?: string }).title === 'Resource Not Found') return false
        throw error
      }
    },
    submitBatch: (operations) =>
      call(
        async () => z.object({ id: z.string() }).parse(await api.batches.start({ operations })).id,
      ),
    batch: (id) =>
      call(async () => {
        const found = z
          .object({ status: z.string(), errored_operations: z.number() })
          .parse(await api.batches.status(id))
        return { finished: found.status === 'finished', errored: found.errored_operations }
      }),
    membersPage: (offset, count, since) =>
      call(async () => {
        const fields = ['members.email_address', 'members.status', 'members.tags', 'total_items']
        const from = since && { sinceLastChanged: since.toISOString() }
        const page = membersPage.parse(
          await api.lists.getListMembersInfo(list, { fields, count, offset, ...from }),
        )
        const contacts = page.members.map(({ email_address, status, tags }) => ({
          email: email_address,
          status,
          tags: tags.map(({ name }) => name),
        }))
        return { contacts, total: page.total_items }
      }),
    statusOf: async (email) => {
      try {
        return await call(
          async () =>
            member.parse(await api.lists.getListMember(list, subscriberHash(email))).status,
        )
      } catch (error) {
        if (isGone(error)) return undefined
        throw error
      }
    },
    ping: (patienceMs = 2000) => silently(() => connect(apiKey, base, patienceMs).ping.get()),
    operationsFor(contact, knownAs, tags, id) {
      const members = `/lists/${list}/members`
      const moving = knownAs !== null && knownAs !== contact.email
      const hash = subscriberHash(contact.email)
      const params = { skip_merge_validation: 'true' }
      return [
        moving
          ? {
              method: 'PATCH',
              path: `${members}/${subscriberHash(knownAs)}`,
              params,
              body: JSON.stringify(fieldsOf(contact)),
              operation_id: `${id}:contact`,
            }
          : {
              method: 'PUT',
              path: `${members}/${hash}`,
              params,
              body: JSON.stringify({ ...fieldsOf(contact), status_if_new: statusOf(contact) }),
              operation_id: `${id}:contact`,
            },
        {
          method: 'POST',
          path: `${members}/${hash}/tags`,
          body: JSON.stringify({ tags }),
          operation_id: `${id}:tags`,
        },
      ]
    },
  }
}

const fieldsOf = (contact: Contact) => ({
  email_address: contact.email,
  merge_fields: { FNAME: contact.firstName, LNAME: contact.lastName },
})

const statusOf = (contact: Contact) => (contact.consents ? 'subscribed' : 'unsubscribed')

/** Not there (404), or archived before (405). */
const isGone = (error: unknown) =>
  ['Resource Not Found', 'Method Not Allowed'].includes((error as { title?: string }).title ?? '')
