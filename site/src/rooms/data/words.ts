import { day, money } from '../../lib/words.ts'
import type { Running } from './data.ts'

/** What a deletion today would mean for what she pays, in plain words. Empty: there is nothing to say. */
export function whatEnds({ membership, dues, monthly_gift }: Running, now: Date): string[] {
  const said: string[] = []
  const paidUntil = membership?.current_period_end
  if (membership?.status === 'past_due') {
    said.push(
      'Your last payment has not gone through. It is not asked for again, and you owe nothing.',
    )
  } else if (membership && paidUntil && new Date(paidUntil) > now) {
    const price =
      dues?.unit_amount && dues.interval
        ? ` (${money(dues.unit_amount, dues.currency)} a ${dues.interval})`
        : ''
    said.push(
      `Your membership${price} is paid until ${day(paidUntil)}. It ends today instead, and what is left of it is not paid back by itself.`,
    )
  }
  if (monthly_gift) said.push('Your monthly gift ends. What you gave stays given.')
  return said
}
