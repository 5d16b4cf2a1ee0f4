import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createResend } from '../../functions/_shared/providers/resend.ts'
import { postOf } from '../functions/messaging/post.ts'
import { whileShut } from '../functions/support/gate.ts'
import { type House, openHouse } from '../functions/support/house.ts'
import { act } from '../functions/support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
  // The longest there is: whoever is made to wait is not broken off meanwhile.
  await house.sql`update jobs.kinds set lease = '10 minutes' where queue = 'messaging'`
})
afterAll(() => house?.close())
beforeEach(() => house.resend.faults.clear())
afterEach(() => {
  vi.restoreAllMocks()
})

const post = postOf(() => house)
const { member, owe, sent, row, at, attempts, control, settle } = post
const everyFault = [
  'rate_limit',
  'server_error',
  'timeout_before',
  'timeout_after',
  'slow_drip',
  'garbage',
] as const
const accepted = (email: string) =>
  house.resend.ledger
    .entries({ effect: 'email.accepted' })
    .filter(({ detail }) => (detail?.to as string[] | undefined)?.includes(email)).length

/** A mail whose first call got lost on the way back, so many hours ago. */
async function lostAnswer(email: string, owed: number, hours: number) {
  house.resend.faults.add({ kind: 'timeout_after', times: 1, path: '/emails' })
  await house.workers.messaging.drain()
  expect(accepted(email)).toBe(1)
  expect(await row(owed)).toMatchObject({ state: 'owed', begun_at: expect.any(Date) })
  await house.sql`
    update private.emails set begun_at = begun_at - ${hours} * interval '1 hour' where id = ${owed}`
}

describe('A mail is sent exactly once', () => {
  it.each(everyFault)('whatever happens to the first call: %s', async (kind) => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    house.resend.faults.add({ kind, times: 1, method: 'POST', path: '/emails' })
    await house.work()
    await settle()
    expect(accepted(mia.email)).toBe(1)
    expect(await row(id)).toMatchObject({ state: 'delivered' })
  })

  it('also when the worker dies after the call, before it could say so', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    const { resend } = house.messagingDeps
    const { send } = resend
    await control('delay', { email: mia.email })
    vi.spyOn(resend, 'send').mockImplementationOnce(async (...call) => {
      await send(...call)
      throw new Error('The worker was killed')
    })
    await house.work()
    await settle()
    expect(accepted(mia.email)).toBe(1)
    const notes = (await attempts(id)).map(({ note }) => note)
    expect(notes[0]).toBe('The worker was killed')
    expect(await row(id)).toMatchObject({ state: 'sent', provider_id: expect.any(String) })
  })

  it('also when it dies between noting the call and making it', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    vi.spyOn(house.messagingDeps, 'wait').mockRejectedValueOnce(new Error('The worker was killed'))
    await house.work()
    expect(accepted(mia.email)).toBe(1)
    expect(await row(id)).toMatchObject({ sent_at: expect.any(Date) })
  })

  it('also when two workers have it at the same moment', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    const args = house.sql.json({ email_id: id })
    await house.sql`select jobs.enqueue('messaging', 'send_email', ${args}, key => ${`again:${id}`})`
    house.resend.requests.clear()
    const refused = () => house.resend.requests.entries().filter(({ status }) => status === 409)
    const { working } = await whileShut(house.resend.url, async () => {
      const begun = { working: house.work() }
      await vi.waitFor(() => expect(refused().length).toBeGreaterThan(0), { timeout: 30_000 })
      return begun
    })
    await working
    expect(accepted(mia.email)).toBe(1)
    expect((await attempts(id)).map(({ outcome }) => outcome)).toContain('completed')
    expect(await row(id)).toMatchObject({ provider_id: expect.any(String) })
  })
})

describe('When the answer was lost, and Resend has forgotten the key', () => {
  // The webhook would tell us; here it does not come.
  beforeEach(() => act(house.resend.url, 'webhooks', { drop: true }))

  it('the mail is found there, and not sent again; one like it is not taken for it', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    await lostAnswer(mia.email, id, 25)
    await house.advance(25 / 24)
    const twin = await owe({ member: mia.id })
    await house.work()
    expect(accepted(mia.email)).toBe(2)
    const [first, second] = await at(mia.email)
    expect(await row(id)).toMatchObject({ state: 'sent', provider_id: first?.id })
    expect(await row(twin)).toMatchObject({ state: 'sent', provider_id: second?.id })
    expect((await attempts(id)).at(-1)?.note).toBe('it had been sent before')
  })

  it('one that never reached it is sent', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    house.resend.faults.add({ kind: 'timeout_before', times: 1, path: '/emails' })
    await house.workers.messaging.drain()
    await house.sql`
      update private.emails set begun_at = begun_at - interval '25 hours' where id = ${id}`
    await house.work()
    expect(accepted(mia.email)).toBe(1)
    expect(await row(id)).toMatchObject({ state: 'sent' })
  })

  it('and our key may only send: it is said to be unclear, until Resend or an admin tells', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    await lostAnswer(mia.email, id, 25)
    const { resend } = house.messagingDeps
    const env = { ...house.env, RESEND_API_KEY: 're_sandbox_sending' } as typeof house.env
    const sending = createResend(
      (name) => env[name],
      () => new Date(),
    )
    vi.spyOn(resend, 'send').mockImplementation(sending.send)
    vi.spyOn(resend, 'find').mockImplementation(sending.find)
    const key = (await row(id)).key
    await house.work()
    vi.restoreAllMocks()
    expect(accepted(mia.email)).toBe(1)
    expect(await row(id)).toMatchObject({
      state: 'unclear',
      reason: expect.stringContaining('our key may not look it up'),
    })
    await house.sql`update private.emails set settled_at = now() - interval '1 hour' where id = ${id}`
    const waits = () => house.sql`
      select why from admin.attention where what = 'Mail not sent' and id = ${String(id)}`
    expect(await waits()).toHaveLength(1)
    const [mail] = await at(mia.email)
    expect(mail?.key).toBe(key)
    const heard = { type: 'email.delivered', created_at: new Date().toISOString() }
    const data = { email_id: mail?.id, to: [mia.email], tags: { mail: String(id) } }
    expect((await post.hear({ ...heard, data })).body.outcome).toBe('applied')
    expect(await waits()).toEqual([])
  })
})

describe('A mail that would read differently by now', () => {
  it('is unclear rather than sent twice, when nobody knows how the first call ended', async () => {
    await act(house.resend.url, 'webhooks', { drop: true })
    const mia = await member()
    const id = await owe({ member: mia.id })
    await lostAnswer(mia.email, id, 0)
    await house.sql`update public.profiles set name = 'Maria Quill' where member_id = ${mia.id}`
    await house.work()
    expect(accepted(mia.email)).toBe(1)
    expect(await row(id)).toMatchObject({ state: 'unclear' })
  })

  it('goes to the address of the first call, though hers changed since', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    await lostAnswer(mia.email, id, 0)
    const address = post.someone('new')
    await house.sql`select private.set_primary_email(${mia.id}, ${address}, now(), 'auth')`
    await house.work()
    expect(accepted(mia.email)).toBe(1)
    expect(await at(address)).toEqual([])
    expect(await row(id)).toMatchObject({ state: 'sent', sent_to: mia.email })
  })
})

describe('While Resend takes no more', () => {
  it.each(['daily', 'monthly'])(
    'of the %s mails, they wait for an hour and are sent then',
    async (reached) => {
      const mia = await member()
      const id = await owe({ member: mia.id })
      await control('quota', { reached })
      await house.workers.messaging.drain()
      const [waiting] = await house.sql`
      select waiting_for, run_at > now() + interval '50 minutes' as later, last_error
        from jobs.delayed where message -> 'args' ->> 'email_id' = ${String(id)}`
      expect(waiting).toEqual({
        waiting_for: 'provider',
        later: true,
        last_error: `Resend: 429 ${reached}_quota_exceeded`,
      })
      // Nothing was sent, so a day later it is still a first call.
      expect(await row(id)).toMatchObject({ begun_at: null })
      await control('quota', { reached: null })
      await house.work()
      expect(accepted(mia.email)).toBe(1)
    },
  )

  it('in a second, nobody writes more: each mail waits for a turn of its own', async () => {
    const people = await Promise.all(Array.from({ length: 9 }, () => member()))
    for (const { id } of people) await owe({ member: id })
    const { messagingDeps: deps, workers } = house
    const { send } = deps.resend
    const turns: number[] = []
    const waiting: { turn: number; go: () => void }[] = []
    /** By how many each call was too early: more have begun than were let go. */
    const early: number[] = []
    let gone = 0
    vi.spyOn(deps, 'wait').mockImplementation(async (turn) => {
      turns.push(turn)
      await new Promise<void>((go) => waiting.push({ turn, go }))
    })
    vi.spyOn(deps.resend, 'send').mockImplementation(async (...call) => {
      early.push(early.length + 1 - gone)
      return await send(...call)
    })
    // While the clock stands, a turn is as far away as it was given.
    await house.still(async () => {
      const drained = workers.messaging.drain()
      try {
        while (gone < people.length) {
          await vi.waitFor(() => expect(waiting).not.toEqual([]), { timeout: 30_000 })
          waiting.sort((one, other) => other.turn - one.turn)
          gone += 1
          waiting.pop()?.go()
          await vi.waitFor(() => expect(early.length).toBeGreaterThanOrEqual(gone), {
            timeout: 30_000,
          })
        }
      } finally {
        vi.restoreAllMocks()
        for (const { go } of waiting) go()
        await drained
      }
    })
    expect(early).toEqual(people.map(() => 0))
    for (const { email } of people) expect(accepted(email)).toBe(1)
    turns.sort((one, other) => one - other)
    expect(turns).toHaveLength(9)
    // Resend takes five within a second: the sixth from each comes after that.
    for (const [at, turn] of turns.slice(5).entries()) expect(turn - turns[at]!).toBeGreaterThan(1)
  })
})

it('A refusal for good is on an admin’s list, who has it sent again or takes it off', async () => {
  const id = await sent({ address: `mía.${post.someone()}` })
  const waits = () => house.sql`
    select why from admin.attention where what = 'Mail not sent' and id = ${String(id)}`
  await house.sql`update private.emails set settled_at = now() - interval '1 hour' where id = ${id}`
  expect(await waits()).toEqual([{ why: 'event message: Resend: 422 validation_error' }])
  await house.sql`select admin.send_email_again(${id}, 'Perhaps now')`
  await house.work()
  expect(await row(id)).toMatchObject({ state: 'failed', closed_at: null })
  await house.sql`select admin.close_email(${id}, 'A typing error of hers')`
  expect(await waits()).toEqual([])
})
