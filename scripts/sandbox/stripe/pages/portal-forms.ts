import { html } from 'hono/html'
import type { Price } from '../shapes/price.ts'
import { FEEDBACK, type Feedback, type Subscription } from '../shapes/subscription.ts'
import type { World } from '../world.ts'
import { cardFields, type Mistakes, type Typed, testCards } from './fields.ts'
import { day, money } from './layout.ts'
import { type Portal, portalFrame } from './portal-page.ts'

const REASONS: Record<Feedback, string> = {
  too_expensive: 'It’s too expensive',
  unused: 'I don’t use it enough',
  missing_features: 'Something I need is missing',
  switched_service: 'I found something else',
  customer_service: 'I was not helped well',
  low_quality: 'It was not as good as I expected',
  too_complex: 'It is too complicated',
  other: 'Another reason',
}

const nameOf = (world: World, price: Price) => world.products.get(price.product)?.name ?? price.id

/** Asks why, and confirms a cancellation at the end of what is paid. */
export function cancelForm(portal: Portal, s: Subscription) {
  const item = s.items.data[0]!
  return portalFrame(
    portal,
    'Cancel your plan',
    html`<section class="card"><p>${nameOf(portal.world, item.price)} stays yours until <strong>${day(item.current_period_end)}</strong>. After that day you are not charged again. Until then you can change your mind.</p>
<form method="post"><fieldset><legend>Why are you leaving? <span class="soft">(optional)</span></legend><div class="choices">${FEEDBACK.toSorted(
      (a, b) => Object.keys(REASONS).indexOf(a) - Object.keys(REASONS).indexOf(b),
    ).map(
      (reason) =>
        html`<label class="choice"><input type="radio" name="feedback" value="${reason}"><span>${REASONS[reason]}</span></label>`,
    )}</div></fieldset>
<div class="field"><label for="comment">Anything else? <span class="soft">(optional)</span></label><textarea id="comment" name="comment" rows="3" maxlength="500"></textarea></div>
<div class="actions"><button class="button danger">Cancel plan</button><a class="button" href="${portal.root}">Go back</a></div></form></section>`,
  )
}

/** The prices that a subscription can move to: those of the same group of products. */
export function choicesFor(world: World, s: Subscription): Price[] {
  const group = (price: Price) =>
    world.products.get(price.product)?.metadata.portal_group ?? price.product
  const own = s.items.data[0]!.price
  return [...world.prices.values()]
    .filter((p) => p.active && p.recurring && p.currency === own.currency)
    .filter((p) => group(p) === group(own))
    .sort((a, b) => a.unit_amount - b.unit_amount)
}

/** Offers the other tiers. */
export function changeForm(portal: Portal, s: Subscription, mistake?: string) {
  const { world } = portal
  const own = s.items.data[0]!.price
  return portalFrame(
    portal,
    'Change your plan',
    html`<section class="card"><form method="post"><fieldset><legend>Choose a plan</legend><div class="choices">${choicesFor(
      world,
      s,
    ).map(
      (
        price,
      ) => html`<label class="choice"><input type="radio" name="price" value="${price.id}" ${price.id === own.id ? 'checked' : ''}>
<span>${nameOf(world, price)}${price.id === own.id ? html` <span class="tag">Yours now</span>` : ''}</span><span class="num">${money(price.unit_amount, price.currency)}<span class="soft small"> / ${price.recurring?.interval}</span></span></label>`,
    )}</div>${mistake ? html`<p class="error" role="alert">${mistake}</p>` : ''}</fieldset>
<p class="soft small">What you have already paid and not used is taken off. The difference is charged to your card today.</p>
<div class="actions"><button class="button primary">Change plan</button><a class="button" href="${portal.root}">Go back</a></div></form></section>`,
    mistake ? 422 : 200,
  )
}

/** Asks to confirm one change that was chosen on the merchant's own page. */
export function confirmForm(portal: Portal, s: Subscription, priceId: string) {
  const { world } = portal
  const own = s.items.data[0]!.price
  const next = world.prices.get(priceId)!
  const line = (price: Price) =>
    html`<strong>${nameOf(world, price)}</strong>, <span class="num">${money(price.unit_amount, price.currency)}</span> per ${price.recurring?.interval}`
  return portalFrame(
    portal,
    'Confirm your change',
    html`<section class="card"><p>From ${line(own)}</p><p>to ${line(next)}.</p>
<p class="soft small">What you have already paid and not used is taken off. The difference is charged to your card today.</p>
<form method="post"><div class="actions"><button class="button primary">Confirm</button><a class="button" href="${portal.session.return_url ?? portal.root}">Go back</a></div></form></section>`,
  )
}

/** Replaces the card. */
export function cardForm(portal: Portal, typed: Typed = {}, mistakes: Mistakes = {}) {
  const wrong = Object.keys(mistakes).length > 0
  return portalFrame(
    portal,
    'Update your card',
    html`<section class="card"><form method="post" novalidate>
${wrong ? html`<p class="note bad" role="alert">Your card was not changed. Please check what is marked below.</p>` : ''}
${cardFields(typed, mistakes)}
<p class="soft small">What is still owed is paid with the new card at once.</p>
<div class="actions"><button class="button primary">Save card</button><a class="button" href="${portal.root}">Go back</a></div></form>${testCards}</section>`,
    wrong ? 422 : 200,
  )
}
