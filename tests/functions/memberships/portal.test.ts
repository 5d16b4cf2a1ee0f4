import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse, SITE } from '../support/house.ts'
import { ask, join, signIn } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const portal = (body: unknown, token?: string) =>
  ask(house, 'portal', body, token ? { authorization: `Bearer ${token}` } : {})

async function member(email: string) {
  const joined = await join(house, { email })
  const { token } = await signIn(house, email)
  return { ...joined, token }
}

describe('The billing portal', () => {
  it('opens for the caller’s own customer, and comes back to her account', async () => {
    const ada = await member('ada@example.org')
    const bea = await member('bea@example.org')
    for (const one of [ada, bea]) {
      const { status, body } = await portal({ customer: ada.customer }, one.token)
      expect(status).toBe(200)
      const sessions = [...house.stripe.world.portalSessions.values()]
      const session = sessions.find(({ url }) => url === body.url)
      expect(session).toMatchObject({ customer: one.customer, return_url: `${SITE}/account` })
    }
  })

  it('opens where she wants to go: card, cancellation, change of tier', async () => {
    const { token, subscription } = await member('cyn@example.org')
    const flows = {
      mend_card: 'payment_method_update',
      cancel: 'subscription_cancel',
      change: 'subscription_update',
    }
    for (const [flow, type] of Object.entries(flows)) {
      const { status, body } = await portal({ flow, return_path: '/account?done' }, token)
      expect(status).toBe(200)
      const session = [...house.stripe.world.portalSessions.values()].find(
        ({ url }) => url === body.url,
      )
      expect(session?.flow?.type).toBe(type)
      if (flow === 'cancel') {
        expect(session?.flow?.subscription_cancel).toMatchObject({ subscription })
      }
    }
  })

  it('asks her to confirm the tier that she chose, at the price that the table says', async () => {
    const { token, subscription } = await member('fay@example.org')
    const { status, body } = await portal({ flow: 'change', tier: 'annual' }, token)
    expect(status).toBe(200)
    const session = [...house.stripe.world.portalSessions.values()].find(
      ({ url }) => url === body.url,
    )
    const item = house.stripe.world.subscriptions.get(subscription)!.items.data[0]!
    expect(session?.flow?.subscription_update_confirm).toEqual({
      discounts: null,
      items: [{ id: item.id, price: 'price_annual', quantity: 1 }],
      subscription,
    })
    expect(item.price.id).toBe('price_monthly')

    const same = await portal({ flow: 'change', tier: 'monthly' }, token)
    expect(same.status).toBe(409)
    expect(same.body.error).toMatchObject({ message: 'This is your tier already', field: 'tier' })
    const { token: stranger } = await member('gil@example.org')
    expect((await portal({ flow: 'change', tier: 'free' }, stranger)).body.error.field).toBe('tier')
  })

  it('is for people who are signed in and have something to manage', async () => {
    expect((await portal({})).status).toBe(401)
    expect((await portal({}, 'not-a-token')).status).toBe(401)
    const { token } = await signIn(house, 'eve@example.org')
    const nothing = await portal({}, token)
    expect(nothing.status).toBe(404)
    expect(nothing.body.error.remedy).toContain('Join or donate first')
  })

  it('leads back to our own site only', async () => {
    const { token } = await member('dot@example.org')
    const { status, body } = await portal({ return_path: 'https://evil.example' }, token)
    expect(status).toBe(422)
    expect(body.error.field).toBe('return_path')
    expect((await portal({ flow: 'refund' }, token)).body.error.field).toBe('flow')
  })
})
