import { DAY, HOUR } from './calendar.ts'
import { expireSession } from './objects/checkout.ts'
import { expireIncomplete } from './objects/subscription-change.ts'
import { endSubscription, renewSubscription, retryInvoice } from './objects/subscription-life.ts'
import type { Subscription } from './shapes/subscription.ts'
import { change, emit, type World } from './world.ts'

interface Due {
  at: number
  run(world: World): void
}

function subscriptionDue(world: World, s: Subscription): Due[] {
  if (s.ended_at !== null) return []
  if (s.status === 'incomplete') {
    return [{ at: s.created + 23 * HOUR, run: () => expireIncomplete(world, s) }]
  }
  const due: Due[] = []
  if (s.pause_collection?.resumes_at) {
    due.push({ at: s.pause_collection.resumes_at, run: () => resumeCollection(world, s) })
  }
  if (s.cancel_at !== null) {
    due.push({ at: s.cancel_at, run: () => endSubscription(world, s, 'cancellation_requested') })
  }
  const end = s.items.data[0]?.current_period_end
  // A paused subscription has no next period until it is resumed.
  if (end !== undefined && s.status !== 'paused' && (s.cancel_at === null || s.cancel_at > end)) {
    due.push({ at: end, run: () => renewSubscription(world, s) })
  }
  if (s.status === 'trialing' && s.trial_end && !world.announcedTrials.has(s.id)) {
    due.push({
      at: Math.max(s.trial_end - 3 * DAY, s.created),
      run: () => announceTrialEnd(world, s),
    })
  }
  return due
}

function announceTrialEnd(world: World, s: Subscription) {
  world.announcedTrials.add(s.id)
  emit(world, 'customer.subscription.trial_will_end', s)
}

function resumeCollection(world: World, s: Subscription) {
  change(world, 'customer.subscription.updated', s, (one) => {
    one.pause_collection = null
  })
}

/** What happens next without anybody doing anything, up to a moment; undefined for nothing. */
function nextDue(world: World, to: number): { at: number; all: Due[] } | undefined {
  let at = Number.POSITIVE_INFINITY
  let all: Due[] = []
  const consider = (due: Due) => {
    if (due.at > to || due.at > at) return
    if (due.at < at) all = []
    at = due.at
    all.push(due)
  }
  for (const s of world.subscriptions.values()) {
    // One thing at a time for each subscription: the first may make the others void.
    const first = subscriptionDue(world, s).sort((a, b) => a.at - b.at)[0]
    if (first) consider(first)
  }
  for (const invoice of world.invoices.values()) {
    if (invoice.status !== 'open' || invoice.next_payment_attempt === null) continue
    consider({ at: invoice.next_payment_attempt, run: () => retryInvoice(world, invoice.id) })
  }
  for (const session of world.sessions.values()) {
    if (session.status !== 'open') continue
    consider({ at: session.expires_at, run: () => expireSession(world, session) })
  }
  return all.length > 0 ? { at, all } : undefined
}

/**
 * Lives through everything that falls due up to a moment (Unix seconds), in order of time. `flush`
 * is called after each thing, when its events may go out.
 */
export function liveUntil(world: World, to: number, flush: () => void) {
  for (let next = nextDue(world, to); next; next = nextDue(world, to)) {
    for (const due of next.all) {
      world.at = next.at
      try {
        due.run(world)
      } finally {
        world.at = null
      }
      flush()
    }
  }
}
