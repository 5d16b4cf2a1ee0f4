import { createHttp, route, siteOnly } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import type { DoorDeps } from './deps.ts'
import { resendWebhook } from './resend_webhook.ts'
import { showUnsubscribe, unsubscribe } from './unsubscribe.ts'

/** The doors of the messaging room; each line names its caller. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // signature:resend
  route(app, '/messaging/resend-webhook', { POST: (c) => resendWebhook(c, deps) })
  // whoever has the link of a mail
  app.use('/messaging/unsubscribe/:word', siteOnly(deps.env))
  route(app, '/messaging/unsubscribe/:word', {
    GET: (c) => showUnsubscribe(c, deps),
    POST: (c) => unsubscribe(c, deps),
  })
  // secret:worker
  route(app, '/messaging/drain', { POST: drainDoor(deps) })
  return app
}
