import { addInterval, DAY } from './calendar.ts'
import { methodFor } from './cards.ts'
import { liveUntil } from './life.ts'
import { findPrice } from './objects/catalogue.ts'
import { createCustomer } from './objects/customers.ts'
import { attach, makeDefault } from './objects/payments.ts'
import { cancelAtPeriodEnd } from './objects/subscription-change.ts'
import { startSubscription } from './objects/subscription-life.ts'
import { now, stateKeys, type World } from './world.ts'

interface Person {
  /**
   * Her customer is `cus_<key>`, her subscription `sub_<key>`, her latest invoice `in_<key>`, and those before it
   * `in_<key>_1`, `in_<key>_2` from the first on.
   */
  key: string
  email: string
  name?: string
  price: string
  /** Days before today on which her last paid period began. */
  began: number
  /** How many periods she had paid for before that one. */
  before?: number
  /** The card that she pays with from then on. */
  card?: string
  /** Days after that beginning on which she cancelled. */
  cancelled?: number
}

// The people of supabase/seed.sql, so that what the database says of them is what Stripe says.
const cast: Person[] = [
  {
    key: 'ada',
    email: 'ada@example.org',
    name: 'Ada Park',
    price: 'price_monthly',
    began: 12,
    before: 7,
  },
  { key: 'bea', email: 'bea@example.org', name: 'Bea Lindholm', price: 'price_annual', began: 100 },
  {
    key: 'cyn',
    email: 'cyn@example.org',
    name: 'Cyn Moreau',
    price: 'price_monthly',
    began: 66,
    before: 7,
    cancelled: 20,
  },
  {
    key: 'dot',
    email: 'dot@example.org',
    name: 'Dot Adeyemi',
    price: 'price_monthly',
    began: 33,
    before: 4,
    card: 'pm_card_chargeCustomerFail',
  },
  {
    key: 'lea',
    email: 'lea@example.org',
    name: 'Lea Novak',
    price: 'price_annual',
    began: 200,
    before: 1,
  },
  {
    key: 'kim',
    email: 'kim@example.org',
    name: 'Kim Tran',
    price: 'price_annual',
    began: 150,
    before: 1,
  },
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
  const doings = [...cast, ...others].flatMap((person) => lifeOf(world, person, today, names))
  for (const { moment, run } of doings.sort((a, b) => a.moment - b.moment)) {
    liveUntil(world, moment, () => {})
    at(world, moment, run)
  }
  liveUntil(world, present, () => {})
  for (const { id, latest_invoice } of [...world.subscriptions.values()]) {
    const key = names.get(id)?.replace(/^sub_/, '')
    const paid = [...world.invoices.values()]
      .filter((invoice) => invoice.parent?.subscription_details?.subscription === id)
      .sort((a, b) => a.created - b.created)
    for (const [index, invoice] of paid.entries())
      names.set(invoice.id, `in_${key}${invoice.id === latest_invoice ? '' : `_${index + 1}`}`)
  }
  rename(world, names)
  world.events.clear()
  world.batch = []
  world.ledger.clear()
}

/** What somebody did at Stripe, and when (Unix seconds). */
function lifeOf(world: World, person: Person, today: number, names: Map<string, string>) {
  const every = person.price === 'price_monthly' ? 'month' : 'year'
  const before = person.before ?? 0
  const joined = addInterval(today - person.began * DAY, every, -before)
  // Counted from the beginning again, as supabase/seed.sql does: the 31st may have become a 30th on the way.
  const since = addInterval(joined, every, before)
  let made: ReturnType<typeof subscribe>
  const doings = [
    {
      moment: joined,
      run() {
        made = subscribe(world, person)
        names.set(made.customer, `cus_${person.key}`)
        names.set(made.subscription.id, `sub_${person.key}`)
      },
    },
  ]
  const { card, cancelled } = person
  if (card) {
    const change = () =>
      makeDefault(world, attach(world, methodFor(world, card), made.customer), made.customer)
    doings.push({ moment: since + DAY, run: change })
  }
  if (cancelled) {
    const cancel = () => cancelAtPeriodEnd(world, made.subscription)
    doings.push({ moment: since + cancelled * DAY, run: cancel })
  }
  return doings
}

function subscribe(world: World, person: Person) {
  const card = methodFor(world, 'pm_card_visa')
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
