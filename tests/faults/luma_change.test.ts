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

async function live(fields: Record<string, unknown> = {}) {
  const id = await room.publish(fields)
  await room.work()
  const { luma_id } = await room.held(id)
  return { id, lumaId: luma_id as string }
}

describe('A worker that dies while it changes an event at Luma', () => {
  const steps = [
    'sql claim_luma_event',
    'luma ticketTypes',
    'luma requireApproval',
    'luma getEvent',
    'luma updateEvent',
    'luma getEvent',
    'sql luma_synced',
  ]
  it.each(steps.map((step, at) => ({ step, last: at + 1 })))(
    'right after “$step” leaves the change made, whole',
    async ({ last }) => {
      const { id } = await live()
      await room.sql`update public.events set title = 'Supper', approval_required = false where id = ${id}`
      expect(await crashAfter(last)).toEqual(steps.slice(0, last))
      expect(await room.atLuma()).toMatchObject([{ name: 'Supper', require_approval: false }])
      expect(await room.held(id)).toMatchObject({
        luma_state: 'live',
        title: 'Supper',
        revision: 2,
      })
    },
  )

  it('and meanwhile the leader writes more: Luma gets the last words', async () => {
    const { id } = await live()
    await room.sql`update public.events set title = 'Two' where id = ${id}`
    await crashAfter(4, () => room.sql`update public.events set title = 'Three' where id = ${id}`)
    expect(await room.atLuma()).toMatchObject([{ name: 'Three' }])
    expect(await room.held(id)).toMatchObject({ luma_state: 'live', title: 'Three' })
  })
})

describe('A worker that dies while it cancels an event at Luma', () => {
  const steps = ['sql claim_luma_event', 'luma requestCancel', 'luma cancel', 'sql luma_canceled']
  it.each(steps.map((step, at) => ({ step, last: at + 1 })))(
    'right after “$step” leaves it canceled, and guests told and refunded once',
    async ({ last }) => {
      const { id, lumaId } = await live({ approval_required: false })
      await room.order('price', { event: lumaId, cents: 2000 })
      await room.order('register', { event: lumaId, email: 'payer@example.org' })
      await room.work()
      await room.sql`update public.events set state = 'canceled' where id = ${id}`
      expect(await crashAfter(last)).toEqual(steps.slice(0, last))
      expect(await room.atLuma()).toEqual([])
      expect(room.did('mail.canceled')).toHaveLength(1)
      expect(room.did('guest.refunded')).toHaveLength(1)
      expect(await room.held(id)).toMatchObject({ luma_state: 'canceled', retry_at: null })
    },
  )
})

describe('Luma in trouble', () => {
  const kinds = ['timeout_after', 'timeout_before', 'garbage', 'server_error'] as const

  it.each(kinds)('(%s) while an event is changed: the change is made', async (kind) => {
    const { id } = await live()
    await webhooks({ drop: true })
    room.luma.faults.add({ kind, path: 'events/update', times: 1 })
    await room.sql`update public.events set title = 'Supper' where id = ${id}`
    await room.work()
    expect(await room.atLuma()).toMatchObject([{ name: 'Supper' }])
    expect(await room.held(id)).toMatchObject({ luma_state: 'live', error: null, failures: 0 })
  })

  it.each(kinds)('(%s) while an event is canceled: it is, once', async (kind) => {
    const { id } = await live()
    await webhooks({ drop: true })
    room.luma.faults.add({ kind, path: 'events/cancel$', times: 1 })
    await room.sql`update public.events set state = 'canceled' where id = ${id}`
    await room.work()
    expect(room.did('event.canceled')).toHaveLength(1)
    expect((await room.held(id)).luma_state).toBe('canceled')
  })

  it.each(kinds)(
    '(%s) while an event is read: what was edited there still arrives',
    async (kind) => {
      const { id, lumaId } = await live()
      room.luma.faults.add({ kind, path: 'events/get', times: 1 })
      await room.order('change', { event: lumaId, name: 'Edited at Luma' })
      await room.work()
      expect((await room.held(id)).title).toBe('Edited at Luma')
    },
  )

  it('(429) stops everybody for as long as it says, and nobody calls meanwhile', async () => {
    const { id } = await live()
    await room.order('limit', { per_minute: 1, block: 60 })
    room.luma.requests.clear()
    await room.sql`update public.events set title = 'Supper' where id = ${id}`
    await room.drain()
    await room.sql`update jobs.delayed set run_at = private.clock()`
    await room.drain()
    const statuses = room.luma.requests.entries().map(({ status }) => status)
    expect(statuses).toEqual([200, 429])
    expect(await room.held(id)).toMatchObject({ luma_state: 'changing' })
    await room.order('limit', { per_minute: 0 })
    await room.clock.advanceTo(new Date(room.clock.now().getTime() + 61_000))
    await timePasses()
    await room.work()
    expect(await room.atLuma()).toMatchObject([{ name: 'Supper' }])
    expect((await room.held(id)).luma_state).toBe('live')
  })
})
