import { createPrice, createProduct } from './objects/catalogue.ts'
import { newEndpoint } from './shapes/platform.ts'
import { now, type World } from './world.ts'

const DUES = [
  {
    id: 'price_monthly',
    key: 'monthly',
    name: 'Membership, monthly',
    amount: 1_000,
    every: 'month',
  },
  { id: 'price_annual', key: 'annual', name: 'Membership, annual', amount: 10_000, every: 'year' },
  {
    id: 'price_donor_annual',
    key: 'donor_annual',
    name: 'Donor membership, annual',
    amount: 25_000,
    every: 'year',
  },
] as const
const DONATIONS = [10, 25, 50] as const

/** Fills an empty account with the community's products and prices. */
export function seedCatalogue(world: World) {
  for (const { id, key, name, amount, every } of DUES) {
    const product = createProduct(world, {
      id: `prod_${key}`,
      name,
      // The portal offers a change to other prices of the same group.
      metadata: { portal_group: 'membership' },
    })
    const price = {
      product: product.id,
      currency: 'usd',
      unit_amount: String(amount),
      lookup_key: key,
      recurring: { interval: every },
    }
    createPrice(world, price, id)
  }
  createProduct(world, { id: 'prod_donation', name: 'Monthly donation' })
  for (const dollars of DONATIONS) {
    const price = {
      product: 'prod_donation',
      currency: 'usd',
      unit_amount: String(dollars * 100),
      lookup_key: `donation_monthly_${dollars}`,
      recurring: { interval: 'month' },
    }
    createPrice(world, price, `price_donation_monthly_${dollars}`)
  }
  // The account was set up long ago: nobody is told about it, and it is no news for reconciliation.
  world.events.clear()
  world.batch = []
}

/** Sets the account's own webhook endpoint to an address and a secret. */
export function seedEndpoint(world: World, webhook: { url: string; secret: string } | undefined) {
  if (!webhook) return
  const endpoint = newEndpoint('we_sandbox', now(world), webhook.url, ['*'])
  world.endpoints.set(endpoint.id, endpoint)
  world.endpointSecrets.set(endpoint.id, webhook.secret)
}
