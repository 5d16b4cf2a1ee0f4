import { day, lastDayBefore, money } from '../../lib/words.ts'
import type { Card, Dues, Membership, MySlack } from './membership.ts'

/** What one can do about a membership, in the order of the billing page's steps. */
export type Action = 'mend' | 'keep' | 'resume' | 'return'

/** A membership in words. */
export interface Standing {
  tag: string
  tone: 'leaf' | 'sun' | 'alarm'
  /** What I have, until when, what happens next: one or two sentences. */
  next: string
  /** What is wrong, and the one thing that mends it. */
  wrong?: { title: string; text: string }
  action?: Action
}

const finite = (moment: string) => !moment.endsWith('infinity')

/** What renews it: “$10 a month”. */
export const priceWords = (dues: Dues | null): string =>
  dues?.unit_amount
    ? money(dues.unit_amount, dues.currency) + (dues.interval ? ` a ${dues.interval}` : '')
    : ''

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

/** Where a membership stands, for every status that Stripe knows. */
export function standing(card: Card): Standing {
  const { membership, dues, notice, entitled } = card
  if (!membership) {
    return {
      tag: 'Not a member yet',
      tone: 'sun',
      next: 'There is no membership under your address yet.',
      action: 'return',
    }
  }
  const said = entitled ? open(membership, dues) : closed(membership)
  const wrong = notice ? notices[notice.kind] : undefined
  return wrong && said.action !== 'return' ? { ...said, wrong, action: 'mend' } : said
}

/** A membership that gives access now. */
function open(membership: Membership, dues: Dues | null): Standing {
  const { status, current_period_end, cancel_at_period_end, access_until } = membership
  const known = finite(access_until)
  const through = known ? ` through ${lastDayBefore(access_until)}` : ''
  const price = priceWords(dues)
  if (status === 'past_due') {
    const stays = `Everything stays open${through} while we try your card again`
    return {
      tag: 'Payment failed',
      tone: 'alarm',
      next: cancel_at_period_end
        ? `You cancelled. ${stays}; once it is paid, it stays open${paid(membership)}. Then it ends.`
        : `${stays}.`,
      wrong: notices.payment_failed!,
      action: 'mend',
    }
  }
  if (status === 'canceled') {
    return {
      tag: 'Ending',
      tone: 'sun',
      next: `You cancelled. Everything stays open${through}, and nothing more is charged.`,
      action: 'return',
    }
  }
  if (known && cancel_at_period_end) {
    return {
      tag: 'Ending',
      tone: 'sun',
      next: `You cancelled. Everything stays open${through}, and nothing more is charged.`,
      action: 'keep',
    }
  }
  if (known) return { tag: 'Open', tone: 'leaf', next: `Everything is open${through}.` }
  if (!current_period_end) return { tag: 'Active', tone: 'leaf', next: 'Everything is open.' }
  const renews = price ? ` for ${price}` : ''
  return status === 'trialing'
    ? {
        tag: 'Trial',
        tone: 'leaf',
        next: `Your trial runs until ${day(current_period_end)}. Then it renews${renews}.`,
      }
    : { tag: 'Active', tone: 'leaf', next: `Renews on ${day(current_period_end)}${renews}.` }
}

/** Through which day it is open when what is owed for this period is paid. */
const paid = ({ current_period_end }: Membership): string =>
  current_period_end ? ` through ${day(current_period_end)}` : ' to the end of its period'

/** What cancelling does to a running membership, and when. */
export function leaving(membership: Membership): string {
  const { status, access_until } = membership
  if (status === 'past_due') {
    // Stripe goes on collecting the open invoice: a cancellation is for the end of the period that it asks for.
    const through = finite(access_until) ? ` through ${lastDayBefore(access_until)}` : ''
    return `Cancelling does not take back the payment that is due: we go on trying your card. If it is paid, everything stays open${paid(membership)}; if not, it stays open${through}. Nothing is charged after that.`
  }
  const through = finite(access_until)
    ? ` through ${lastDayBefore(access_until)}`
    : paid(membership)
  return status === 'trialing'
    ? `Your trial stays open${through}. Nothing is charged, then or later.`
    : `Everything stays open${through}. After that day nothing more is charged, and nothing is refunded.`
}

/** A membership that gives no access now. */
function closed({ status, access_until }: Membership): Standing {
  if (status === 'paused') {
    return {
      tag: 'Paused',
      tone: 'sun',
      next: 'Your membership is paused: nothing is charged, and the rooms are closed until you go on.',
      action: 'resume',
    }
  }
  if (status === 'unpaid' || status === 'past_due') {
    return {
      tag: 'Unpaid',
      tone: 'alarm',
      next: 'The rooms are closed, because the last payment did not arrive. They open again when it does.',
      wrong: notices.payment_failed!,
      action: 'mend',
    }
  }
  const through = finite(access_until) ? `It was yours through ${lastDayBefore(access_until)}.` : ''
  return {
    tag: 'Ended',
    tone: 'sun',
    next: `Your membership has ended. ${through}`.trim(),
    action: 'return',
  }
}

/** Where she stands in Slack, as her account page says it. */
export function inSlack({ status, display_name }: MySlack): string {
  switch (status) {
    case 'active':
      return display_name ? `You are there as ${display_name}.` : 'You are there.'
    case 'inactive':
      return 'You are there as a guest, in some channels.'
    case 'deactivated':
      return 'Your account there is switched off. Write to us if you miss it.'
    case 'not_found':
      return 'You are not there yet, or under an address that we do not know.'
  }
}
