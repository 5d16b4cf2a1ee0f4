import { createHttp, route } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import type { DoorDeps } from './deps.ts'
import { feed } from './feed.ts'
import { lumaWebhook } from './luma_webhook.ts'

/** The doors of the events room; each line names its caller. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // signature:luma
  route(app, '/events/luma-webhook', { POST: (c) => lumaWebhook(c, deps) })
  // secret:address
  route(app, '/events/feed/:file', { GET: (c) => feed(c, deps) })
  // secret:worker
  route(app, '/events/drain', { POST: drainDoor(deps) })
  return app
}
