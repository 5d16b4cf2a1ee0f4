import { donate } from '../../community/donate.ts'
import type { tiers } from '../../community/join.ts'
import { reader } from './read.ts'
import { money } from './words.ts'

export type Tier = keyof typeof tiers

/** A tier as the database has it; price is null while nothing is on offer for it. */
export interface Offer {
  tier: Tier
  name: string
  description: string
  price: { amount: number; currency: string; interval: string } | null
}

interface TierRow {
  tier: Tier
  name: string
  description: string
  rank: number
}
interface PriceRow {
  tier: Tier
  currency: string
  unit_amount: number
  recurring_interval: string
}

/**
 * The tiers and today's prices, read once while the site is built, so that a page cannot promise a
 * price that is not charged. Empty when no project is configured.
 */
export async function readOffers(
  url: string | undefined,
  key: string | undefined,
): Promise<Offer[]> {
  const read = reader(url, key)
  if (!read) return []
  const [tiers, prices] = await Promise.all([
    read<TierRow>('tiers?select=tier,name,description,rank&order=rank'),
    read<PriceRow>(
      `stripe_prices?select=tier,currency,unit_amount,recurring_interval&purpose=eq.dues&currency=eq.${donate.currency}`,
    ),
  ])
  return tiers.map(({ tier, name, description }) => {
    const price = prices.find((row) => row.tier === tier)
    return {
      tier,
      name,
      description,
      price: price
        ? {
            amount: price.unit_amount,
            currency: price.currency,
            interval: price.recurring_interval,
          }
        : null,
    }
  })
}

/** How much it is to come in, in words: “$10 a month, or $100 a year”. Undefined while nothing is on offer. */
export function costInWords(offers: Offer[]): string | undefined {
  const cheapest = (interval: string) =>
    offers
      .map(({ price }) => price)
      .filter((price) => price?.interval === interval)
      .sort((a, b) => (a?.amount ?? 0) - (b?.amount ?? 0))[0]
  const said = ['month', 'year'].flatMap((interval) => {
    const price = cheapest(interval)
    return price ? [`${money(price.amount, price.currency)} a ${interval}`] : []
  })
  return said.length > 0 ? said.join(', or ') : undefined
}
