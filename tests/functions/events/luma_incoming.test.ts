import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room?.close())
beforeEach(() => room.forget())

const webhooks = (switches: object) =>
  fetch(`${room.luma.url}/_sandbox/webhooks`, { method: 'POST', body: JSON.stringify(switches) })

async function atLumaDirectly(fields: object = {}) {
  const { event } = await room.order<{ event: { id: string } }>('create', {
    name: 'Board dinner',
    description_md: 'Bring *nothing*.',
    address: 'Porto',
    timezone: 'Europe/Lisbon',
    visibility: 'public',
    ...fields,
  })
  return event.id
}

const rowOf = async (lumaId: string) => {
  const [row] = await room.sql`
    select e.*, l.state as luma_state from public.events e join private.luma_events l on l.event_id = e.id where l.luma_id = ${lumaId}`
  return row
}

async function live(fields: Record<string, unknown> = {}) {
  const id = await room.publish(fields)
  await room.work()
  return { id, lumaId: (await room.held(id)).luma_id as string }
}

describe('An event that is made at Luma', () => {
  it('becomes a row here within one webhook, and is not sent back', async () => {
    const lumaId = await atLumaDirectly()
    await room.work()
    expect(await rowOf(lumaId)).toMatchObject({
      title: 'Board dinner',
      description: 'Bring *nothing*.',
      place: 'Porto',
      time_zone: 'Europe/Lisbon',
      visibility: 'public',
      state: 'published',
      origin: 'luma',
      approval_required: false,
      luma_state: 'live',
      revision: 1,
    })
    // Luma tells of it twice, and it is one.
    expect(await room.sql`select from public.events`).toHaveLength(1)
    expect(room.did('event.updated')).toEqual([])
    expect(await room.outcomes()).toEqual([])
    const [audit] =
      await room.sql`select actor_kind from private.audit_log where action = 'events.created' order by id desc limit 1`
    expect(audit!.actor_kind).toBe('luma')
  })

  it.each([
    { there: 'public', here: 'public' },
    { there: 'members-only', here: 'member' },
    { there: 'private', here: 'leader' },
  ])('and is $there there is for $here here', async ({ there, here }) => {
    const lumaId = await atLumaDirectly({ visibility: there })
    await room.work()
    expect((await rowOf(lumaId))!.visibility).toBe(here)
  })

  it('with words that we cannot keep is kept as far as we can', async () => {
    const lumaId = await atLumaDirectly({
      name: 'n'.repeat(400),
      description_md: 'd'.repeat(30_000),
      meeting_url: 'javascript:alert(1)',
      address: 'p'.repeat(300),
      start_at: '2099-01-01T10:00:00Z',
      end_at: '2099-03-01T10:00:00Z',
    })
    await room.work()
    const row = (await rowOf(lumaId))!
    expect(row.title).toHaveLength(160)
    expect(row.description).toHaveLength(20_000)
    expect(row.place).toHaveLength(200)
    expect(row.meeting_url).toBeNull()
    expect(row.ends_at.toISOString()).toBe('2099-01-15T10:00:00.000Z')
  })

  it('is edited here afterwards, and Luma follows in that field alone', async () => {
    const lumaId = await atLumaDirectly()
    await room.work()
    await room.sql`update public.events set title = 'Our dinner' where origin = 'luma'`
    await room.work()
    expect(room.did('event.updated').map(({ detail }) => detail!.fields)).toEqual([['name']])
    const [there] = await room.atLuma()
    expect(there).toMatchObject({
      id: lumaId,
      name: 'Our dinner',
      description_md: 'Bring *nothing*.',
    })
  })

  it('has a host here who hosts it there, when her address is verified', async () => {
    const [lea] = await room.sql`
      with m as (insert into public.members (role, origin) values ('leader', 'admin') returning id)
      insert into public.member_emails (member_id, email, is_primary, source, verified_at)
      select id, 'lea@example.org', true, 'admin', now() from m returning member_id`
    await atLumaDirectly()
    await room.work()
    const hosts = await room.sql`select member_id from public.event_hosts`
    expect(hosts.map(({ member_id }) => member_id)).toEqual([lea!.member_id])
    await room.sql`delete from public.members where id = ${lea!.member_id}`
  })
})

describe('An edit that is made at Luma', () => {
  it('is taken over, without coming back as an edit of ours', async () => {
    const { id, lumaId } = await live()
    room.luma.ledger.clear()
    await room.order('change', { event: lumaId, name: 'Moved', address: 'Sintra' })
    await room.work()
    expect(await room.held(id)).toMatchObject({
      title: 'Moved',
      place: 'Sintra',
      description: 'One long table.',
      luma_state: 'live',
      revision: 2,
      synced_revision: 2,
    })
    expect(room.did('event.updated')).toHaveLength(1)
    const [audit] = await room.sql`
      select actor_kind, after from private.audit_log where target_id = ${id} and action = 'events.changed'`
    expect(audit).toMatchObject({ actor_kind: 'luma', after: { title: 'Moved', place: 'Sintra' } })
  })

  it('that Luma makes of our words by itself is none', async () => {
    const { id } = await live({ description: 'One\r\n\n\n\nTwo\n\n* a list' })
    await room.work()
    expect(await room.held(id)).toMatchObject({
      description: 'One\r\n\n\n\nTwo\n\n* a list',
      revision: 1,
    })
  })

  it('loses against what a leader has written and Luma does not have yet, field by field', async () => {
    const { id, lumaId } = await live()
    await webhooks({ pause: true })
    await room.order('change', { event: lumaId, name: 'From Luma', address: 'Sintra' })
    await room.sql`update public.events set title = 'From here' where id = ${id}`
    await webhooks({ pause: false })
    await room.work()
    expect(await room.held(id)).toMatchObject({
      title: 'From here',
      place: 'Sintra',
      luma_state: 'live',
    })
    expect((await room.atLuma())[0]).toMatchObject({
      name: 'From here',
      geo_address_json: { address: 'Sintra' },
    })
  })

  it('is never undone by an answer that is older', async () => {
    const { id, lumaId } = await live()
    const old = await room.client.getEvent(lumaId)
    const [asked] = await room.sql`select private.clock()::text as at`
    await room.order('change', { event: lumaId, name: 'Newer' })
    await room.work()
    const [row] = await room.sql`
      select private.adopt_luma_event(${room.sql.json(old as never)}, true, '{}', ${asked!.at}::timestamptz, null, private.clock()) as outcome`
    expect(row!.outcome).toBe('superseded')
    expect((await room.held(id)).title).toBe('Newer')
  })

  it('comes twice and out of order, and ends as the last one', async () => {
    const { id, lumaId } = await live()
    await webhooks({ duplicate: true, reorder: true, pause: true })
    for (const name of ['One', 'Two', 'Three']) await room.order('change', { event: lumaId, name })
    await webhooks({ pause: false })
    await room.work()
    expect((await room.held(id)).title).toBe('Three')
  })

  it('hides an event there: members still see it here, visitors no more', async () => {
    const { id, lumaId } = await live({ visibility: 'public' })
    await room.order('change', { event: lumaId, visibility: 'private' })
    await room.work()
    expect((await room.held(id)).visibility).toBe('member')
    expect(room.did('event.updated').filter(({ detail }) => detail!.by === 'api')).toHaveLength(1)
  })
})

describe('An event that is canceled at Luma', () => {
  it('is canceled here, with who did it in the log, and nothing is sent back', async () => {
    const { id, lumaId } = await live()
    await room.order('cancel', { event: lumaId })
    await room.work()
    expect(await room.held(id)).toMatchObject({
      state: 'canceled',
      luma_state: 'canceled',
      retry_at: null,
    })
    const [audit] = await room.sql`
      select actor_kind from private.audit_log where target_id = ${id} and action = 'events.canceled'`
    expect(audit!.actor_kind).toBe('luma')
    expect(room.did('event.cancel_requested')).toEqual([])
  })

  it('while it was being edited here is canceled, too', async () => {
    const { id, lumaId } = await live()
    await webhooks({ drop: true })
    await room.order('cancel', { event: lumaId })
    await room.sql`update public.events set title = 'Too late' where id = ${id}`
    await room.work()
    expect(await room.held(id)).toMatchObject({ state: 'canceled', luma_state: 'canceled' })
  })

  it('after it took place stays as it was: it did take place', async () => {
    const { id, lumaId } = await live()
    await room.sql.begin(async (tx) => {
      await tx`select set_config('commons.from_luma', 'on', true)`
      await tx`update public.events set starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour' where id = ${id}`
    })
    await room.order('cancel', { event: lumaId })
    await room.work()
    expect(await room.held(id)).toMatchObject({ state: 'published', luma_state: 'canceled' })
  })
})
