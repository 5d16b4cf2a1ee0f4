import { createHttp, route } from '../_shared/http.ts'
import { drainDoor } from '../_shared/worker_door.ts'
import type { DoorDeps } from './deps.ts'

/** The one door of the resources room: members and leaders use the Data API and Storage directly. */
export function createApp(deps: DoorDeps) {
  const app = createHttp(deps)
  // secret:worker
  route(app, '/resources/drain', { POST: drainDoor(deps) })
  return app
}
