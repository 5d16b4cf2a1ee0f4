import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ retired_id: z.number() })

/** Archives an address at Mailchimp that is no member's any more, because two rows became one. */
export const archiveContact: Handler<JobDeps> = async (job, { sql, mailchimp }) => {
  const { retired_id } = args.parse(job.args)
  const [retired] = await sql<{ email: string }[]>`
    select r.email from private.audience_retired r
     where r.id = ${retired_id} and r.archived_at is null
       -- The member who stayed may have made it hers since.
       and not exists (select from private.audience_contacts c where c.email = r.email)
       and not exists (select from public.member_emails e where e.email = r.email and e.is_primary)`
  if (!retired) return { note: 'nothing left to do' }
  await mailchimp.archive(retired.email)
  await sql`update private.audience_retired set archived_at = private.clock() where id = ${retired_id}`
}
