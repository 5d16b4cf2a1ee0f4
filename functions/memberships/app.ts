import { createHttp, route, siteOnly } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import { checkout } from './checkout.ts'
import type { DoorDeps } from './deps.ts'
import { portal } from './portal.ts'
import { stripeWebhook } from './stripe_webhook.ts'

/** The doors of the memberships room; each line names its caller. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // signature:stripe
  route(app, '/memberships/stripe-webhook', { POST: (c) => stripeWebhook(c, deps) })
  // publishable or user
  app.use('/memberships/checkout', siteOnly(deps.env))
  route(app, '/memberships/checkout', { POST: (c) => checkout(c, deps) })
  // user
  app.use('/memberships/portal', siteOnly(deps.env))
  route(app, '/memberships/portal', { POST: (c) => portal(c, deps) })
  // secret:worker
  route(app, '/memberships/drain', { POST: drainDoor(deps) })
  return app
}
