import type { Sql, TransactionSql } from 'postgres'

/**
 * What the demo data lacks, so that every operation has something to tell: money that moved, mails, what is over and what
 * went wrong. All of it is of one moment, which is returned: its month has money in it, also when the next one begins.
 */
export const furnish = (sql: Sql): Promise<Date> => sql.begin(write)

async function write(sql: TransactionSql): Promise<Date> {
  await sql`
    insert into private.charges (charge_id, customer_id, payment_intent_id, invoice_id, amount, amount_refunded, currency, as_of)
    values ('ch_ada', 'cus_ada', 'pi_ada', 'in_ada', 1000, 200, 'usd', now())`
  await sql`
    insert into private.refunds (refund_id, charge_id, payment_intent_id, amount, currency, status, reason, created_at, as_of)
    values ('re_ada', 'ch_ada', 'pi_ada', 200, 'usd', 'succeeded', 'requested_by_customer', now(), now())`
  await sql`
    insert into private.balance_transactions (txn_id, type, reporting_category, source, payment_intent_id, source_amount, source_currency,
      amount, fee, net, currency, status, created_at, available_on)
    values ('txn_ada', 'charge', 'charge', 'ch_ada', 'pi_ada', 1000, 'usd', 1000, 59, 941, 'usd', 'available', now(), now()),
           ('txn_stray', 'charge', 'charge', 'ch_stray', 'pi_stray', 700, 'usd', 700, 50, 650, 'usd', 'available', now(), now()),
           ('txn_ada_back', 'refund', 'refund', 're_ada', 'pi_ada', 200, 'usd', -200, 0, -200, 'usd', 'pending', now(), now())`
  await sql`
    insert into private.ledger_readings (from_at, until_at, movements, started_at, touched_at, ended_at, is_complete)
    values (now() - interval '40 days', now() + interval '1 minute', 3, now(), now(), now(), true)`
  await sql`
    insert into private.emails (key, address, template, state, created_at)
    select format('welcome:%s', n), format('welcome-%s@example.org', n), 'welcome', 'delivered', date_trunc('month', now()) - interval '3 days'
      from generate_series(1, 7) n`
  await sql`
    insert into public.events (id, title, description, place, starts_at, ends_at, visibility, state, published_at)
    values ('00000000-0000-4000-9000-00000000aaaa', 'An evening that is over', 'It was long.', 'The library',
      now() - interval '40 days', now() - interval '40 days' + interval '2 hours', 'public', 'published', now() - interval '60 days')`
  await sql`
    insert into jobs.dead (job, queue, priority, kind, args, attempts, reason, hint, last_error, enqueued_at, died_at)
    values (900000001, 'audience', 'interactive', 'sync_contact', '{}', 8, 'refused', 'Look at it.', 'The address is refused', now(), now())`
  const [row] = await sql<{ at: Date }[]>`select now() as at`
  return row!.at
}
