import { z } from 'zod'
import { easyCard, saveCard } from './cards.ts'
import type { Delivery } from './delivery.ts'
import { findPrice } from './objects/catalogue.ts'
import { createCustomer } from './objects/customers.ts'
import { attach, makeDefault } from './objects/payments.ts'
import { startSubscription } from './objects/subscription-life.ts'
import type { World } from './world.ts'

const schema = z.strictObject({
  subscriptions: z.int().min(1).max(100_000),
  price: z.string().default('price_monthly'),
  card: z.string().default('4242424242424242'),
  /** Addresses are `<prefix>1@example.com`, `<prefix>2@example.com`, … */
  prefix: z.string().default('bulk'),
  /** False (the default) keeps silent, as if every webhook had been missed. */
  deliver: z.boolean().default(false),
})

/** Makes many paying subscribers at once. Answers the ids of customers and subscriptions. */
export function bulk(world: World, delivery: Delivery, body: unknown) {
  const wish = schema.parse(body)
  const price = findPrice(world, wish.price)
  const made: { customer: string; subscription: string; email: string }[] = []
  for (let n = 1; n <= wish.subscriptions; n += 1) {
    const email = `${wish.prefix}${n}@example.com`
    const name = `Bulk ${n}`
    const customer = createCustomer(world, { email, name })
    const card = saveCard(world, easyCard(world, wish.card), { email, name })
    attach(world, card, customer.id)
    makeDefault(world, card, customer.id)
    const { subscription } = startSubscription(world, {
      customer: customer.id,
      items: [{ price, quantity: 1 }],
      metadata: {},
      description: null,
      trialEnd: null,
      method: card,
      present: true,
    })
    made.push({ customer: customer.id, subscription: subscription.id, email })
  }
  if (wish.deliver) delivery.flush()
  else world.batch = []
  return { made }
}
