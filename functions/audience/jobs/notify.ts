import { z } from 'zod'
import { ProviderError } from '../../_shared/provider_error.ts'
import { MailchimpError } from '../../_shared/providers/mailchimp_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { beginEffect, dropEffect } from '../effect.ts'

const args = z.object({ notice_id: z.number() })
const notice = z.object({ email: z.string(), kind: z.string(), notice_id: z.number() }).nullable()

/** Seconds between two looks whether her contact has been brought over. */
const WAIT_SECONDS = 30

/**
 * Tells a member about a failing payment, through a custom event on which Mailchimp sends its mail.
 * An event is not taken back, so one that may have been sent is looked up first.
 */
export const notify: Handler<JobDeps> = async (job, { sql, mailchimp, siteUrl }) => {
  const { notice_id } = args.parse(job.args)
  const [row] = await sql<{ owed: unknown }[]>`select private.notice_to_send(${notice_id}) as owed`
  const owed = notice.parse(row?.owed ?? null)
  if (!owed) {
    if (await isEarly(sql, notice_id)) {
      const words = 'Her contact is not at Mailchimp yet'
      throw new ProviderError('Mailchimp', 'retry', words, { retryAfter: WAIT_SECONDS })
    }
    return { note: 'nothing left to do' }
  }

  const key = `notify:${notice_id}`
  const id = String(notice_id)
  const state = await beginEffect(sql, key, job.id)
  const isSent =
    state === 'done' ||
    (state === 'ambiguous' &&
      (await mailchimp.eventsOf(owed.email)).some(({ properties }) => properties.notice_id === id))
  if (!isSent) {
    const link = new URL('/account?mend=card', siteUrl).href
    try {
      await mailchimp.recordEvent(owed.email, owed.kind, { notice_id: id, link })
    } catch (error) {
      if (error instanceof MailchimpError && error.status < 500) await dropEffect(sql, key)
      throw error
    }
  }
  await sql`
    select jobs.finish_effect(${key}), private.notice_sent(${notice_id}, private.clock())`
  return { note: isSent ? 'it had been sent before' : 'sent' }
}

/** Whether the notice is still owed and only waits for her contact to reach Mailchimp. */
async function isEarly(sql: Sql, notice: number): Promise<boolean> {
  const [row] = await sql<{ early: boolean }[]>`
    select exists (
      select from public.membership_notices n
        join public.memberships m on m.member_id = n.member_id
        left join private.audience_contacts c on c.member_id = n.member_id
       where n.id = ${notice} and n.sent_at is null and n.resolved_at is null
         and coalesce(c.state, 'new') = 'new') as early`
  return row!.early
}
