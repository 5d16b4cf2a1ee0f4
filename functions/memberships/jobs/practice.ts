import { MissingSetting } from '../../_shared/env.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { StripeClient } from '../../_shared/providers/stripe.ts'
import type { JobDeps } from '../deps.ts'

/** Practice, and no account to practise on. */
export interface NoPractice {
  why: string
}

/**
 * The account at Stripe that a proposal is carried out on. What a key for practice proposed never reaches the one that
 * moves money: without an account for practice it is not carried out at all.
 */
export function accountFor(
  { is_sandbox }: { is_sandbox: boolean },
  { stripe, practice }: Pick<JobDeps, 'stripe' | 'practice'>,
): StripeClient | NoPractice {
  if (!is_sandbox) return stripe
  try {
    return practice()
  } catch (error) {
    if (error instanceof MissingSetting) {
      return { why: `There is no account at Stripe for practice: ${error.setting} is not set.` }
    }
    if (error instanceof ProviderError) {
      return { why: `The account at Stripe for practice cannot be used: ${error.message}.` }
    }
    throw error
  }
}

export const isNoPractice = (account: StripeClient | NoPractice): account is NoPractice =>
  'why' in account
