import { newLine } from '../shapes/invoice.ts'
import type { Price } from '../shapes/price.ts'
import type { Subscription, SubscriptionItem } from '../shapes/subscription.ts'
import type { PendingLine, World } from '../world.ts'

interface Wish {
  amount: number
  description: string
  period: { start: number; end: number }
  price: Price
  quantity: number
  proration?: boolean
}

function line(subscription: Subscription, item: SubscriptionItem, wish: Wish): PendingLine {
  const {
    id: _id,
    invoice: _invoice,
    ...rest
  } = newLine({
    id: '',
    invoice: '',
    amount: wish.amount,
    currency: subscription.currency,
    description: wish.description,
    period: wish.period,
    price: { id: wish.price.id, product: wish.price.product, unitAmount: wish.price.unit_amount },
    quantity: wish.quantity,
    proration: wish.proration ?? false,
    subscription: subscription.id,
    subscriptionItem: item.id,
    metadata: { ...subscription.metadata },
  })
  return rest
}

const nameOf = (world: World, price: Price) => world.products.get(price.product)?.name ?? price.id

const dollars = (price: Price) =>
  `${(price.unit_amount / 100).toFixed(2)} ${price.currency.toUpperCase()} / ${price.recurring?.interval ?? 'once'}`

/** The lines that pay for the items' current period; nothing is due during a trial. */
export function periodLines(world: World, subscription: Subscription): PendingLine[] {
  const trial = subscription.status === 'trialing'
  return subscription.items.data.map((item) =>
    line(subscription, item, {
      amount: trial ? 0 : item.price.unit_amount * item.quantity,
      description: trial
        ? `Trial period for ${nameOf(world, item.price)}`
        : `${item.quantity} × ${nameOf(world, item.price)} (at ${dollars(item.price)})`,
      period: { start: item.current_period_start, end: item.current_period_end },
      price: item.price,
      quantity: item.quantity,
    }),
  )
}

export interface Swap {
  price: Price
  quantity: number
  at: number
  /** True when the new price has another interval, so that a new period begins. */
  restarts: boolean
}

/** What a change of price owes: the unused time is credited, the remaining time is charged. */
export function prorationLines(
  world: World,
  subscription: Subscription,
  item: SubscriptionItem,
  { price, quantity, at, restarts }: Swap,
): PendingLine[] {
  const { current_period_start: start, current_period_end: end } = item
  const left = Math.max(0, end - at) / (end - start)
  const day = new Date(at * 1000).toISOString().slice(0, 10)
  const period = { start: at, end }
  const credit = line(subscription, item, {
    amount: -Math.round(item.price.unit_amount * item.quantity * left),
    description: `Unused time on ${nameOf(world, item.price)} after ${day}`,
    period,
    price: item.price,
    quantity: item.quantity,
    proration: true,
  })
  if (restarts) return [credit]
  const debit = line(subscription, item, {
    amount: Math.round(price.unit_amount * quantity * left),
    description: `Remaining time on ${nameOf(world, price)} after ${day}`,
    period,
    price,
    quantity,
    proration: true,
  })
  return [credit, debit]
}
