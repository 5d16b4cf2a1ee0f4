import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ erasure_id: z.number(), again: z.boolean().default(false) })

/**
 * Deletes an erased person's contact at Mailchimp for good, and a day later looks whether somebody who was
 * at work on her meanwhile brought her back there. Mailchimp takes a deleted address from nobody but herself.
 */
export const forgetContact: Handler<JobDeps> = async (job, { sql, mailchimp }) => {
  const { erasure_id, again } = args.parse(job.args)
  const [owed] = again
    ? await sql<{ hash: string | null }[]>`
        select private.contact_to_look_at_again(${erasure_id}) as hash`
    : await sql<{ hash: string | null }[]>`select private.erasure_owed(${erasure_id}) as hash`
  if (!owed?.hash) {
    if (again) await sql`select private.contact_stayed_away(${erasure_id})`
    return { note: 'nothing left to do' }
  }
  const wasThere = await mailchimp.forget(owed.hash)
  if (again) {
    await sql`select private.contact_stayed_away(${erasure_id})`
    return { note: wasThere ? 'deleted once more' : 'it stayed away' }
  }
  const outcome = wasThere ? 'Contact deleted for good' : 'Mailchimp did not know this address'
  await sql`select private.contact_forgotten(${erasure_id}, ${outcome}, private.clock())`
  return { note: outcome }
}
