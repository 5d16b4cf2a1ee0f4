import { mendCard, openPortal, portalChange } from '../objects/portal.ts'
import { cancelAtPeriodEnd, keepSubscription } from '../objects/subscription-change.ts'
import { FEEDBACK, type Subscription } from '../shapes/subscription.ts'
import type { World } from '../world.ts'
import { cardFrom, typedIn } from './fields.ts'
import { notice, seeOther } from './layout.ts'
import { cancelForm, cardForm, changeForm, choicesFor, confirmForm } from './portal-forms.ts'
import { type Portal, portalHome } from './portal-page.ts'

// The page that a link with `flow_data` opens on.
const FLOW_PAGES: Record<string, string> = {
  'payment-method-update': 'card',
  'subscription-cancel': 'cancel',
  'subscription-update': 'change',
  'subscription-update-confirm': 'confirm',
}

/** Answers everything under `/p/session/<secret>`; the secret in the link is the only credential. */
export async function portalRoute(world: World, request: Request, secret: string, rest: string[]) {
  const session = openPortal(world, secret)
  const customer = session && world.customers.get(session.customer)
  if (!session || !customer) {
    return notice(
      world,
      'This link has expired',
      'Go back to the site and open your billing page again.',
      world.siteUrl,
      410,
    )
  }
  const portal: Portal = { world, session, customer, root: `/p/session/${secret}` }
  const [step, id] = rest
  const flow = session.flow
  const named =
    flow?.subscription_cancel?.subscription ??
    flow?.subscription_update?.subscription ??
    flow?.subscription_update_confirm?.subscription
  const page = FLOW_PAGES[step ?? ''] ?? step
  if (!page) return portalHome(portal, new URL(request.url).searchParams.get('done'))
  const done = (word: string) => {
    const back = FLOW_PAGES[step ?? ''] && flow?.after_completion.redirect?.return_url
    return seeOther(back || `${portal.root}?done=${word}`)
  }
  const typed = request.method === 'POST' ? await typedIn(request) : undefined
  if (page === 'card') {
    if (!typed) return cardForm(portal)
    const outcome = mendCard(world, customer.id, cardFrom(typed))
    if (outcome.result === 'mistakes') return cardForm(portal, typed, outcome.mistakes)
    if (outcome.result === 'declined') return done('declined')
    return done(outcome.paid.length ? 'paid' : 'card')
  }
  const subscription = world.subscriptions.get(id ?? named ?? typed?.subscription ?? '')
  const live = subscription?.customer === customer.id && subscription.ended_at === null
  if (!subscription || !live) return seeOther(portal.root)
  if (page === 'cancel') {
    if (!typed)
      return subscription.cancel_at ? seeOther(portal.root) : cancelForm(portal, subscription)
    const feedback = FEEDBACK.find((f) => f === typed.feedback) ?? null
    if (!subscription.cancel_at) {
      cancelAtPeriodEnd(world, subscription, { feedback, comment: typed.comment || null })
    }
    return done('canceled')
  }
  if (page === 'keep' && typed) {
    if (subscription.cancel_at) keepSubscription(world, subscription)
    return done('kept')
  }
  if (page === 'change') {
    if (!typed) return changeForm(portal, subscription)
    return change(portal, subscription, typed.price, done)
  }
  const wanted = flow?.subscription_update_confirm?.items[0]?.price
  if (page === 'confirm' && wanted) {
    if (!typed) return confirmForm(portal, subscription, wanted)
    return change(portal, subscription, wanted, done)
  }
  return seeOther(portal.root)
}

function change(
  portal: Portal,
  subscription: Subscription,
  price: string | undefined,
  done: (word: string) => Response,
) {
  const offered = choicesFor(portal.world, subscription).find((p) => p.id === price)
  if (!offered) return changeForm(portal, subscription, 'Choose one of the plans.')
  portalChange(portal.world, subscription, offered.id)
  return done(subscription.status === 'past_due' ? 'failed' : 'changed')
}
