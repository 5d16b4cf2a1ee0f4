import { day, lastDayBefore, money } from '../../lib/words.ts'

export interface Membership {
  status: string
  current_period_end: string | null
  cancel_at_period_end: boolean
  access_until: string
}

export interface Dues {
  unit_amount: number | null
  currency: string
}

/** What happens next to a membership that gives access, in one or two sentences. */
export function whatNext(membership: Membership, dues: Dues | undefined): string {
  const { status, current_period_end, cancel_at_period_end, access_until } = membership
  const known = access_until !== 'infinity'
  if (status === 'past_due') {
    return `Your last payment did not go through. Everything stays open${known ? ` through ${lastDayBefore(access_until)}` : ''} while we try again.`
  }
  if (known && (cancel_at_period_end || status === 'canceled')) {
    return `You cancelled. Everything stays open through ${lastDayBefore(access_until)}, and nothing more is charged.`
  }
  if (known) return `Everything is open through ${lastDayBefore(access_until)}.`
  if (!current_period_end) return 'Everything is open.'
  const price = dues?.unit_amount ? ` for ${money(dues.unit_amount, dues.currency)}` : ''
  return status === 'trialing'
    ? `Your trial runs until ${day(current_period_end)}. Then it renews${price}.`
    : `Renews on ${day(current_period_end)}${price}.`
}

export interface Notice {
  kind: string
  created_at: string
  resolved_at: string | null
}

const notices: Record<string, { title: string; text: string }> = {
  payment_failed: {
    title: 'Your last payment did not go through',
    text: 'Usually the card expired or the bank said no. Mend it, and everything goes on as before.',
  },
  action_required: {
    title: 'Your bank wants you to confirm the payment',
    text: 'It takes a minute, on the payment page.',
  },
  grace_ending: {
    title: 'Your membership is about to end',
    text: 'We tried your card several times without success. Mend it now to stay.',
  },
}

/** What to tell about a failing payment: the newest notice that is not settled, if there is one. */
export function openNotice(all: Notice[]): { title: string; text: string } | undefined {
  const open = all.filter(({ resolved_at }) => resolved_at === null)
  const newest = open.sort((a, b) => b.created_at.localeCompare(a.created_at))[0]
  return newest && notices[newest.kind]
}
