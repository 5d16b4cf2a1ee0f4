import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { LumaError } from '../../../functions/_shared/providers/luma_errors.ts'
import { clear, gathering, mails, memberAs, standing } from './guest_list.ts'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room?.close())
beforeEach(async () => {
  await clear(room)
  room.luma.requests.clear()
  // The pace is tested by itself; here the pages are.
  await room.order('limit', { per_minute: 0 })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const sweep = async () => {
  const [row] = await room.sql<{ id: number }[]>`
    select private.start_guest_sweep(private.clock()) as id`
  return row!.id
}
const result = async (run: number) =>
  (await room.sql`select * from admin.guest_runs where id = ${run}`)[0]!
const asked = (path: string) =>
  room.luma.requests.entries().filter((one) => one.path.includes(path) && one.status === 200)
/** Luma would take calls again: nobody waits for the pace in a test. */
const unpaced = () =>
  room.sql`update private.luma_pace set next_at = '-infinity', blocked_until = null`
const workAll = async () => {
  for (let round = 0; round < 40; round++) {
    await unpaced()
    await room.work(1)
    const [left] = await room.sql`
      select exists (select from jobs.delayed where queue = 'events') or exists (select from pgmq.q_events)
          or exists (select from pgmq.q_events_bulk) as any`
    if (!left!.any) return
  }
  throw new Error('The queue did not become empty')
}

describe('A sweep', () => {
  it('finds everybody whom no message told of, and decides as the messages do', async () => {
    await room.sql`update private.luma_pace set next_at = '-infinity'`
    await memberAs(room, 'g7@example.org')
    await memberAs(room, 'g108@example.org')
    const { id, luma } = await gathering(room)
    await room.order('register-many', { event: luma, count: 110, email: 'g%@example.org' })
    const run = await sweep()
    await workAll()
    expect(await result(run)).toMatchObject({
      state: 'done',
      events: 1,
      events_read: 1,
      looked_at: 110,
      approved: 2,
      declined: 108,
      left_pending: 0,
      failed: 0,
    })
    expect(await standing(room, id, 'g108@example.org')).toMatchObject({
      luma_status: 'approved',
      told: 'told',
    })
    expect((await mails(room)).filter((mail) => mail.startsWith('guest_approved'))).toHaveLength(2)
    expect(asked('guests/list')).toHaveLength(2)

    // Once more: nothing is decided twice, nobody is mailed twice, Luma is told nothing.
    const calls = asked('update-status').length
    const again = await sweep()
    await workAll()
    expect(await result(again)).toMatchObject({ looked_at: 110, approved: 0, declined: 0 })
    expect(asked('update-status')).toHaveLength(calls)
    expect(await mails(room)).toHaveLength(110)
  })

  it('reads no longer than its lease allows, and leaves the rest to its next attempt', async () => {
    const { luma } = await gathering(room, { guest_policy: 'pending' })
    await room.order('register-many', { event: luma, count: 110, email: 'g%@example.org' })
    const run = await sweep()
    // Each look at the clock finds it 16 seconds later: one page is all that an attempt has time for.
    let looks = 0
    const now = () => new Date(room.clock.now().getTime() + 16_000 * looks++)
    const slow = room.workerWith({ ...room.deps, now })
    await slow.drain()
    expect(await result(run)).toMatchObject({ state: 'under way', looked_at: 100 })
    await workAll()
    expect(await result(run)).toMatchObject({ state: 'done', looked_at: 110, failed: 0 })
    const outcomes = await room.sql`
      select outcome, count(*)::int as times from jobs.attempts where kind = 'sweep_guests' group by 1 order by 1`
    expect(outcomes).toEqual([
      { outcome: 'completed', times: 1 },
      { outcome: 'deferred', times: 1 },
    ])
  })

  it('goes on where it was when Luma blocks it for a minute', async () => {
    const { luma } = await gathering(room, { guest_policy: 'pending' })
    await room.order('register-many', { event: luma, count: 110, email: 'g%@example.org' })
    await room.order('register', { event: luma, email: 'g200@example.org' })
    await room.settle()
    room.luma.requests.clear()
    const run = await sweep()
    const { listGuests } = room.client
    vi.spyOn(room.client, 'listGuests').mockImplementation((event, cursor, call) => {
      if (cursor) room.luma.faults.add({ kind: 'rate_limit', times: 1, path: 'guests/list' })
      return listGuests(event, cursor, call)
    })
    // The first page is read; then Luma says no, and nobody asks again before the minute is over.
    const before = room.clock.now()
    await room.drain()
    vi.restoreAllMocks()
    const [blocked] = await room.sql`
      select blocked_until >= ${before}::timestamptz + interval '1 minute' as long from private.luma_pace`
    const [place] = await room.sql`select page_cursor, pages from private.guest_run_events`
    expect({ ...place, ...blocked }).toMatchObject({ pages: 1, long: true })
    await workAll()
    expect(await result(run)).toMatchObject({ state: 'done', looked_at: 111, failed: 0 })
    expect(asked('guests/list')).toHaveLength(2)
  })

  it('reads the other lists when Luma refuses one, and says which', async () => {
    await memberAs(room, 'ada@example.org')
    const refused = await gathering(room, { title: 'Refused' })
    const read = await gathering(room, { title: 'Read' })
    for (const { luma } of [refused, read])
      await room.order('register-many', { event: luma, count: 1, email: 'ada%@example.org' })
    const { listGuests } = room.client
    vi.spyOn(room.client, 'listGuests').mockImplementation(async (event, ...rest) => {
      if (event === refused.luma) throw new LumaError('refused', 400, '400 No')
      return listGuests(event, ...rest)
    })
    const run = await sweep()
    await workAll()
    expect(await result(run)).toMatchObject({
      state: 'with failures',
      events_read: 2,
      looked_at: 1,
      failed: 1,
      errors: 'Refused: 400 No',
    })
  })

  it('is one, however often and at once it is started', async () => {
    const { luma } = await gathering(room)
    await room.order('register-many', { event: luma, count: 3, email: 'g%@example.org' })
    const runs = await Promise.all([sweep(), sweep(), sweep(), sweep(), sweep()])
    expect(new Set(runs).size).toBe(1)
    await workAll()
    expect(await result(runs[0]!)).toMatchObject({ looked_at: 3, declined: 3 })
  })

  it('keeps a guest whose name holds what Postgres cannot, and her neighbours', async () => {
    const { id, luma } = await gathering(room, { guest_policy: 'pending' })
    await room.order('register-many', { event: luma, count: 2, email: 'g%@example.org' })
    const { listGuests } = room.client
    vi.spyOn(room.client, 'listGuests').mockImplementation(async (...call) => {
      const page = await listGuests(...call)
      const [one, ...others] = page.entries
      return {
        ...page,
        entries: [
          { ...one!, user_name: 'A\0da' },
          { ...one!, id: 'gst-odd', approval_status: 'dancing' },
          ...others,
        ],
      }
    })
    const run = await sweep()
    await workAll()
    expect(await result(run)).toMatchObject({ looked_at: 3, left_pending: 2, failed: 1 })
    const names =
      await room.sql`select name from private.event_guests where event_id = ${id} order by name`
    expect(names.map(({ name }) => name)).toEqual(['A\ufffdda', 'Guest 2'])
  })
})

describe('Twenty at once', () => {
  it('never get more seats than there are, and the line is theirs', async () => {
    const { id, luma } = await gathering(room, { capacity: 7 })
    const emails = Array.from({ length: 40 }, (_, n) => `m${n}@example.org`)
    for (const email of emails) await memberAs(room, email)
    const pool = postgres(room.url, { max: 20, onnotice: () => {} })
    const says = (
      email: string,
      minute: number,
      status = 'pending_approval',
      source = 'webhook',
    ) => pool`
      select private.apply_luma_guest(${luma}, ${pool.json({
        id: `gst-${email}`,
        user_email: email,
        user_name: email,
        approval_status: status,
        registered_at: new Date(Date.now() - 3_600_000 + minute * 1000).toISOString(),
        event_tickets: [],
      })}, clock_timestamp(), ${source}, null, private.clock())`
    try {
      // Everybody at once, each twice; meanwhile a sweep reads the same list and a leader adds a seat.
      await Promise.all([
        ...emails.map((email, n) => says(email, n)),
        ...emails.map((email, n) => says(email, n)),
        pool`update public.events set capacity = 8 where id = ${id}`,
      ])
      const count = async (status: string) =>
        (
          await pool`select count(*)::int as n from private.event_guests where event_id = ${id} and status = ${status}`
        )[0]!.n
      expect(await count('approved')).toBe(8)
      expect(await count('waitlist')).toBe(32)
      const [decided] = await pool`
        select count(*)::int as rows, (select count(*)::int from private.audit_log where target_type = 'guest'
            and target_id in (select g.id::text from private.event_guests g where g.event_id = ${id})) as logged
          from private.guest_decisions d join private.event_guests g on g.id = d.guest_id where g.event_id = ${id}`
      expect(decided!.logged).toBe(decided!.rows)

      // Five leave at once while others are heard of again: five come in, those who registered first.
      const seated = await pool`
        select email, luma_guest_id from private.event_guests where event_id = ${id} and status = 'approved' order by registered_at limit 5`
      const line = await pool`
        select email from private.event_guests where event_id = ${id} and status = 'waitlist' order by registered_at limit 5`
      await pool`update private.event_guests set luma_status = status where event_id = ${id}`
      await Promise.all([
        ...seated.map(({ email }) => says(email, emails.indexOf(email), 'declined', 'read')),
        ...emails.slice(20).map((email, n) => says(email, 20 + n, 'waitlist')),
      ])
      expect(await count('approved')).toBe(8)
      const seatedNow = await pool`
        select email from private.event_guests where event_id = ${id} and status = 'approved' and reason = 'seat_freed'`
      for (const { email } of line) expect(seatedNow.map((one) => one.email)).toContain(email)

      // Two admins let the whole line in at once: there are no more seats for that.
      const logins = [crypto.randomUUID(), crypto.randomUUID()]
      for (const [n, login] of logins.entries()) {
        await pool`insert into auth.users (id, email) values (${login}, ${emails[n]!})`
        await pool`
          update public.members set role = 'admin', user_id = ${login}
           where id = (select member_id from public.member_emails where email = ${emails[n]!})`
      }
      const answers = await Promise.all(
        logins.map(
          (login) => pool`
            select d.note from private.decide_guests(${login}, ${id}, array(
              select g.id from private.event_guests g where g.event_id = ${id} and g.status = 'waitlist'), 'approved', '', private.clock()) d`,
        ),
      )
      for (const answer of answers) {
        expect(answer.length).toBeGreaterThan(0)
        for (const { note } of answer) expect(note).toMatch(/^Every seat is taken/)
      }
      expect(await count('approved')).toBe(8)
    } finally {
      await pool.end({ timeout: 1 })
    }
  })
})
