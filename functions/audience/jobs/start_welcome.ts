import { z } from 'zod'
import { beginEffect, dropEffect } from '../../_shared/effect.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import { isInJourneyAlready, MailchimpError } from '../../_shared/providers/mailchimp_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { Handler, Job } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ member_id: z.string() })

/**
 * Starts the welcome journey, once in a member's life. After a crash or a time-out nobody knows whether
 * it started; then it is triggered again, because the journey lets nobody in twice, and Mailchimp's
 * refusal to do so is the evidence that it had started.
 */
export const startWelcome: Handler<JobDeps> = async (job, { sql, mailchimp, now }) => {
  const { member_id } = args.parse(job.args)
  const email = await addressToWelcome(sql, member_id)
  if (!email) return { note: 'nothing left to do' }

  const key = `welcome:${member_id}`
  const { state } = await beginEffect(sql, key, job.id, 'mailchimp')
  let evidence = 'The ledger of effects has it as done'
  if (state !== 'done') {
    try {
      await mailchimp.startJourney(email)
      evidence = `Mailchimp accepted the trigger at ${now().toISOString()}`
    } catch (error) {
      if (isInJourneyAlready(error)) {
        evidence = `Mailchimp answered at ${now().toISOString()} that she is in the journey already`
      } else {
        // An explained refusal or a rate limit: this call surely did nothing. An earlier one may have.
        if (state === 'go' && surelyNothingHappened(error)) await dropEffect(sql, key)
        if (!isRefused(error)) throw error
        if (await hasLeft({ sql, mailchimp }, job, member_id, email)) {
          return { note: 'not subscribed any more' }
        }
        throw state === 'go' ? error : unclear(error, key)
      }
    }
  }
  await sql`
    select jobs.finish_effect(${key}, ${sql.json({ evidence })}),
           private.welcomed(${member_id}::uuid, ${evidence}, ${job.correlationId ?? null}, private.clock())`
  return { note: evidence }
}

async function addressToWelcome(sql: Sql, member: string): Promise<string | null> {
  const [row] = await sql<{ email: string | null }[]>`
    select private.welcome_to_send(${member}::uuid, private.clock()) as email`
  return row?.email ?? null
}

const isRefused = (error: unknown): error is MailchimpError =>
  error instanceof MailchimpError && error.kind === 'refused'

/** Asks Mailchimp whether she is still subscribed. Who left meanwhile is on record as gone, and that is all. */
async function hasLeft(
  { sql, mailchimp }: Pick<JobDeps, 'sql' | 'mailchimp'>,
  job: Job,
  member: string,
  email: string,
): Promise<boolean> {
  const status = (await mailchimp.statusOf(email)) ?? 'archived'
  if (status === 'subscribed') return false
  const held = status === 'transactional' ? 'unsubscribed' : status
  await sql`select private.contact_left(${member}::uuid, ${email}, ${held},
    ${job.correlationId ?? null}, private.clock())`
  if (await addressToWelcome(sql, member)) {
    throw new ProviderError('Mailchimp', 'retry', 'Her address changed meanwhile', {
      retryAfter: 1,
    })
  }
  return true
}

/** A refusal in words that we do not know, after a call whose end nobody knows: a person must look. */
const unclear = (error: MailchimpError, key: string) =>
  new ProviderError(
    'Mailchimp',
    'refused',
    `${error.message}. An earlier call may have started the journey. Look at her activity there. If it did: ` +
      `select jobs.finish_effect('${key}'), else: select jobs.drop_effect('${key}'). Then replay this job.`,
    { cause: error },
  )

const surelyNothingHappened = (error: unknown) =>
  (error instanceof MailchimpError && error.status < 500) ||
  (error instanceof ProviderError && error.kind === 'misconfigured')
