import { createHttp, route, siteOnly } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import type { DoorDeps } from './deps.ts'
import { picture } from './picture.ts'

/** The doors of the members room; each line names its caller. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // user
  app.use('/members/picture', siteOnly(deps.env))
  route(app, '/members/picture', { POST: (c) => picture(c, deps) })
  // secret:worker
  route(app, '/members/drain', { POST: drainDoor(deps) })
  return app
}
