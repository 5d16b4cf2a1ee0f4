import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ proposal_id: z.uuid() })

/** Erases a member whom an agent proposed to delete, after an admin agreed. SQL looks again whether it may. */
export const deleteProposed: Handler<JobDeps> = async (job, { sql }) => {
  const { proposal_id } = args.parse(job.args)
  const [row] = await sql<{ note: string }[]>`
    select private.delete_as_proposed(${proposal_id}::uuid, private.clock()) as note`
  return { note: row?.note ?? 'nothing left to do' }
}
