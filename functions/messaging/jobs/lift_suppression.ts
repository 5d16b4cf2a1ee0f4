import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ mark: z.string() })

/** Takes an address off Resend's own list, after an admin allowed mail to it again. */
export const liftSuppression: Handler<JobDeps> = async (job, { sql, resend, signal }) => {
  const { mark } = args.parse(job.args)
  const [row] = await sql<{ address: string | null }[]>`
    select private.suppression_to_lift(${mark}) as address`
  if (!row?.address) return { note: 'nothing left to do' }
  await resend.unsuppress(row.address, signal)
  return { note: 'Resend sends to it again' }
}
