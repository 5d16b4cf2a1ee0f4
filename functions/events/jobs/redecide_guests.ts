import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ member_id: z.string() })

/** Decides anew about somebody who became a member, proved an address or hosts now. */
export const redecideGuests: Handler<JobDeps> = async (job, { sql }) => {
  const { member_id } = args.parse(job.args)
  const [row] = await sql<{ changed: number }[]>`
    select private.decide_anew(${member_id}::uuid, ${job.correlationId ?? null}, private.clock()) as changed`
  return { note: `${row!.changed} changed` }
}
