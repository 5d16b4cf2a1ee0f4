import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ event_id: z.string() })

/** Tells the guests of a canceled event why. Whom it told before a crash it does not tell again. */
export const tellCanceled: Handler<JobDeps> = async (job, { sql }) => {
  const { event_id } = args.parse(job.args)
  const [row] = await sql<{ told: number }[]>`
    select private.tell_canceled(${event_id}::uuid, ${job.correlationId ?? null}) as told`
  return { note: `${row!.told} told` }
}
