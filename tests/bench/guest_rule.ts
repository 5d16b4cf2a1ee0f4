/** The rule on guests and the desk's questions at 100,000 members: milliseconds, and which indexes they use. */
import postgres from 'postgres'

export interface RuleRow {
  what: string
  members: number
  p50: number
  p95: number
  /** The indexes that the plan of its inner question reads. A sequential scan would stand here too. */
  reads: string
}

/** Members number `from` to `to`, entitled, each with one verified address. */
export async function addMembers(sql: postgres.Sql, from: number, to: number) {
  await sql.unsafe(`
    alter table public.member_emails disable trigger user;
    alter table public.memberships disable trigger user;
    create temp table fresh as
      select n, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id from generate_series(${from}, ${to}) n;
    insert into public.members (id, origin) select id, 'import' from fresh;
    insert into public.profiles (member_id, name, is_visible, visibility_asked_at, access_until)
      select id, 'Member ' || n, n % 2 = 0, now(), 'infinity' from fresh;
    insert into public.member_emails (email, member_id, is_primary, verified_at, source)
      select 'member' || n || '@example.org', id, true, now(), 'import' from fresh;
    insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
      select id, 'monthly', 'active', false, 'infinity', now() from fresh;
    drop table fresh;
    alter table public.member_emails enable trigger user;
    alter table public.memberships enable trigger user;`)
  await sql.unsafe('vacuum analyze public.member_emails')
  await sql.unsafe('vacuum analyze public.memberships')
}

async function ask(url: string, body?: string) {
  const headers = { 'x-luma-api-key': 'luma-sandbox-key', 'content-type': 'application/json' }
  const answer = await fetch(url, body ? { method: 'POST', headers, body } : { headers })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return await answer.json()
}

/** So many published events that Luma (where there is one) has; what Luma calls them. */
export async function addGatherings(
  sql: postgres.Sql,
  luma: string | null,
  count: number,
): Promise<string[]> {
  const ids: string[] = []
  for (let n = 1; n <= count; n++) {
    let id = `evt-bench${n}`
    if (luma) {
      const answer = await fetch(`${luma}/_sandbox/luma/create`, {
        method: 'POST',
        body: JSON.stringify({ name: `Gathering ${n}` }),
      })
      id = (await answer.json()).event.id
      const types = await ask(`${luma}/v1/events/ticket-types/list?event_id=${id}`)
      for (const type of types.entries) {
        const wish = { event_ticket_type_id: type.id, require_approval: true }
        await ask(`${luma}/v1/events/ticket-types/update`, JSON.stringify(wish))
      }
    }
    await sql.begin(async (tx) => {
      await tx`select set_config('commons.from_luma', 'on', true)`
      const [made] = await tx`
        insert into public.events (title, starts_at, ends_at, visibility, state, published_at)
        values (${`Gathering ${n}`}, now() + interval '7 days', now() + interval '7 days 2 hours', 'member', 'published', now())
        returning id`
      await tx`
        insert into private.luma_events (event_id, luma_id, state, synced_revision) values (${made!.id}, ${id}, 'live', 1)`
    })
    ids.push(id)
  }
  return ids
}

const quantile = (values: number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!

/** Names of what a plan reads, from the inside out. */
function scans(plan: Record<string, unknown>): string[] {
  const inner = ((plan.Plans as Record<string, unknown>[] | undefined) ?? []).flatMap(scans)
  const type = String(plan['Node Type'])
  if (!type.includes('Scan')) return inner
  const what =
    plan['Index Name'] ?? (type === 'Seq Scan' ? `all of ${plan['Relation Name']}` : null)
  return what ? [...inner, String(what)] : inner
}

export async function runRule(
  url: string,
  options: { members?: number; guests?: number; samples?: number } = {},
): Promise<RuleRow[]> {
  const { members = 100_000, guests = 2_000, samples = 200 } = options
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const rows: RuleRow[] = []
  const reads = async (query: string | null) => {
    if (!query) return ''
    const [row] = await sql.unsafe(`explain (analyze, format json) ${query}`)
    return [
      ...new Set(scans((row!['QUERY PLAN'] as { Plan: Record<string, unknown> }[])[0]!.Plan)),
    ].join(', ')
  }
  const measure = async (
    what: string,
    count: number,
    ask: (n: number) => Promise<unknown>,
    inner: string | null = null,
  ) => {
    const took: number[] = []
    for (let n = -Math.min(5, count); n < count; n++) {
      const began = performance.now()
      await ask(n + 10)
      if (n >= 0) took.push(performance.now() - began)
    }
    rows.push({
      what,
      members,
      p50: quantile(took, 0.5),
      p95: quantile(took, 0.95),
      reads: await reads(inner),
    })
  }
  const guest = (n: number, email: string) => ({
    id: `gst-${email}`,
    user_email: email,
    user_name: `Guest ${n}`,
    approval_status: 'pending_approval',
    registered_at: new Date(Date.now() - 1000 * n).toISOString(),
    event_tickets: [],
  })
  try {
    await addMembers(sql, 1, members)
    const [luma, full, listed] = await addGatherings(sql, null, 3)
    await sql`update public.events set capacity = 50 where id = (select event_id from private.luma_events where luma_id = ${full!})`
    const hear = (event: string) => (n: number) =>
      sql`
      select private.apply_luma_guest(${event}, ${sql.json(guest(n, `member${n}@example.org`))}, now(), 'webhook', null, now())`
    await measure(
      'a message about a new guest, decided',
      samples,
      hear(luma!),
      `select * from public.member_emails where email = 'member77@example.org' and verified_at is not null`,
    )
    await measure(
      'the same where every seat is taken',
      samples,
      hear(full!),
      `select g.* from private.event_guests g where g.event_id = (select event_id from private.luma_events where luma_id = '${full}') and g.status = 'waitlist' order by g.registered_at, g.id`,
    )

    const [event] =
      await sql`select event_id as id from private.luma_events where luma_id = ${listed!}`
    const run =
      await sql`insert into private.guest_runs (started_at, started_by) values (now(), 'bench') returning id`
    await sql`insert into private.guest_run_events (run_id, event_id, listing_since) values (${run[0]!.id}, ${event!.id}, now())`
    const page = (from: number, cursor: string | null, next: string) => sql`
      select private.apply_guest_page(${run[0]!.id}, ${event!.id}, ${cursor},
        ${sql.json(Array.from({ length: 100 }, (_, n) => guest(n, `member${from + n}@example.org`)))}, ${next}, now(), now())`
    const pages = Math.floor(guests / 100) - 5
    let cursor: string | null = null
    await measure('a page of 100 new guests', pages, async (n) => {
      await page(1000 + n * 100, cursor, `c${n}`)
      cursor = `c${n}`
    })
    // Luma has heard of all of them, and says so once; from then on there is nothing new.
    await sql`update private.event_guests set luma_status = status where event_id = ${event!.id}`
    const settled = (n: number) => sql`
      select private.apply_guest_page(${run[0]!.id}, ${event!.id}, ${cursor},
        (select jsonb_agg(jsonb_build_object('id', g.luma_guest_id, 'user_email', g.email, 'user_name', g.name,
            'approval_status', 'approved', 'registered_at', g.registered_at, 'event_tickets', '[]'::jsonb))
           from (select * from private.event_guests where event_id = ${event!.id} order by id offset ${((n + 10) % pages) * 100} limit 100) g),
        ${`e${n}`}, now(), now())`
    let again = 0
    const once = async () => {
      again += 1
      await settled(again)
      cursor = `e${again}`
    }
    for (let n = 0; n < pages + 5; n++) await once()
    await measure('a page of 100 whom nothing is new about', pages, once)

    // What was years ago: as many guests as a lively community has in a few years.
    await sql`
      insert into private.event_guests (event_id, luma_guest_id, email, name, status, luma_status, registered_at, seen_at)
      select l.event_id, 'old-' || n, 'old' || n || '@example.org', 'Old ' || n, 'approved', 'approved', now(), now()
        from private.luma_events l, generate_series(1, 50000) n where l.luma_id = ${luma!}`
    await sql`vacuum analyze private.event_guests`
    const lead = '00000000-0000-4000-8000-000000000001'
    await sql`insert into auth.users (id, email) values (${lead}, 'member1@example.org')`
    await sql`update public.members set role = 'admin', user_id = ${lead} where id = ${lead}`
    await measure(
      `the desk's first page of ${guests}`,
      50,
      () => sql`
      select * from private.lead_guests(${lead}, ${event!.id}, null, null, null, null, 50, now())`,
      `select * from private.event_guests where event_id = '${event!.id}'`,
    )
    await measure(
      "the desk's counts",
      50,
      () => sql`select private.guest_counts(${lead}, ${event!.id})`,
    )
    await measure(
      'decided anew, one member',
      50,
      (n) => sql`
      select private.decide_anew(${`00000000-0000-4000-8000-${(1000 + n).toString(16).padStart(12, '0')}`}, null, now())`,
      `select * from private.event_guests g where g.member_id = '${lead}' or g.email = any (array(select m.email from public.member_emails m where m.member_id = '${lead}'))`,
    )
    await measure(
      `a message to ${guests}, owed`,
      1,
      (n) =>
        sql`select private.message_guests(${lead}, ${event!.id}, 'approved', ${`Hello ${n}`}, now())`,
    )
    return rows
  } finally {
    await sql.end({ timeout: 1 })
  }
}
