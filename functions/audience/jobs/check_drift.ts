import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ run_id: z.string(), offset: z.number() })
const PAGE = 500

/** Compares one page of Mailchimp's list with what we left there, and owes the next page or ends the check. */
export const checkDrift: Handler<JobDeps> = async (job, { sql, mailchimp }) => {
  const { run_id, offset } = args.parse(job.args)
  const { contacts, total } = await mailchimp.membersPage(offset, PAGE)
  const [row] = await sql<{ drifted: number }[]>`
    select private.compare_contacts(${run_id}::uuid, ${sql.json(contacts)}, private.clock()) as drifted`
  const next = offset + contacts.length
  if (contacts.length > 0 && next < total) {
    await sql`select private.continue_drift_check(${run_id}::uuid, ${next})`
    return { note: `${contacts.length} compared, ${row!.drifted} differ` }
  }
  const [end] = await sql<{ gone: number }[]>`
    select private.finish_drift_check(${run_id}::uuid) as gone`
  return { note: `${contacts.length} compared, ${row!.drifted} differ, ${end!.gone} are gone` }
}
