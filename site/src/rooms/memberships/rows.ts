import { one } from '../../lib/forms.ts'
import { day, money } from '../../lib/words.ts'
import type { Donation, Receipt, TierOffer } from './data.ts'

const copy = (template: string) =>
  one<HTMLTemplateElement>(template).content.cloneNode(true) as DocumentFragment

/** A tier with its price, and the way to change to it unless it is one's own. */
export function tierRow(
  { tier, name, description, price }: TierOffer,
  own: string | undefined,
): DocumentFragment {
  const part = copy('#tier')
  one('[data-name]', part).textContent = name
  one('[data-description]', part).textContent = description
  one('[data-price]', part).textContent = price
    ? `${money(price.amount, price.currency)} a ${price.interval}`
    : ''
  const button = one<HTMLButtonElement>('button', part)
  if (tier === own) {
    one('li', part).dataset.current = ''
    button.remove()
  } else {
    one('[data-yours]', part).remove()
    button.textContent = `Change to ${name}`
    button.dataset.tier = tier
  }
  return part
}

/** A paid invoice, with Stripe's own pages of it. */
export function receiptRow(receipt: Receipt): DocumentFragment {
  const part = copy('#receipt')
  const said = day(receipt.created_at)
  one('[data-day]', part).textContent = said
  one('[data-amount]', part).textContent = money(receipt.amount_paid, receipt.currency)
  for (const [name, address] of [
    ['view', receipt.url],
    ['pdf', receipt.pdf],
  ] as const) {
    const link = one<HTMLAnchorElement>(`[data-${name}]`, part)
    if (address) {
      link.href = address
      link.ariaLabel = `${link.textContent} of ${said}`
    } else link.remove()
  }
  return part
}

const states: Record<string, string> = {
  refunded: 'Refunded',
  pending: 'On its way',
  failed: 'Failed',
  disputed: 'Disputed',
}

/** A gift. */
export function donationRow(gift: Donation): DocumentFragment {
  const part = copy('#donation')
  one('[data-day]', part).textContent = day(gift.donated_at)
  one('[data-amount]', part).textContent = money(gift.amount, gift.currency)
  if (!gift.is_monthly) one('[data-monthly]', part).remove()
  const partly = gift.amount_refunded > 0 && gift.amount_refunded < gift.amount
  const state = partly
    ? `${money(gift.amount_refunded, gift.currency)} refunded`
    : states[gift.amount_refunded > 0 ? 'refunded' : gift.status]
  const place = one('[data-state-of]', part)
  if (state) place.textContent = state
  else place.remove()
  return part
}
