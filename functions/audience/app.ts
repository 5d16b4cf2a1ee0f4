import { createHttp, route } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import type { DoorDeps } from './deps.ts'
import { mailchimpWebhook, probe } from './mailchimp_webhook.ts'

/** The doors of the audience room; each line names its caller. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // secret in the path, and signature:mailchimp where it is configured
  route(app, '/audience/mailchimp-webhook/:secret', {
    GET: (c) => probe(c, deps),
    POST: (c) => mailchimpWebhook(c, deps),
  })
  // secret:worker
  route(app, '/audience/drain', { POST: drainDoor(deps) })
  return app
}
