import { community } from '../../community.config.ts'

export type Tier = keyof typeof community.tiers

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
 * price that is not charged. Empty when no project is configured; throws when one is but does not answer.
 */
export async function readOffers(
  url: string | undefined,
  key: string | undefined,
): Promise<Offer[]> {
  if (!url || !key) return []
  const read = async <Row>(path: string): Promise<Row[]> => {
    const response = await fetch(`${url}/rest/v1/${path}`, { headers: { apikey: key } })
    if (!response.ok)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  const [tiers, prices] = await Promise.all([
    read<TierRow>('tiers?select=tier,name,description,rank&order=rank'),
    read<PriceRow>(
      `stripe_prices?select=tier,currency,unit_amount,recurring_interval&purpose=eq.dues&currency=eq.${community.donate.currency}`,
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
