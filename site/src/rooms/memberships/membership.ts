/** What somebody has of the community. */
export interface Membership {
  tier: string
  tier_name: string
  status: Status
  current_period_end: string | null
  cancel_at_period_end: boolean
  access_until: string
  member_since: string
}

/** Stripe's word for where a subscription stands. */
export type Status =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'canceled'
  | 'unpaid'
  | 'paused'

/** The price that renews it. */
export interface Dues {
  unit_amount: number | null
  currency: string
  interval: string | null
}

export interface Notice {
  kind: string
  created_at: string
}

/** What the card on the home page and on the membership page say. */
export interface Card {
  entitled: boolean
  membership: Membership | null
  dues: Dues | null
  notice: Notice | null
}

/** Where somebody stands in the community's Slack. */
export interface MySlack {
  status: 'active' | 'inactive' | 'deactivated' | 'not_found'
  display_name: string | null
}
