import { z } from 'zod'
import type { StripeClient, StripeObject } from '../../_shared/providers/stripe.ts'
import type { Page } from '../../_shared/providers/stripe_money.ts'
import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'

const args = z.object({ reading_id: z.number() })

interface Owed {
  phase: 'movements' | 'payments' | 'stragglers'
  after: string | null
  from: number
  until: number
  charges: string[] | null
}

/** Reads one page of Stripe's books into ours. The database says which, and owes the next. */
export const readLedger: Handler<JobDeps> = async (job, { sql, stripe }) => {
  const { reading_id } = args.parse(job.args)
  const [row] = await sql<
    { owed: Owed | null }[]
  >`select private.ledger_owed(${reading_id}) as owed`
  const owed = row?.owed
  if (!owed) return { note: 'nothing left to do' }
  const page = await pageOf(stripe, owed)
  const [kept] = await sql<{ rows: number }[]>`
    select private.take_ledger_page(${reading_id}, ${owed.phase}, ${owed.after},
      ${sql.json(page.rows as never)}, ${page.next}, private.clock()) as rows`
  return { note: `${owed.phase}: ${kept!.rows}` }
}

async function pageOf(stripe: StripeClient, owed: Owed): Promise<Page> {
  const { phase, after, charges } = owed
  if (phase === 'movements') return await stripe.balancePage(owed, after)
  if (phase === 'payments') return await stripe.invoicePaymentsPage(owed, after)
  // No list named what these paid, so each is asked about by itself, a few at a time.
  const ask = async (intent: string): Promise<StripeObject> => ({
    ...(await stripe.invoicePaymentOf(intent)),
    asked: intent,
  })
  const rows = await Promise.all((charges ?? []).map(ask))
  return { rows, next: rows.length > 0 ? String(Number(after ?? 0) + 1) : null }
}
