import { cardError, invalid } from './errors.ts'
import { type Params, record, text, whole } from './form.ts'
import type { BillingDetails, CardFace, PaymentMethod } from './shapes/payment.ts'
import { newPaymentMethod } from './shapes/payment.ts'
import { type CardBehaviour, idOf, now, type World } from './world.ts'

interface TestCard {
  number: string
  brand: string
  behaviour: CardBehaviour
  /** Names under which the API accepts the card without its number. */
  tokens: string[]
}

/** The test cards that the sandbox knows; any other number is refused. */
export const TEST_CARDS: TestCard[] = [
  {
    number: '4242424242424242',
    brand: 'visa',
    behaviour: 'ok',
    tokens: ['pm_card_visa', 'tok_visa'],
  },
  {
    number: '5555555555554444',
    brand: 'mastercard',
    behaviour: 'ok',
    tokens: ['pm_card_mastercard', 'tok_mastercard'],
  },
  {
    number: '4000000000000002',
    brand: 'visa',
    behaviour: 'declined',
    tokens: ['pm_card_chargeDeclined', 'pm_card_visa_chargeDeclined', 'tok_chargeDeclined'],
  },
  {
    number: '4000000000000341',
    brand: 'visa',
    behaviour: 'later_fails',
    tokens: ['pm_card_chargeCustomerFail', 'tok_chargeCustomerFail'],
  },
  {
    number: '4000002500003155',
    brand: 'visa',
    behaviour: 'needs_confirmation',
    tokens: ['pm_card_authenticationRequiredOnSetup', 'tok_authenticationRequiredOnSetup'],
  },
  {
    number: '4000002760003184',
    brand: 'visa',
    behaviour: 'always_needs_confirmation',
    tokens: ['pm_card_authenticationRequired', 'tok_authenticationRequired'],
  },
]

/** Whether a card's bank asks the person before this charge. */
export const asksFirst = (behaviour: CardBehaviour | undefined, present: boolean) =>
  behaviour === 'always_needs_confirmation' || (behaviour === 'needs_confirmation' && present)

export const byToken = (token: string) => TEST_CARDS.find((card) => card.tokens.includes(token))

/** What a person typed into a card form. */
export interface CardInput {
  number: string
  expMonth: number
  expYear: number
  cvc: string
}

/** The fields of a card form that are wrong, each with a sentence for the person. */
export function cardMistakes(card: CardInput, at: number): Record<string, string> {
  const mistakes: Record<string, string> = {}
  const digits = card.number.replace(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits)) mistakes.number = 'Your card number is incomplete.'
  else if (!passesLuhn(digits)) mistakes.number = 'Your card number is invalid.'
  else if (!TEST_CARDS.some((known) => known.number === digits)) {
    mistakes.number = 'Only test cards work here. Try 4242 4242 4242 4242.'
  }
  const ends = Date.UTC(card.expYear, card.expMonth, 1) / 1000
  if (!(card.expMonth >= 1 && card.expMonth <= 12) || !(card.expYear >= 2000)) {
    mistakes.expiry = 'Write the expiry date as month and year, such as 12 / 34.'
  } else if (ends <= at) mistakes.expiry = 'Your card’s expiry date is in the past.'
  if (!/^\d{3,4}$/.test(card.cvc.trim())) mistakes.cvc = 'The security code has three digits.'
  return mistakes
}

function passesLuhn(digits: string) {
  let sum = 0
  for (const [at, digit] of [...digits].reverse().entries()) {
    const doubled = at % 2 ? Number(digit) * 2 : Number(digit)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Reads `12 / 34`, `1234` or `12/2034` as month and year; NaN when it is neither. */
export function parseExpiry(expiry: string) {
  const found = /^\s*(\d{1,2})\s*[/\-. ]?\s*(\d{2}|\d{4})\s*$/.exec(expiry)
  if (!found) return { expMonth: Number.NaN, expYear: Number.NaN }
  const year = Number(found[2])
  return { expMonth: Number(found[1]), expYear: year < 100 ? 2000 + year : year }
}

/** Keeps a card as a payment method. The number must be one of the test cards. */
export function saveCard(world: World, card: CardInput, billing: Partial<BillingDetails>) {
  const digits = card.number.replace(/[\s-]/g, '')
  const known = TEST_CARDS.find((c) => c.number === digits)
  if (!known) {
    throw cardError(
      'card_declined',
      'Your card was declined. Only test cards work in the sandbox.',
      'test_mode_live_card',
    )
  }
  const face: CardFace = {
    brand: known.brand,
    last4: digits.slice(-4),
    exp_month: card.expMonth,
    exp_year: card.expYear,
  }
  const details = { address: null, email: null, name: null, phone: null, tax_id: null, ...billing }
  const method = newPaymentMethod(idOf(world, 'pm'), now(world), face, details)
  world.methods.set(method.id, method)
  world.behaviours.set(method.id, known.behaviour)
  return method
}

/** A card that is valid for years, for a test card given by number or token. */
export function easyCard(world: World, numberOrToken: string): CardInput {
  const number = byToken(numberOrToken)?.number ?? numberOrToken
  const expYear = new Date(now(world) * 1000).getUTCFullYear() + 4
  return { number, expMonth: 12, expYear, cvc: '123' }
}

/** The payment method that a parameter names: a saved one, or a test token made into one. */
export function methodFor(
  world: World,
  id: string,
  billing: Partial<BillingDetails> = {},
): PaymentMethod {
  const known = world.methods.get(id)
  if (known) return known
  if (byToken(id)) return saveCard(world, easyCard(world, id), billing)
  throw invalid(`No such PaymentMethod: '${id}'`, 'payment_method', 'resource_missing')
}

/** Reads `card[number]`, `card[exp_month]` … or `card[token]` of an API request. */
export function cardParams(world: World, params: Params): CardInput {
  const card = record(params, 'card') ?? {}
  const token = text(card, 'token')
  if (token) return easyCard(world, token)
  return {
    number: text(card, 'number') ?? '',
    expMonth: whole(card, 'exp_month') ?? Number.NaN,
    expYear: whole(card, 'exp_year') ?? Number.NaN,
    cvc: text(card, 'cvc') ?? '123',
  }
}
