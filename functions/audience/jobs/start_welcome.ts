import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import { isInJourneyAlready, MailchimpError } from '../../_shared/providers/mailchimp_errors.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { beginEffect, dropEffect } from '../effect.ts'

const args = z.object({ member_id: z.string() })

/**
 * Starts the welcome journey, once in a member's life. After a crash or a time-out nobody knows whether
 * it started; then it is triggered again, because the journey lets nobody in twice, and Mailchimp's
 * refusal to do so is the evidence that it had started.
 */
export const startWelcome: Handler<JobDeps> = async (job, { sql, mailchimp, now }) => {
  const { member_id } = args.parse(job.args)
  const [row] = await sql<{ email: string | null }[]>`
    select private.welcome_to_send(${member_id}::uuid, private.clock()) as email`
  const email = row?.email
  if (!email) return { note: 'nothing left to do' }

  const key = `welcome:${member_id}`
  const state = await beginEffect(sql, key, job.id)
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
        throw error
      }
    }
  }
  await sql`
    select jobs.finish_effect(${key}, ${sql.json({ evidence })}),
           private.welcomed(${member_id}::uuid, ${evidence}, private.clock())`
  return { note: evidence }
}

const surelyNothingHappened = (error: unknown) =>
  (error instanceof MailchimpError && error.status < 500) ||
  (error instanceof ProviderError && error.kind === 'misconfigured')
