import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ProviderError } from '../../../functions/_shared/provider_error.ts'
import { erasureOf } from '../support/erasure.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, contactOf } from '../support/people.ts'

let house: House
const { atStripe, deadJobs, erase, erasures, holding, latest, newcomer } = erasureOf(() => house)
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(async () => {
  vi.restoreAllMocks()
  house.stripe.faults.clear()
  await act(house.stripe.url, 'stripe/deliveries', { mode: 'normal' })
})

/** Works once what is owed: however long that takes, nothing is tried again. */
const once = () => house.still(() => house.workers.memberships.drain())

describe('Erasing a member', () => {
  it('ends what runs at Stripe without a refund, deletes her there and at Mailchimp, and nothing is left', async () => {
    const her = await newcomer({ tier: 'annual' })
    expect((await holding(her.email, her.name)).length).toBeGreaterThan(5)
    await erase(her.user, her.email)
    await house.work()
    await house.settle()
    await house.work()
    expect(await atStripe(`customers/${her.customer}`)).toMatchObject({ deleted: true })
    expect(await atStripe(`subscriptions/${her.subscription}`)).toMatchObject({
      status: 'canceled',
    })
    expect(house.stripe.ledger.entries({ effect: 'refund.created' })).toEqual([])
    expect(await contactOf(house, her.email)).toBeNull()
    expect(await holding(her.email, her.name)).toEqual([])
    const tombstone = await latest()
    expect(await erasures('stripe', tombstone)).toMatchObject([
      { state: 'done', outcome: 'Customer deleted; 1 subscriptions ended' },
    ])
    expect(await erasures('mailchimp', tombstone)).toMatchObject([
      { state: 'done', outcome: 'Contact deleted for good' },
    ])
    const [books] = await house.sql`
      select s.status, i.amount_paid::int, c.member_id, c.email from public.invoices i
        join public.subscriptions s on s.subscription_id = i.subscription_id
        join private.stripe_customers c on c.customer_id = i.customer_id
       where i.customer_id = ${her.customer}`
    expect(books).toEqual({ status: 'canceled', amount_paid: 10000, member_id: null, email: null })
    expect(await deadJobs()).toEqual([])
  })

  it('is owed once, however often and however fast she clicks', async () => {
    const her = await newcomer()
    const before = await latest()
    await Promise.all(Array.from({ length: 6 }, () => erase(her.user, her.email)))
    expect(await latest()).toBe(before + 1)
    const owed = await erasures('stripe', before + 1)
    expect(owed.length).toBe(1)
    await house.work()
    expect(
      house.stripe.ledger
        .entries({ effect: 'customer.deleted' })
        .filter(({ id }) => id === her.customer),
    ).toHaveLength(1)
  })

  it.each(['rate_limit', 'server_error', 'timeout_before', 'timeout_after', 'garbage'] as const)(
    'outlasts Stripe’s %s: it stays owed, and is done when Stripe answers again',
    async (kind) => {
      const her = await newcomer()
      await erase(her.user, her.email)
      const tombstone = await latest()
      house.stripe.faults.add({ kind })
      await once()
      expect((await erasures('stripe', tombstone))[0]?.state).toBe('owed')
      house.stripe.faults.clear()
      await house.work()
      expect((await erasures('stripe', tombstone))[0]?.state).toBe('done')
      expect(await atStripe(`customers/${her.customer}`)).toMatchObject({ deleted: true })
      expect(await deadJobs()).toEqual([])
    },
  )

  it('goes on after a crash between the end of her subscription and the deletion', async () => {
    const her = await newcomer()
    await erase(her.user, her.email)
    const remove = vi.spyOn(house.stripeClient, 'deleteCustomer')
    remove.mockRejectedValueOnce(new Error('The worker was killed'))
    await once()
    expect(await atStripe(`subscriptions/${her.subscription}`)).toMatchObject({
      status: 'canceled',
    })
    expect(await atStripe(`customers/${her.customer}`)).toMatchObject({
      id: her.customer,
      email: her.email,
    })
    expect((await erasures('stripe', await latest()))[0]?.state).toBe('owed')
    await house.work()
    expect(remove).toHaveBeenCalledTimes(2)
    expect(await atStripe(`customers/${her.customer}`)).toMatchObject({ deleted: true })
  })

  it('is stuck, and said so to admins, when Stripe refuses; a replay ends it', async () => {
    const her = await newcomer()
    await erase(her.user, her.email)
    const tombstone = await latest()
    vi.spyOn(house.stripeClient, 'deleteCustomer').mockRejectedValueOnce(
      new ProviderError('Stripe', 'misconfigured', '401 invalid_api_key'),
    )
    await once()
    const [stuck] =
      await house.sql`select state, last_error, do_this from admin.erasures where tombstone_id = ${tombstone} and provider = 'stripe'`
    expect(stuck).toMatchObject({ state: 'stuck', last_error: expect.stringContaining('401') })
    await house.sql.unsafe(stuck!.do_this)
    await house.work()
    expect((await erasures('stripe', tombstone))[0]?.state).toBe('done')
  })
})
