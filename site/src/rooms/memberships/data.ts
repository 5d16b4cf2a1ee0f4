import { answerOrNull } from '../../lib/problem.ts'
import type { Role } from '../../lib/role.ts'
import { db } from '../../lib/supabase.ts'
import type { Card, MySlack } from './membership.ts'

export interface Receipt {
  invoice_id: string
  amount_paid: number
  currency: string
  created_at: string
  url: string | null
  pdf: string | null
}

export interface Donation {
  id: string
  amount: number
  amount_refunded: number
  currency: string
  donated_at: string
  status: string
  is_monthly: boolean
}

export interface TierOffer {
  tier: string
  name: string
  description: string
  price: { amount: number; currency: string; interval: string } | null
}

export interface MyMembership extends Card {
  member: { id: string; name: string; role: Role }
  email: string
  receipts: Receipt[]
  donations: Donation[]
  tiers: TierOffer[]
  monthly_gift: boolean
  slack: MySlack | null
}

/** Everything that the membership page shows, in one answer; null for who is no member yet. */
export async function readMembership(): Promise<MyMembership | null> {
  return answerOrNull<MyMembership>(await db.rpc('my_membership'))
}
