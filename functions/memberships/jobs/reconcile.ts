import { z } from 'zod'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ run_id: z.number(), after: z.string().nullish() })

/** Compares one page of Stripe's subscriptions with ours, and owes the next page. */
export const reconcile: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { run_id, after } = args.parse(job.args)
  const page = await stripe.subscriptionsPage(after ?? null)
  const [row] = await sql<{ differing: number }[]>`
    with compared as materialized (
      select private.compare_subscriptions(${run_id}, ${sql.json(page.subscriptions as never)},
        ${page.asOf}, private.clock()) as differing
    )
    select differing, private.continue_reconciliation(${run_id}, ${page.next}, private.clock())
      from compared`
  return { note: `${page.subscriptions.length} compared, ${row!.differing} differ` }
}
