import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room?.close())
beforeEach(() => room.forget())

/** A worker whom Luma's messages reach while it is still at its event: what a call caused comes before the next call. */
function workerThatHearsEchoes() {
  const webhooks = (switches: object) =>
    fetch(`${room.luma.url}/_sandbox/webhooks`, { method: 'POST', body: JSON.stringify(switches) })
  const hearing = Object.entries(room.client).map(([name, verb]) => [
    name,
    async (...args: unknown[]) => {
      // Of a new event nobody can know the message before its id is on record.
      await webhooks({ pause: name === 'createEvent' })
      if (name !== 'createEvent') await room.settle()
      return Reflect.apply(verb, room.client, args)
    },
  ])
  const luma = Object.fromEntries(hearing) as typeof room.client
  return room.workerWith({ ...room.deps, luma })
}

describe('An event that a leader publishes', () => {
  it('is created at Luma, and its page there stands on the row', async () => {
    const id = await room.publish({
      capacity: 12,
      questions: [{ label: 'What do you eat?', type: 'text', required: true }],
      meeting_url: 'https://zoom.us/j/1',
      cover_url: 'https://images.lumacdn.com/gallery/one.png',
    })
    expect(await room.held(id)).toMatchObject({ luma_state: 'waiting', luma_id: null })
    await room.work()
    const held = await room.held(id)
    const [there, ...others] = await room.atLuma()
    expect(others).toEqual([])
    expect(held).toMatchObject({
      luma_state: 'live',
      luma_id: there!.id,
      url: there!.url,
      error: null,
      retry_at: null,
      claim: null,
      revision: 1,
      synced_revision: 1,
    })
    expect(there).toMatchObject({
      name: 'Dinner in Lisbon',
      description_md: `One long table.\n\nReference: ${held.marker}`,
      start_at: held.starts_at.toISOString(),
      timezone: 'Europe/Lisbon',
      geo_address_json: { address: 'Lisbon, Portugal' },
      meeting_url: 'https://zoom.us/j/1',
      cover_url: 'https://images.lumacdn.com/gallery/one.png',
      visibility: 'public',
      show_guest_list: false,
      registration_questions: [
        { label: 'What do you eat?', question_type: 'text', required: true },
      ],
    })
  })

  it('asks the hosts first where approval is required, and is hidden until it does', async () => {
    const id = await room.publish({ capacity: 12 })
    await room.work()
    const [there] = await room.atLuma()
    expect(there).toMatchObject({ require_approval: true, visibility: 'public' })
    const order = room.luma.ledger
      .entries({ id: (await room.held(id)).luma_id })
      .map(({ effect }) => effect)
      .filter((effect) => !effect.startsWith('webhook'))
    expect(order).toEqual(['event.created', 'ticket_type.updated', 'event.updated'])
    // Our own seats decide: at Luma a full event without a waitlist would take nobody any more.
    expect(there!.max_capacity).toBeNull()
  })

  it('tells Luma how many may come where Luma decides by itself, or lets people wait', async () => {
    const open = await room.publish({ capacity: 12, approval_required: false })
    await room.work()
    await room.order('waitlist', { enabled: true })
    const waiting = await room.publish({ capacity: 7 })
    await room.work()
    const events = await room.atLuma()
    const at = async (id: string) => {
      const { luma_id } = await room.held(id)
      return events.find((event) => event.id === luma_id)
    }
    expect(await at(open)).toMatchObject({ max_capacity: 12, require_approval: false })
    expect(await at(waiting)).toMatchObject({ max_capacity: 7, require_approval: true })
    expect(await room.held(waiting)).toMatchObject({ has_waitlist: true })
  })

  it('is private at Luma unless everybody may see it, and leaves out covers that Luma does not know', async () => {
    await room.publish({ visibility: 'member', cover_url: 'https://example.org/a.png' })
    await room.work()
    const [there] = await room.atLuma()
    expect(there!.visibility).toBe('private')
    expect(there!.cover_url).not.toContain('example.org')
  })

  it('costs Luma few calls: the echo of our own change is known for one', async () => {
    const calls = () => room.luma.requests.entries().map(({ path }) => path.split('/').pop())
    const echoes = workerThatHearsEchoes()
    const id = await room.publish()
    await echoes.drain()
    await room.work()
    expect(calls()).toEqual(['create', 'list', 'update', 'get', 'update', 'get'])
    room.luma.requests.clear()
    await room.sql`update public.events set title = 'Supper' where id = ${id}`
    await echoes.drain()
    await room.work()
    expect(calls()).toEqual(['list', 'get', 'update', 'get'])
    expect((await room.held(id)).revision).toBe(2)
  })

  it('stays with us when it is a draft, or over, or was read from Luma', async () => {
    await room.publish({ state: 'draft' })
    await room.publish({
      starts_at: new Date(Date.now() - 7_200_000),
      ends_at: new Date(Date.now() - 3_600_000),
    })
    await room.sql.begin(async (tx) => {
      await tx`select set_config('commons.from_luma', 'on', true)`
      await tx`insert into public.events (title, starts_at, ends_at, state)
        values ('From Luma', now() + interval '1 day', now() + interval '25 hours', 'published')`
    })
    await room.work()
    expect(await room.atLuma()).toEqual([])
    expect(await room.outcomes()).toEqual([])
  })
})

describe('An edit', () => {
  it('reaches Luma field by field, the latest one, with one call however many were made', async () => {
    const id = await room.publish({ approval_required: false })
    await room.work()
    room.luma.ledger.clear()
    for (const title of ['One', 'Two', 'Three']) {
      await room.sql`update public.events set title = ${title} where id = ${id}`
    }
    expect((await room.held(id)).luma_state).toBe('changing')
    await room.work()
    expect(room.did('event.updated').map(({ detail }) => detail)).toEqual([
      { by: 'api', fields: ['name'] },
    ])
    expect((await room.atLuma())[0]!.name).toBe('Three')
    expect(await room.held(id)).toMatchObject({
      luma_state: 'live',
      synced_revision: 4,
      title: 'Three',
    })
    expect(await room.outcomes()).toContain('completed: a later job has taken over')
  })

  it('that does not concern Luma owes nothing', async () => {
    const id = await room.publish()
    await room.work()
    const before = (await room.outcomes()).length
    await room.sql`update public.events set recording_url = 'https://vimeo.com/1', thanks = 'Thank you' where id = ${id}`
    expect((await room.held(id)).luma_state).toBe('live')
    await room.work()
    expect((await room.outcomes()).length).toBe(before)
  })

  it('while Luma is away is carried over afterwards, and the leader reads that', async () => {
    const id = await room.publish()
    await room.work()
    room.luma.faults.add({ kind: 'server_error' })
    await room.sql`update public.events set title = 'Later' where id = ${id}`
    await room.drain()
    expect(await room.held(id)).toMatchObject({
      luma_state: 'changing',
      error: 'Luma does not answer at the moment. Nothing is lost: it is tried again by itself.',
    })
    room.luma.faults.clear()
    await room.work()
    expect(await room.held(id)).toMatchObject({ luma_state: 'live', error: null })
    expect((await room.atLuma())[0]!.name).toBe('Later')
  })

  it('takes the address for joining away again, and approval', async () => {
    const id = await room.publish({ meeting_url: 'https://zoom.us/j/1' })
    await room.work()
    await room.sql`update public.events set meeting_url = null, approval_required = false, capacity = 5 where id = ${id}`
    await room.work()
    expect((await room.atLuma())[0]).toMatchObject({
      meeting_url: null,
      require_approval: false,
      max_capacity: 5,
    })
  })
})

describe('An event that is canceled here', () => {
  const cancel = (id: string) =>
    room.sql`update public.events set state = 'canceled' where id = ${id}`

  it('is deleted at Luma, whose guests are told, in two steps', async () => {
    const id = await room.publish()
    await room.work()
    const { luma_id } = await room.held(id)
    await room.order('register', { event: luma_id, email: 'guest@example.org', name: 'A guest' })
    await cancel(id)
    expect((await room.held(id)).luma_state).toBe('canceling')
    await room.work()
    expect(await room.atLuma()).toEqual([])
    expect(room.did('mail.canceled')).toHaveLength(1)
    expect(await room.held(id)).toMatchObject({ luma_state: 'canceled', retry_at: null })
  })

  it('before Luma had it is never created there', async () => {
    const id = await room.publish()
    await cancel(id)
    await room.work()
    expect(room.did('event.created')).toEqual([])
    expect(await room.held(id)).toMatchObject({ luma_state: 'canceled', luma_id: null })
  })

  it.each([
    { what: 'gets', refunds: true, refunded: 1 },
    { what: 'does not get', refunds: false, refunded: 0 },
  ])('whoever paid $what her money back, as its leader says', async ({ refunds, refunded }) => {
    const id = await room.publish({ approval_required: false, cancel_refunds: refunds })
    await room.work()
    const { luma_id } = await room.held(id)
    await room.order('price', { event: luma_id, cents: 2500 })
    await room.order('register', { event: luma_id, email: 'payer@example.org' })
    await cancel(id)
    await room.work()
    expect(await room.atLuma()).toEqual([])
    expect(room.did('guest.refunded')).toHaveLength(refunded)
  })

  it('and at Luma at the same moment is canceled, and nobody has to look', async () => {
    const id = await room.publish()
    await room.work()
    const { luma_id } = await room.held(id)
    await fetch(`${room.luma.url}/_sandbox/webhooks`, { method: 'POST', body: '{"drop":true}' })
    await room.order('cancel', { event: luma_id })
    await cancel(id)
    await room.work()
    expect((await room.held(id)).luma_state).toBe('canceled')
    expect((await room.outcomes()).at(-1)).toBe('completed: it was gone already')
  })
})

describe('What Luma does not take', () => {
  it('is said to the leader in words, kept, and sent at once when it is mended', async () => {
    const id = await room.publish({ time_zone: 'America/New_York' })
    // Postgres knows zones that Luma does not.
    await room.sql`update public.events set time_zone = 'US/Pacific-New' where id = ${id}`.catch(
      () => {},
    )
    await room.sql`update public.events set title = 'A dinner' where id = ${id}`
    room.settings.LUMA_API_KEY = 'wrong'
    await room.work()
    const held = await room.held(id)
    expect(held).toMatchObject({
      luma_state: 'failed',
      title: 'A dinner',
      failures: 1,
      claim: null,
    })
    expect(held.error).toBe(
      'Luma does not let us in at the moment. Your event is kept and sent by itself; an admin sees this too.',
    )
    expect(held.error_detail).toBe('401 Invalid API key.')
    expect(await room.sql`select from jobs.dead`).toHaveLength(0)

    room.settings.LUMA_API_KEY = 'luma-sandbox-key'
    const [early] = await room.sql`select private.retry_luma_events(private.clock()) as owed`
    expect(early!.owed).toBe(0)
    const [late] = await room.sql`
      select private.retry_luma_events(private.clock() + interval '16 minutes') as owed`
    expect(late!.owed).toBe(1)
    await room.work()
    expect(await room.held(id)).toMatchObject({ luma_state: 'live', error: null, failures: 0 })
    expect(await room.atLuma()).toHaveLength(1)
  })

  it('waits when there is no key at all, and goes by itself once there is one', async () => {
    room.settings.LUMA_API_KEY = undefined
    const id = await room.publish()
    await room.work()
    expect(await room.held(id)).toMatchObject({
      luma_state: 'failed',
      error_detail: 'The setting LUMA_API_KEY is missing',
    })
    room.settings.LUMA_API_KEY = 'luma-sandbox-key'
    await room.sql`select private.retry_luma_events(private.clock() + interval '1 hour')`
    await room.work()
    expect((await room.held(id)).luma_state).toBe('live')
  })
})
