import type postgres from 'postgres'

interface Invoice {
  id: string
  status: string
  created: number
}

/**
 * Reads what the demo's people have paid from the sandbox's Stripe, as its webhooks would have told it month by month:
 * the earlier receipts, and the address of each one's page, which the seed cannot know.
 */
export async function readDemoReceipts(
  sql: postgres.Sql,
  { stripe, key }: { stripe: string; key: string },
): Promise<void> {
  const response = await fetch(`${stripe}/v1/invoices?limit=100&status=paid`, {
    headers: { authorization: `Bearer ${key}` },
  })
  if (!response.ok) throw new Error(`The demo's receipts: ${await response.text()}`)
  const { data, has_more } = (await response.json()) as { data: Invoice[]; has_more: boolean }
  if (has_more) throw new Error('The demo has more receipts than one page holds')
  for (const invoice of data.toSorted((a, b) => a.created - b.created))
    await sql`
      select private.apply_invoice(${sql.json(invoice as never)}, 'invoice.paid', to_timestamp(${invoice.created}),
        'demo data', 'demo data', private.clock())`
}
