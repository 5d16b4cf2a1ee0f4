import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { LumaError } from '../../../functions/_shared/providers/luma_errors.ts'
import { clear, gathering, joins, mails, memberAs, standing } from './guest_list.ts'
import { openRoom, type Room } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room?.close())
beforeEach(() => clear(room))
afterEach(() => {
  vi.restoreAllMocks()
})

interface Registered {
  guest: { id: string; approval_status: string }
}
const register = async (event: string, email: string) =>
  (await room.order<Registered>('register', { event, email, name: email.split('@')[0] })).guest
const statusAtLuma = async (event: string, guest: string) =>
  (await room.client.getGuest(event, guest)).approval_status
const lumaMails = () =>
  room.did('mail.guest').map(({ detail }) => (detail as { kind: string }).kind)

describe('Somebody registers at Luma', () => {
  it('and a member is in: here, at Luma, and she hears of it once, from us', async () => {
    await memberAs(room, 'ada@example.org')
    const { id, luma } = await gathering(room)
    const { id: guest, approval_status } = await register(luma, 'Ada@example.org')
    expect(approval_status).toBe('pending_approval')
    const mailsBefore = lumaMails().length
    await room.settle()
    // Decided by the message alone, before any job has run.
    expect(await standing(room, id, 'ada@example.org')).toMatchObject({
      status: 'approved',
      luma_status: 'pending',
      told: 'owed',
    })
    await room.work()
    expect(await statusAtLuma(luma, guest)).toBe('approved')
    expect(await standing(room, id, 'ada@example.org')).toMatchObject({
      reason: 'entitled',
      luma_status: 'approved',
      told: 'told',
      decisions: 1,
    })
    expect(await mails(room)).toEqual(['guest_approved to ada@example.org'])
    expect(lumaMails().slice(mailsBefore)).toEqual([])
    expect(room.did('guest.status')).toHaveLength(1)
  })

  it('and a stranger is declined, with the reason and the way to join', async () => {
    const { id, luma } = await gathering(room)
    const { id: guest } = await register(luma, 'stranger@example.org')
    await room.work()
    expect(await statusAtLuma(luma, guest)).toBe('declined')
    expect(await standing(room, id, 'stranger@example.org')).toMatchObject({
      reason: 'not_entitled',
      told: 'told',
    })
    const [mail] = await room.sql`select data, address from private.emails`
    expect(mail).toMatchObject({
      address: 'stranger@example.org',
      data: { join_url: '/join/', reason: expect.stringContaining('for members') },
    })
  })

  it('and whoever paid is left to the hosts, also when the payment comes after the decision', async () => {
    const { id, luma } = await gathering(room)
    const { id: early } = await register(luma, 'early@example.org')
    await room.settle()
    expect(await standing(room, id, 'early@example.org')).toMatchObject({ status: 'declined' })
    // She pays at Luma while our decline is on its way.
    const { getGuest } = room.client
    vi.spyOn(room.client, 'getGuest').mockImplementation(async (...call) => ({
      ...(await getGuest(...call)),
      event_tickets: [{ amount: 2500, is_captured: true, checked_in_at: null }] as never,
    }))
    await room.work()
    vi.restoreAllMocks()
    expect(await statusAtLuma(luma, early)).toBe('pending_approval')
    expect(await standing(room, id, 'early@example.org')).toMatchObject({
      status: 'pending',
      reason: 'paid',
    })
    expect(await mails(room)).toEqual([])
  })

  it('and a person who then pays her dues is decided again at once', async () => {
    const member = await memberAs(room, 'late@example.org', { entitled: false })
    const { id, luma } = await gathering(room)
    const { id: guest } = await register(luma, 'late@example.org')
    await room.work()
    expect(await statusAtLuma(luma, guest)).toBe('declined')
    await joins(room, member)
    await room.work()
    expect(await statusAtLuma(luma, guest)).toBe('approved')
    expect(await standing(room, id, 'late@example.org')).toMatchObject({ decisions: 2 })
    expect(await mails(room)).toEqual([
      'guest_declined to late@example.org',
      'guest_approved to late@example.org',
    ])
  })
})

describe('People at Luma', () => {
  it('are respected: whom a host approves or declines there stays so', async () => {
    await memberAs(room, 'ada@example.org')
    const { id, luma } = await gathering(room)
    const { id: ada } = await register(luma, 'ada@example.org')
    const { id: stranger } = await register(luma, 'stranger@example.org')
    await room.work()
    await room.order('status', { event: luma, guest: ada, status: 'declined' })
    await room.order('status', { event: luma, guest: stranger, status: 'approved' })
    await room.work()
    await room.sql`select private.start_guest_sweep(private.clock())`
    await room.work()
    expect(await standing(room, id, 'ada@example.org')).toMatchObject({
      status: 'declined',
      decided_by: 'luma',
    })
    expect(await standing(room, id, 'stranger@example.org')).toMatchObject({
      status: 'approved',
      decided_by: 'luma',
    })
    expect(await statusAtLuma(luma, ada)).toBe('declined')
    expect(await statusAtLuma(luma, stranger)).toBe('approved')
  })

  it('free a seat by leaving, and whoever waits longest gets it', async () => {
    const seats = ['first@example.org', 'second@example.org', 'third@example.org']
    for (const email of seats) await memberAs(room, email)
    const { id, luma } = await gathering(room, { capacity: 1 })
    const ids: string[] = []
    for (const email of seats) {
      ids.push((await register(luma, email)).id)
      await room.settle()
    }
    await room.work()
    const told = () => Promise.all(seats.map((email) => standing(room, id, email)))
    expect((await told()).map((one) => one!.status)).toEqual(['approved', 'waitlist', 'waitlist'])
    await room.order('leave', { event: luma, guest: ids[0] })
    await room.work()
    expect((await told()).map((one) => one!.status)).toEqual(['declined', 'approved', 'waitlist'])
    expect(await statusAtLuma(luma, ids[1]!)).toBe('approved')
    expect((await mails(room)).sort()).toEqual([
      'guest_approved to first@example.org',
      'guest_approved to second@example.org',
      'guest_waitlisted to second@example.org',
      'guest_waitlisted to third@example.org',
    ])
  })

  it('may keep no line there: who waits here is pending at Luma, hears of it, and gets the seat', async () => {
    for (const who of ['first', 'second']) await memberAs(room, `${who}@example.org`)
    const { id, luma } = await gathering(room, { capacity: 1 })
    const { id: first } = await register(luma, 'first@example.org')
    await room.settle()
    const { id: second } = await register(luma, 'second@example.org')
    const { updateGuestStatus } = room.client
    vi.spyOn(room.client, 'updateGuestStatus').mockImplementation(async (...call) => {
      if (call[2] === 'waitlist') throw new LumaError('refused', 400, '400 There is no waitlist')
      await updateGuestStatus(...call)
    })
    await room.work()
    vi.restoreAllMocks()
    expect(await standing(room, id, 'second@example.org')).toMatchObject({
      status: 'waitlist',
      luma_status: 'pending',
      told: 'told',
    })
    expect(await mails(room)).toContain('guest_waitlisted to second@example.org')
    expect(await room.sql`select job from jobs.dead`).toHaveLength(0)
    await room.order('leave', { event: luma, guest: first })
    await room.work()
    expect(await statusAtLuma(luma, second)).toBe('approved')
    expect(await mails(room)).toContain('guest_approved to second@example.org')
  })

  it('check guests in there, and that is known here', async () => {
    await memberAs(room, 'ada@example.org')
    const { id, luma } = await gathering(room)
    const { id: guest } = await register(luma, 'ada@example.org')
    await room.work()
    await room.order('check-in', { event: luma, guest })
    await room.work()
    const [held] =
      await room.sql`select checked_in_at from private.event_guests where event_id = ${id}`
    expect(held!.checked_in_at).toBeInstanceOf(Date)
  })
})

describe('A canceled event', () => {
  it('is told with its reason, once each, also when the worker dies over it', async () => {
    await memberAs(room, 'ada@example.org')
    const { id, luma } = await gathering(room, { guest_policy: 'pending' })
    await register(luma, 'ada@example.org')
    await register(luma, 'stranger@example.org')
    await room.work()
    await room.sql`delete from private.emails`
    await room.sql`update public.events set state = 'canceled', cancel_reason = 'No hall' where id = ${id}`
    await room.sql`select private.tell_canceled(${id})`
    await room.work()
    expect((await mails(room)).sort()).toEqual([
      'event_canceled to ada@example.org',
      'event_canceled to stranger@example.org',
    ])
    const [mail] = await room.sql`select data from private.emails limit 1`
    expect(mail!.data).toMatchObject({ reason: 'No hall' })
    expect(await room.outcomes('tell_canceled')).toEqual(['completed: 2 told'])
  })
})

describe('Somebody who is erased', () => {
  it('is taken off the list at Luma without a word, and no sweep brings her back', async () => {
    const member = await memberAs(room, 'ada@example.org')
    await memberAs(room, 'next@example.org')
    const { id, luma } = await gathering(room, { capacity: 1 })
    const { id: guest } = await register(luma, 'ada@example.org')
    await room.settle()
    await register(luma, 'next@example.org')
    await room.work()
    const mailsBefore = lumaMails().length
    await room.sql`select private.erase_person(${member}, null, 'studio', 'test', 'asked', private.clock())`
    await room.work()
    expect(await statusAtLuma(luma, guest)).toBe('declined')
    expect(lumaMails().slice(mailsBefore)).toEqual([])
    expect(await standing(room, id, 'next@example.org')).toMatchObject({
      status: 'approved',
      told: 'told',
    })
    await room.sql`select private.start_guest_sweep(private.clock())`
    await room.work()
    const [held] = await room.sql`
      select count(*)::int as rows, count(*) filter (where name ilike '%ada%' or email ilike 'ada%')::int as hers
        from private.event_guests where event_id = ${id}`
    expect(held).toEqual({ rows: 1, hers: 0 })
    const [owed] = await room.sql`select outcome from private.erasures where provider = 'luma'`
    expect(owed!.outcome).toBe('Taken off the guest list')
  })
})
