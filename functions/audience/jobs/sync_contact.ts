import { z } from 'zod'
import type { Log } from '../../_shared/log.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { type MailchimpClient, subscriberHash } from '../../_shared/providers/mailchimp.ts'
import {
  complianceRefusal,
  MailchimpError,
  type PermanentRefusal,
  permanentRefusal,
} from '../../_shared/providers/mailchimp_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { contactOf, type Target, target } from '../target.ts'

const args = z.object({ member_id: z.string() })

// Her state may change while it is carried over; more often than this is somebody else's problem.
const ROUNDS = 3

/** Brings one member's contact at Mailchimp to what it should be. */
export const syncContact: Handler<JobDeps> = async (job, { sql, mailchimp, log }) => {
  const { member_id } = args.parse(job.args)
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = await read(sql, member_id)
    if (!wanted || wanted.parked || (wanted.done && round === 0)) {
      return { note: wanted?.parked ? 'parked' : 'nothing left to do' }
    }
    try {
      const status = await carryOver(mailchimp, wanted)
      // Her yes of today does not bring her back, and nobody but she can: she has to hear of it.
      if (wanted.opted_in && ['unsubscribed', 'cleaned'].includes(status)) {
        return await park(sql, member_id, wanted.email, complianceRefusal, log)
      }
      const recorded = await record(sql, member_id, wanted, status, job.correlationId)
      if (recorded === 'gone') return await takeBack(mailchimp, wanted.email)
      if (recorded === 'done') return
    } catch (error) {
      // Somebody deleted the contact between two calls of ours: look again what is wanted now.
      if (isGone(error)) continue
      const refusal = permanentRefusal(error)
      if (!refusal) throw error
      return await park(sql, member_id, wanted.email, refusal, log)
    }
  }
  throw new ProviderError('Mailchimp', 'retry', 'The member kept changing', { retryAfter: 1 })
}

const isGone = (error: unknown) =>
  error instanceof MailchimpError && error.title === 'Resource Not Found'

async function park(
  sql: Sql,
  member: string,
  email: string,
  { reason, remedy }: PermanentRefusal,
  log: Log,
) {
  await sql`select private.park_contact(${member}::uuid, ${email}, ${reason}, ${remedy})`
  log.info('contact.parked', { member_id: member })
  return { note: `parked: ${reason}` }
}

async function read(sql: Sql, member: string): Promise<Target | null> {
  const [row] = await sql<{ wanted: unknown }[]>`
    select private.audience_target(${member}::uuid, private.clock()) as wanted`
  return target.nullable().parse(row?.wanted ?? null)
}

/** Contact first, then her tags. Returns the status that she has at Mailchimp afterwards. */
async function carryOver(mailchimp: MailchimpClient, wanted: Target): Promise<string> {
  const contact = contactOf(wanted)
  let status =
    wanted.known_as && wanted.known_as !== wanted.email
      ? await move(mailchimp, wanted.known_as, wanted)
      : await mailchimp.upsertContact(contact)
  if (status === 'subscribed' && !wanted.consents) {
    await mailchimp.unsubscribe(wanted.email)
    status = 'unsubscribed'
  }
  await mailchimp.setTags(wanted.email, wanted.tags)
  // Somebody who only gets receipts gets no newsletters: for us that is unsubscribed.
  return status === 'transactional' ? 'unsubscribed' : status
}

/** Her contact moves with her address. Where the new one is there already, the old one is archived. */
async function move(mailchimp: MailchimpClient, from: string, wanted: Target): Promise<string> {
  try {
    return await mailchimp.changeAddress(from, contactOf(wanted))
  } catch (error) {
    if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error
  }
  const status = await mailchimp.upsertContact(contactOf(wanted))
  await mailchimp.archive(from)
  return status
}

/** She had her account deleted while her contact was carried over: what was brought there goes as well. */
async function takeBack(mailchimp: MailchimpClient, email: string) {
  await mailchimp.forget(subscriberHash(email))
  return { note: 'she was erased meanwhile' }
}

/**
 * Records what was carried over, unless she changed meanwhile, and it has to be done again, or was erased.
 * The lock keeps her as she is between the look and the record.
 */
function record(sql: Sql, member: string, carried: Target, status: string, correlation?: string) {
  return sql.begin(async (tx) => {
    await tx`select from public.memberships where member_id = ${member}::uuid for update`
    const now = await read(tx as unknown as Sql, member)
    if (now && !sameTarget(now, carried)) return 'changed'
    if (!now) {
      const [row] = await tx<{ erased: boolean }[]>`
        select private.is_buried('member', ${member}) as erased`
      if (row!.erased) return 'gone'
    }
    await tx`select private.contact_synced(${member}::uuid, ${carried.email}, ${status},
      ${correlation ?? null}, private.clock(), ${carried.name})`
    return 'done'
  })
}

const sameTarget = (a: Target, b: Target) =>
  a.email === b.email &&
  a.name === b.name &&
  a.consents === b.consents &&
  a.forgotten_at === b.forgotten_at &&
  JSON.stringify(a.tags) === JSON.stringify(b.tags)
