import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from '../functions/events/room.ts'
import { type Crashes, crashesOf } from './luma_steps.ts'

let room: Room
let crashAfter: Crashes['crashAfter']
let timePasses: Crashes['timePasses']
let webhooks: Crashes['webhooks']
beforeAll(async () => {
  room = await openRoom()
  ;({ crashAfter, timePasses, webhooks } = crashesOf(room))
})
afterAll(() => room?.close())
beforeEach(() => room.forget())

async function expectOne(id: string, more: object = {}) {
  expect(room.did('event.created')).toHaveLength(1)
  const events = await room.atLuma()
  expect(events).toHaveLength(1)
  expect(await room.held(id)).toMatchObject({
    luma_state: 'live',
    luma_id: events[0]!.id,
    url: events[0]!.url,
    error: null,
    twin_id: null,
    ...more,
  })
  const [audit] = await room.sql`
    select count(*)::int as rows from private.audit_log where action = 'events.created_at_luma' and target_id = ${id}`
  expect(audit!.rows).toBe(1)
  return events[0]!
}

// Each step that creating an event takes, with approval and therefore hidden at first.
const steps = [
  'sql claim_luma_event',
  'sql begin_effect',
  'luma createEvent',
  'sql luma_created',
  'luma ticketTypes',
  'luma requireApproval',
  'luma getEvent',
  'sql luma_events',
  'luma updateEvent',
  'luma getEvent',
  'sql luma_synced',
]

describe('A worker that dies while it creates an event at Luma', () => {
  it.each(steps.map((step, at) => ({ step, last: at + 1 })))(
    'right after “$step” leaves one event, live and as it should be',
    async ({ last }) => {
      const id = await room.publish({ capacity: 9 })
      const done = await crashAfter(last)
      expect(done).toEqual(steps.slice(0, last))
      const there = await expectOne(id)
      expect(there).toMatchObject({ require_approval: true, visibility: 'public' })
    },
  )

  it('is found out although the event was renamed, moved by months and rewritten meanwhile', async () => {
    const id = await room.publish()
    await crashAfter(3, async () => {
      await room.sql`
        update public.events set title = 'Supper', description = 'All new.', visibility = 'member',
          starts_at = starts_at + interval '100 days', ends_at = ends_at + interval '100 days' where id = ${id}`
    })
    const there = await expectOne(id, { title: 'Supper' })
    expect(there).toMatchObject({ name: 'Supper', visibility: 'private' })
    expect(there.description_md).toContain('All new.')
    expect(there.start_at).toBe((await room.held(id)).starts_at.toISOString())
  })

  it('is found out among hundreds of events of the same days', async () => {
    const id = await room.publish()
    await webhooks({ drop: true })
    const { starts_at } = await room.held(id)
    for (let other = 0; other < 120; other++) {
      const start_at = new Date(starts_at.getTime() - (other + 1) * 60_000).toISOString()
      await room.order('create', { name: 'Dinner in Lisbon', start_at })
    }
    await crashAfter(3)
    expect(room.did('event.created').filter(({ detail }) => detail!.by === 'api')).toHaveLength(1)
    expect((await room.held(id)).luma_state).toBe('live')
  })

  it('and whose event was canceled meanwhile leaves nothing at Luma', async () => {
    const id = await room.publish()
    await crashAfter(
      3,
      () => room.sql`update public.events set state = 'canceled' where id = ${id}`,
    )
    expect(await room.atLuma()).toEqual([])
    expect(await room.held(id)).toMatchObject({ luma_state: 'canceled' })
    expect(room.did('event.canceled')).toHaveLength(1)
  })

  it('before anything was created, and whose event was canceled, makes nothing', async () => {
    const id = await room.publish()
    await crashAfter(
      2,
      () => room.sql`update public.events set state = 'canceled' where id = ${id}`,
    )
    expect(room.did('event.created')).toEqual([])
    expect(await room.held(id)).toMatchObject({ luma_state: 'canceled', luma_id: null })
  })
})

describe('Luma in trouble while an event is created', () => {
  const create = { path: 'events/create', times: 1 }

  it.each([
    { kind: 'timeout_after' as const, created: 'although its answer was lost' },
    { kind: 'timeout_before' as const, created: 'because nothing had been' },
    { kind: 'garbage' as const, created: 'because the answer could not be read' },
    { kind: 'server_error' as const, created: 'because it had failed' },
  ])('($kind) leaves one event, $created', async ({ kind }) => {
    room.luma.faults.add({ kind, ...create })
    await webhooks({ drop: true })
    const id = await room.publish()
    await room.drain()
    expect(await room.held(id)).toMatchObject({
      luma_state: 'creating',
      luma_id: null,
      error: 'Luma does not answer at the moment. Nothing is lost: it is tried again by itself.',
    })
    await timePasses()
    await room.work()
    await expectOne(id)
  })

  it('is found by its webhook when the answer was lost, before anybody looks it up', async () => {
    room.luma.faults.add({ kind: 'timeout_after', ...create })
    const id = await room.publish()
    await room.work()
    await expectOne(id)
  })

  it('is looked at again, not asked again, as long as Luma may still be at it', async () => {
    room.luma.faults.add({ kind: 'timeout_before', ...create })
    const id = await room.publish()
    await room.drain()
    // Luma's time to show it does not pass while this test runs.
    await room.sql`update jobs.effects set started_at = private.clock() + interval '1 hour'`
    await room.sql`update jobs.delayed set run_at = private.clock()`
    await room.drain()
    expect(room.did('event.created')).toEqual([])
    const [waiting] = await room.sql`
      select d.last_error, d.waiting_for, d.run_at >= e.started_at + interval '30 seconds' as in_time
        from jobs.delayed d, jobs.effects e`
    expect(waiting).toEqual({
      waiting_for: 'provider',
      last_error: 'Luma: It may have been created: looking again shortly',
      in_time: true,
    })
    await room.sql`update jobs.effects set started_at = started_at - interval '1 hour'`
    await timePasses()
    await room.work()
    await expectOne(id)
  })

  it('is not asked again when the look began before Luma had that time', async () => {
    room.luma.faults.add({ kind: 'timeout_before', ...create })
    const id = await room.publish()
    await room.drain()
    await room.sql`update jobs.effects set started_at = private.clock() + interval '1 hour'`
    // The look takes two hours, and what Luma was asked for comes up behind it.
    let passed = 0
    const { listEvents } = room.client
    const slow = room.workerWith({
      ...room.deps,
      now: () => new Date(room.clock.now().getTime() + passed),
      luma: {
        ...room.client,
        listEvents: async (...where) => {
          const page = await listEvents(...where)
          passed += 2 * 3_600_000
          return page
        },
      },
    })
    await room.sql`update jobs.delayed set run_at = private.clock()`
    await slow.drain()
    expect(passed).toBeGreaterThan(0)
    expect(room.did('event.created')).toEqual([])
    await room.sql`update jobs.effects set started_at = started_at - interval '1 hour'`
    await timePasses()
    await room.work()
    await expectOne(id)
  })

  it('(429) blocks every worker until Luma takes calls again, and then one event is made', async () => {
    room.luma.faults.add({ kind: 'rate_limit', retryAfter: 60, ...create })
    const id = await room.publish()
    const before = room.clock.now()
    await room.drain()
    const after = room.clock.now()
    const turnAt = async (at: Date) =>
      (await room.sql`select private.luma_turn('interactive', ${at}) as seconds`)[0]!.seconds
    // Sixty seconds from the answer, which came between these two.
    expect(await turnAt(before)).toBeGreaterThanOrEqual(60)
    expect(await turnAt(after)).toBeLessThanOrEqual(60)
    expect(await turnAt(new Date(before.getTime() + 59_000))).toBeGreaterThan(0)
    // What was refused for sure is on no record: it need not be looked up.
    expect(await room.sql`select from jobs.effects`).toHaveLength(0)
    await room.sql`update private.luma_pace set blocked_until = null`
    await room.work()
    await expectOne(id)
    expect(
      room.luma.requests.entries().some(({ path }) => path.includes('calendars/events/list')),
    ).toBe(false)
  })
})

describe('Two at once', () => {
  it('workers make one event', async () => {
    const id = await room.publish()
    await room.sql`select private.owe_luma(${id}, null, private.clock())`
    const other = room.workerWith(room.deps)
    await Promise.all([room.drain(), other.drain()])
    await room.work()
    await expectOne(id)
    other.stop()
  })

  it('a form that is sent twice makes one event', async () => {
    const id = crypto.randomUUID()
    const sent = await Promise.allSettled([room.publish({ id }), room.publish({ id })])
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await room.work()
    await expectOne(id)
  })

  it('a stale worker that creates one after all is found out: its twin is reported, not hidden', async () => {
    const id = await room.publish()
    await room.work()
    const { luma_id, marker } = await room.held(id)
    await room.order('create', {
      name: 'Dinner in Lisbon',
      description_md: `One long table.\n\nReference: ${marker}`,
    })
    await room.work()
    const held = await room.held(id)
    expect(held).toMatchObject({ luma_id, luma_state: 'live' })
    expect(held.twin_id).toMatch(/^evt-/)
    expect(await room.sql`select from public.events`).toHaveLength(1)
    const [waiting] =
      await room.sql`select why from admin.attention where what = 'Two events at Luma'`
    expect(waiting!.why).toContain(held.twin_id)
    await room.sql`select admin.forget_luma_twin(${id}, 'deleted at Luma')`
    expect((await room.held(id)).twin_id).toBeNull()
  })
})
