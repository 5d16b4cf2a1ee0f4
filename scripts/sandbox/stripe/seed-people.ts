import { DAY } from './calendar.ts'
import { methodFor } from './cards.ts'
import { liveUntil } from './life.ts'
import { findPrice } from './objects/catalogue.ts'
import { createCustomer } from './objects/customers.ts'
import { attach } from './objects/payments.ts'
import { cancelAtPeriodEnd } from './objects/subscription-change.ts'
import { startSubscription } from './objects/subscription-life.ts'
import { now, stateKeys, type World } from './world.ts'

interface Person {
  /** Her customer is `cus_<key>`, her subscription `sub_<key>`, her latest invoice `in_<key>`. */
  key: string
  email: string
  name?: string
  price: string
  /** Days before today on which the subscription began. */
  began: number
  card?: string
  /** Days after the beginning on which she cancelled. */
  cancelled?: number
}

// The people of supabase/seed.sql, so that what the database says of them is what Stripe says.
const cast: Person[] = [
  { key: 'ada', email: 'ada@example.org', name: 'Ada Park', price: 'price_monthly', began: 12 },
  { key: 'bea', email: 'bea@example.org', name: 'Bea Lindholm', price: 'price_annual', began: 100 },
  {
    key: 'cyn',
    email: 'cyn@example.org',
    name: 'Cyn Moreau',
    price: 'price_monthly',
    began: 66,
    cancelled: 20,
  },
  {
    key: 'dot',
    email: 'dot@example.org',
    name: 'Dot Adeyemi',
    price: 'price_monthly',
    began: 33,
    card: 'pm_card_chargeCustomerFail',
  },
  { key: 'lea', email: 'lea@example.org', name: 'Lea Novak', price: 'price_annual', began: 200 },
  { key: 'kim', email: 'kim@example.org', name: 'Kim Tran', price: 'price_annual', began: 150 },
]

const priceOf = (number: number) =>
  ({ 0: 'price_donor_annual', 1: 'price_monthly' })[number % 4] ?? 'price_annual'

const others = Array.from({ length: 40 }, (_, index): Person => {
  const number = index + 1
  const digits = String(number).padStart(2, '0')
  const price = priceOf(number)
  const began = price === 'price_monthly' ? number % 28 : number * 7
  return { key: `demo_${digits}`, email: `demo${digits}@example.org`, price, began }
})

/** Adds the demo members with their history up to now. Nobody is told: no event of it is kept. */
export function seedPeople(world: World) {
  const present = now(world)
  const today = Math.floor(present / DAY) * DAY
  const names = new Map<string, string>()
  for (const person of [...cast, ...others].sort((a, b) => b.began - a.began)) {
    const since = today - person.began * DAY
    liveUntil(world, since, () => {})
    const { customer, subscription } = subscribe(world, person, since)
    names.set(customer, `cus_${person.key}`)
    names.set(subscription.id, `sub_${person.key}`)
    if (person.cancelled) {
      at(world, since + person.cancelled * DAY, () => cancelAtPeriodEnd(world, subscription))
    }
  }
  liveUntil(world, present, () => {})
  for (const { id, latest_invoice } of world.subscriptions.values()) {
    const known = names.get(id)
    if (known && latest_invoice) names.set(latest_invoice, known.replace(/^sub_/, 'in_'))
  }
  rename(world, names)
  world.events.clear()
  world.batch = []
  world.ledger.clear()
}

function subscribe(world: World, person: Person, since: number) {
  return at(world, since, () => {
    const card = methodFor(world, person.card ?? 'pm_card_visa')
    const customer = createCustomer(world, {
      email: person.email,
      ...(person.name && { name: person.name }),
    })
    attach(world, card, customer.id)
    customer.invoice_settings.default_payment_method = card.id
    const { subscription } = startSubscription(world, {
      customer: customer.id,
      items: [{ price: findPrice(world, person.price, 'price'), quantity: 1 }],
      metadata: {},
      description: null,
      trialEnd: null,
      method: card,
      present: true,
    })
    return { customer: customer.id, subscription }
  })
}

/** Runs something as if it were another moment (Unix seconds). */
function at<Result>(world: World, moment: number, run: () => Result): Result {
  world.at = moment
  try {
    return run()
  } finally {
    world.at = null
  }
}

/** Gives objects other ids, wherever they are mentioned. */
function rename(world: World, names: Map<string, string>) {
  const known = new RegExp([...names.keys()].join('|'), 'g')
  const renamed = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replace(known, (id) => names.get(id) ?? id))
  for (const key of stateKeys) {
    const value = world[key]
    if (value instanceof Map) Object.assign(world, { [key]: new Map(renamed([...value])) })
    else if (value instanceof Set) Object.assign(world, { [key]: new Set(renamed([...value])) })
  }
}
