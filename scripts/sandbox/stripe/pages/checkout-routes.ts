import { type PayInput, paySession } from '../objects/pay.ts'
import type { Session } from '../shapes/checkout.ts'
import type { World } from '../world.ts'
import { checkoutPage, confirmPage } from './checkout-page.ts'
import { cardFrom, type Typed, typedIn } from './fields.ts'
import { notice, seeOther } from './layout.ts'

function closedPage(world: World, session: Session) {
  if (session.status === 'complete') {
    const back = session.success_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id) ?? null
    return notice(
      world,
      'You are all done here',
      'This payment is complete. There is nothing left to pay.',
      back,
      200,
    )
  }
  const sentence = 'Nothing was charged. Start again from the site to get a new link.'
  return notice(world, 'This payment link has expired', sentence, session.cancel_url, 410)
}

const inputOf = (session: Session, typed: Typed, confirmed?: boolean): PayInput => ({
  card: cardFrom(typed),
  // An address that the site has fixed cannot be changed on the page.
  email:
    session.customer_email ??
    (session.customer && session.customer_details?.email) ??
    typed.email ??
    '',
  name: typed.name ?? '',
  confirmed,
})

function attempt(world: World, session: Session, typed: Typed, confirmed?: boolean) {
  const outcome = paySession(world, session, inputOf(session, typed, confirmed))
  switch (outcome.result) {
    case 'paid':
      world.typed.delete(session.id)
      return seeOther(outcome.redirect)
    case 'confirm':
      world.typed.set(session.id, typed)
      return seeOther(`/c/pay/${session.id}/confirm`)
    case 'mistakes':
      return checkoutPage(world, session, typed, outcome.mistakes)
    case 'declined':
      return checkoutPage(world, session, typed, { number: outcome.message }, outcome.message)
    case 'closed':
      return closedPage(world, session)
  }
}

/** Answers `/c/pay/<session>` and `/c/pay/<session>/confirm`. */
export async function checkoutRoute(world: World, request: Request, id: string, step?: string) {
  const session = world.sessions.get(id)
  if (!session) {
    return notice(
      world,
      'This payment link is not known',
      'Start again from the site.',
      world.siteUrl,
      404,
    )
  }
  if (session.status !== 'open') return closedPage(world, session)
  if (step === 'confirm') {
    const typed = world.typed.get(id)
    if (!typed) return seeOther(`/c/pay/${id}`)
    if (request.method === 'GET') {
      const last4 = cardFrom(typed).number.slice(-4)
      return confirmPage(world, { amount: session.amount_total, currency: session.currency, last4 })
    }
    return attempt(world, session, typed, (await typedIn(request)).answer === 'yes')
  }
  if (request.method === 'GET') return checkoutPage(world, session, {})
  return attempt(world, session, await typedIn(request))
}
