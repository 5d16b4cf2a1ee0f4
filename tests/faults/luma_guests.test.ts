import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { LumaError } from '../../functions/_shared/providers/luma_errors.ts'
import { clear, gathering, mails, memberAs, standing } from '../functions/events/guest_list.ts'
import { openRoom, type Room } from '../functions/events/room.ts'
import { workerThatHangs } from './killed_worker_child.ts'

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
  guest: { id: string }
}
/** Ada registered and is approved here; Luma has still to hear of it. */
async function adaAsks() {
  await memberAs(room, 'ada@example.org')
  const event = await gathering(room)
  const { guest } = await room.order<Registered>('register', {
    event: event.luma,
    email: 'ada@example.org',
  })
  await room.settle()
  expect(await standing(room, event.id, 'ada@example.org')).toMatchObject({ told: 'owed' })
  return { ...event, guest: guest.id }
}
/** How often Luma was told to let somebody in. */
const told = () =>
  room.did('guest.status').filter(({ detail }) => {
    const { by, to } = detail as { by: string; to: string }
    return by === 'api' && to === 'approved'
  })
const reads = () => room.luma.requests.entries().filter(({ path }) => path.includes('guests/get'))

/** However it went on its way, this is how it has to end. */
async function expectApprovedOnce({
  id,
  luma,
  guest,
}: {
  id: string
  luma: string
  guest: string
}) {
  expect(await standing(room, id, 'ada@example.org')).toMatchObject({
    status: 'approved',
    luma_status: 'approved',
    told: 'told',
    decisions: 1,
  })
  expect((await room.client.getGuest(luma, guest)).approval_status).toBe('approved')
  expect(await mails(room)).toEqual(['guest_approved to ada@example.org'])
  expect(told()).toHaveLength(1)
  const [logged] = await room.sql`
    select count(*)::int as rows from private.audit_log l join private.event_guests g on g.id::text = l.target_id
     where l.target_type = 'guest' and g.event_id = ${id}`
  expect(logged!.rows).toBe(1)
}

describe('Approving a guest ends the same', () => {
  it.each([
    'rate_limit',
    'server_error',
    'timeout_before',
    'timeout_after',
    'slow_drip',
    'garbage',
  ] as const)('when the first call meets: %s', async (kind) => {
    const asked = await adaAsks()
    room.luma.faults.add({ kind, times: 1, path: 'update-status', retryAfter: 1 })
    await room.work(1)
    await room.sql`update private.luma_pace set next_at = '-infinity', blocked_until = null`
    await room.work()
    await expectApprovedOnce(asked)
  })

  it('when the worker dies before the call, and Luma is read before it is told', async () => {
    const asked = await adaAsks()
    vi.spyOn(room.client, 'updateGuestStatus').mockRejectedValueOnce(
      new Error('The worker was killed'),
    )
    const before = reads().length
    await room.work()
    await expectApprovedOnce(asked)
    // One look after the crash, one by this test.
    expect(reads().length).toBe(before + 2)
  })

  it('when the worker dies after the call, before it could say so', async () => {
    const asked = await adaAsks()
    const { updateGuestStatus } = room.client
    vi.spyOn(room.client, 'updateGuestStatus').mockImplementationOnce(async (...call) => {
      await updateGuestStatus(...call)
      throw new Error('The worker was killed')
    })
    await room.work()
    await expectApprovedOnce(asked)
  })

  it('when the message that echoes our call comes before its answer', async () => {
    const asked = await adaAsks()
    const { updateGuestStatus } = room.client
    vi.spyOn(room.client, 'updateGuestStatus').mockImplementation(async (...call) => {
      await updateGuestStatus(...call)
      await room.settle()
    })
    await room.work()
    await expectApprovedOnce(asked)
  })

  it('when every message comes twice, and the oldest last', async () => {
    const asked = await adaAsks()
    const kept = await room.sql<
      { webhook_id: string; type: string; payload: never; received_at: Date }[]
    >`
      select webhook_id, type, payload, received_at from private.luma_webhooks where type like 'guest.%' order by received_at`
    await room.work()
    for (const { type, payload, received_at, webhook_id } of kept.toReversed()) {
      const [again] = await room.sql`
        select private.receive_luma_webhook(${webhook_id}, ${type}, ${room.sql.json(payload)}) as state`
      expect(again!.state).toBe('duplicate')
      const late = new Date(received_at.getTime() - 60_000)
      const [old] = await room.sql`
        select private.receive_luma_webhook(${`late-${webhook_id}`}, ${type}, ${room.sql.json(payload)}, ${late}) as state`
      expect(old!.state).toBe('superseded')
    }
    await room.work()
    await expectApprovedOnce(asked)
  })

  it('when the job is owed twice, and two workers take both at once', async () => {
    const asked = await adaAsks()
    await room.sql`
      select jobs.enqueue('events', 'tell_luma_decision', jsonb_build_object('decision_id', d.id))
        from private.guest_decisions d, generate_series(1, 3)`
    await Promise.all([room.worker.drain(), room.workerWith(room.deps).drain()])
    await room.work()
    await expectApprovedOnce(asked)
  })

  it('when a worker process is killed with the job in hand', async () => {
    const asked = await adaAsks()
    const lease = (seconds: number) => room.sql`
      update jobs.kinds set lease = ${`${seconds} seconds`} where queue = 'events' and kind = 'tell_luma_decision'`
    await lease(2)
    const child = await workerThatHangs(room.url, 'events', 'tell_luma_decision')
    await child.kill()
    await lease(30)
    await vi.waitFor(
      async () => {
        await room.work()
        expect(await standing(room, asked.id, 'ada@example.org')).toMatchObject({ told: 'told' })
      },
      { timeout: 30_000, interval: 300 },
    )
    await expectApprovedOnce(asked)
  })
})

describe('While an approval is on its way', () => {
  it('a host at Luma who declines her is not overturned, whatever became of the call', async () => {
    const { id, luma, guest } = await adaAsks()
    vi.spyOn(room.client, 'updateGuestStatus').mockImplementationOnce(async () => {
      await room.order('status', { event: luma, guest, status: 'declined' })
      throw new Error('The worker was killed')
    })
    await room.work()
    expect(await standing(room, id, 'ada@example.org')).toMatchObject({
      status: 'declined',
      decided_by: 'luma',
      luma_status: 'declined',
    })
    expect((await room.client.getGuest(luma, guest)).approval_status).toBe('declined')
    expect(await mails(room)).toEqual([])
  })

  it('a refusal of Luma stands where admins look, and the next sweep tries again', async () => {
    const { id, luma, guest } = await adaAsks()
    vi.spyOn(room.client, 'updateGuestStatus').mockRejectedValue(
      new LumaError('refused', 400, '400 This guest cannot be approved'),
    )
    await room.work()
    vi.restoreAllMocks()
    expect(await standing(room, id, 'ada@example.org')).toMatchObject({ told: 'failed' })
    const seen = await room.sql`select why from admin.attention where what = 'Guest not told'`
    expect(seen[0]?.why).toContain('400 This guest cannot be approved')
    expect(await mails(room)).toEqual([])
    await room.sql`select private.start_guest_sweep(private.clock())`
    await room.work()
    await expectApprovedOnce({ id, luma, guest })
    expect(
      await room.sql`select why from admin.attention where what = 'Guest not told'`,
    ).toHaveLength(0)
  })
})
